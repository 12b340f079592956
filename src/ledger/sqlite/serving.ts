import { DatabaseSync } from 'node:sqlite';
import { isBusy } from './outage.ts';
import type { Store } from './store.ts';

/** Another process serves this ledger: SQLite takes one. */
export class AlreadyServed extends Error {
  override name = 'AlreadyServed';
}

/** How soon writes of other processes are noticed: what a person says is in force within a second. */
const lookEveryMs = 250;

/**
 * Takes the lock that says "this process serves": an exclusive transaction on a database of its own, which the
 * operating system ends with the process, however it dies. Throws `AlreadyServed`. Returns the way to give it up.
 */
export function lockServing(path: string): () => void {
  const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw isBusy(error) ? new AlreadyServed(`${path} is already served by ${holderOf(path)}.`) : error;
  }
  return () => {
    if (lock.isOpen) lock.close();
  };
}

/**
 * Signs the ledger, frees what a dead predecessor had claimed, and forgets what it went by; an attempt it left open stays
 * interrupted.
 */
export function takeOver(db: DatabaseSync, now: number): void {
  const words = `process ${process.pid} since ${new Date(now).toISOString()}`;
  db.exec('BEGIN IMMEDIATE');
  db.prepare("INSERT OR REPLACE INTO meta VALUES ('serving', :words)").run({ words });
  db.prepare(
    `UPDATE deliveries SET due_at = :now, claim_token = NULL WHERE state = 'unrouted' AND claim_token IS NOT NULL`,
  ).run({ now });
  db.prepare(
    `UPDATE notifications SET due_at = :now, claim_token = NULL, attempt_token = NULL, raised_at = NULL, interrupted = 1
      WHERE claim_token IS NOT NULL`,
  ).run({ now });
  db.exec('DELETE FROM workers');
  db.exec('COMMIT');
}

/** Tells the listeners when another process has written. Returns the way to stop. */
export function watchOthers({ db, read, tell }: Store): () => void {
  const dataVersion = db.prepare('PRAGMA data_version');
  let seen = dataVersion.get()?.data_version;
  const look = () => {
    const found = dataVersion.get()?.data_version;
    if (found === seen) return;
    seen = found;
    for (const work of ['route', 'notify', 'watch'] as const) tell(work);
  };
  // What ails the file is said by the next verb, to whoever asked for it.
  const timer = setInterval(() => void read(look).catch(() => undefined), lookEveryMs);
  return () => clearInterval(timer);
}

function holderOf(path: string): string {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    const words = db.prepare("SELECT value FROM meta WHERE name = 'serving'").get()?.value;
    return typeof words === 'string' ? words : 'another process';
  } catch {
    // The holder may not have signed yet.
    return 'another process';
  } finally {
    db?.close();
  }
}
