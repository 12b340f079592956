import { DatabaseSync } from 'node:sqlite';
import { migrate } from './migrate.ts';

/** While opening nothing is served yet: waiting hurts nobody. */
const openingTimeoutMs = 5_000;
/** What the write-ahead log shrinks to after a burst. */
const logBytes = 64 * 1024 * 1024;

/** The ledger's file, durable at each commit (https://www.sqlite.org/pragma.html#pragma_synchronous), its schema up to date. */
export function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: openingTimeoutMs });
  try {
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${logBytes}`);
    migrate(db, path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
