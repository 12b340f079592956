import { existsSync } from 'node:fs';
import { openLedgerBeside } from '../compose.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { Misuse } from './misuse.ts';
import type { Invocation } from './run-command.ts';

const liveLedger = 'data/tocsin.db';
const previewLedger = 'data/preview.db';

/** The SQLite file: `TOCSIN_DATA`, or one for preview and another for everything else. */
export function ledgerPath({ environment }: Invocation, preview: boolean): string {
  return environment.TOCSIN_DATA ?? (preview ? previewLedger : liveLedger);
}

/** Looks at the ledger beside a running service; without one of its own, at that of the preview. */
export async function withLedger<T>(
  invocation: Invocation,
  look: (ledger: Ledger, path: string) => Promise<T>,
): Promise<T> {
  const { environment, complain } = invocation;
  let path = ledgerPath(invocation, false);
  if (environment.REDIS_URL === undefined && !existsSync(path)) {
    if (environment.TOCSIN_DATA !== undefined || !existsSync(previewLedger)) {
      throw new Misuse(`There is no ledger at ${path}: TOCSIN_DATA names the file, REDIS_URL a Redis.`);
    }
    path = previewLedger;
    complain(`(the preview's ledger, ${path})`);
  }
  const ledger = await openLedgerBeside(environment, path);
  try {
    return await look(ledger, path);
  } finally {
    await ledger.close();
  }
}
