import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type { Order } from '../../src/destinations/destination.ts';

/**
 * Makes a destination in a process of its own, tells it once, prints the result and closes it. That process trusts
 * `caFile` by `NODE_EXTRA_CA_CERTS`, as people set it.
 */
export function tellFromAnotherProcess(
  made: { file: string; name: string; settings: unknown },
  order: Order,
  caFile: string | undefined,
): ChildProcessByStdio<null, Readable, null> {
  const program = `
    const { ${made.name}: make } = await import(${JSON.stringify(pathToFileURL(made.file).href)});
    const destination = make(${JSON.stringify(made.settings)});
    const result = await destination.tell(${JSON.stringify(order)}, new AbortController().signal);
    console.log(JSON.stringify(result));
    await destination.close();
  `;
  const env = caFile === undefined ? process.env : { ...process.env, NODE_EXTRA_CA_CERTS: caFile };
  return spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
