import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { notificationStates } from '../../src/domain/telling/notification.ts';
import { deliveryStates } from '../../src/ledger/history.ts';
import type { Outcome } from '../../src/ledger/outbox.ts';
import { openDatabase } from '../../src/ledger/sqlite/open-database.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open-sqlite-ledger.ts';

let folder: string;
let path: string;
const open = () => openSqliteLedger({ path, clock: Date.now, backlogLimit: 10, serving: false, busyTimeoutMs: 1_000 });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-'));
  path = join(folder, 'ledger.db');
});
afterEach(() => rm(folder, { recursive: true }));

/** Every word of the union, and no other: the compiler holds it. */
const acts = Object.keys({
  open: true,
  update: true,
  acknowledge: true,
  reply: true,
  resolve: true,
  notice: true,
  nothing: true,
  wait: true,
  find: true,
} satisfies Record<Outcome['act'], true>);
const results = Object.keys({
  told: true,
  retry: true,
  ambiguous: true,
  refused: true,
  none: true,
} satisfies Record<Outcome['result'], true>);

test.for([
  ['deliveries', 'state', deliveryStates],
  ['notifications', 'state', notificationStates],
  ['attempts', 'act', acts],
  ['attempts', 'result', results],
] as const)('the schema knows exactly the words of %s.%s', async ([table, column, words]) => {
  await open().close();
  const db = new DatabaseSync(path);
  const sql = String(db.prepare('SELECT sql FROM sqlite_master WHERE name = :table').get({ table })?.sql);
  db.close();

  const listed = new RegExp(`CHECK \\(${column} IN \\(([^)]*)\\)`).exec(sql)?.[1];

  expect(listed?.split(', ')).toEqual(words.map((word) => `'${word}'`));
});

test('a ledger that a newer tocsin wrote is refused, and says so', async () => {
  await open().close();
  const db = new DatabaseSync(path);
  db.exec('PRAGMA user_version = 99');
  db.close();

  expect(open).toThrow(/written by a newer tocsin: its schema is 99/);
});

test('a file that is no ledger is unavailable, with the reason', async () => {
  await writeFile(path, 'not a database, but long enough to have a header of a hundred bytes. '.repeat(20));

  expect(open).toThrow(/it is no SQLite file/);
});

test('a commit is on the disk before it is answered: WAL alone would not promise that', () => {
  const db = openDatabase(path);
  const modes = [db.prepare('PRAGMA journal_mode').get(), db.prepare('PRAGMA synchronous').get()];
  db.close();

  const full = 2;
  expect(modes).toMatchObject([{ journal_mode: 'wal' }, { synchronous: full }]);
});
