import { closeSync, fdatasync, openSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';

/** Makes what was committed durable. */
export type LogSync = { sync(): Promise<void>; close(): void };

const datasync = promisify(fdatasync);

/**
 * At `synchronous = FULL` each COMMIT waits for the disk, and the event loop with it. `NORMAL` leaves out just that one
 * wait, the one for the write-ahead log (https://www.sqlite.org/pragma.html#pragma_synchronous): it is made here, beside
 * the event loop. What is in the log after something that was waited for can only be lost together with nothing before.
 */
export function syncBeside(db: DatabaseSync, path: string): LogSync {
  // SQLite keeps the log as long as somebody has the ledger open, and holds no lock on it that our closing would end.
  const log = openSync(`${path}-wal`, 'r+');
  db.exec('PRAGMA synchronous = NORMAL');
  return { sync: () => datasync(log), close: () => closeSync(log) };
}

/** For those who may wait: SQLite does it at each COMMIT. */
export const syncedByCommit: LogSync = { sync: async () => {}, close: () => {} };
