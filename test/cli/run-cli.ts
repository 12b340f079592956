import { vi } from 'vitest';
import { runCommand } from '../../src/cli/run-command.ts';

export type Ran = { code: number; out: string; err: string };

/** One command line in this process; what it printed, and its exit code. */
export async function runCli(args: string[], variables: Record<string, string> = {}): Promise<Ran> {
  let out = '';
  let err = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += text;
    return true;
  });
  try {
    const code = await runCommand(args, variables);
    return { code, out, err };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
}
