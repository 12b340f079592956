import { LedgerUnavailable } from '../ledger.ts';

/** SQLite's primary result codes that no caller caused: https://www.sqlite.org/rescode.html */
const outages: Record<number, string> = {
  5: 'another process keeps it locked',
  6: 'it is locked',
  7: 'there is no memory left',
  8: 'it cannot be written; look at its owner and its file system',
  10: 'the disk failed',
  11: 'it is damaged; restore a copy',
  13: 'the disk is full',
  14: 'it cannot be opened; look at its folder and its owner',
  26: 'it is no SQLite file',
};
const busy = 5;

/** The error as the port has it: `LedgerUnavailable` for an outage; any other is the program's and stays as it is. */
export function asOutage(error: unknown, path: string): unknown {
  const words = outages[resultCode(error)];
  if (words === undefined || !(error instanceof Error)) return error;
  return new LedgerUnavailable(`The ledger ${path}: ${words} (${error.message})`, { cause: error });
}

export function isBusy(error: unknown): boolean {
  return resultCode(error) === busy;
}

/** The low byte of an extended code; -1 where the error is not SQLite's. */
function resultCode(error: unknown): number {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return -1;
  return error.errcode & 0xff;
}
