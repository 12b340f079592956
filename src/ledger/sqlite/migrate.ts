import type { DatabaseSync } from 'node:sqlite';
import { firstLedger } from './migrations/0001-first-ledger.ts';
import { silencesAndWorkers } from './migrations/0002-silences-and-workers.ts';
import { earlierEpisodes } from './migrations/0003-earlier-episodes.ts';

/** In the order of their numbers; one that was released never changes. */
const migrations = [firstLedger, silencesAndWorkers, earlierEpisodes];

/** Brings the schema up to this code's, or refuses a ledger that a newer tocsin wrote. */
export function migrate(db: DatabaseSync, path: string): void {
  if (schemaOf(db, path) === migrations.length) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const sql of migrations.slice(schemaOf(db, path))) db.exec(sql);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function schemaOf(db: DatabaseSync, path: string): number {
  const found = Number(db.prepare('PRAGMA user_version').get()?.user_version);
  if (found <= migrations.length) return found;
  throw new Error(
    `The ledger ${path} was written by a newer tocsin: its schema is ${found}, this one knows ${migrations.length}. ` +
      'Run the newer one, or give this one a file of its own.',
  );
}
