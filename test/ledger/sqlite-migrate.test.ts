import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { firstLedger } from '../../src/ledger/sqlite/migrations/0001-first-ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open-sqlite-ledger.ts';
import { aKnownAddress, anEpisode, anIncident, aRecord, claim, claimFrom } from './ledger-contract-samples.ts';

const now = Date.parse('2026-01-02T00:00:00Z');
const owedSince = now - 2_000;
const dueAt = now - 1_000;

let folder: string;
let ledger: Ledger;

/** A ledger as the first schema kept it: an incident, a delivery, and a notification in every state. */
function writeFirstLedger(path: string): void {
  const db = new DatabaseSync(path);
  db.exec(`${firstLedger} PRAGMA user_version = 1`);
  const run = (sql: string, values: Record<string, string | number | Uint8Array>) => db.prepare(sql).run(values);
  run(
    "INSERT INTO incidents (number, key, revision, open, changed_at, commit_token, incident) VALUES (1, 'k', 3, 1, :at, 't', :incident)",
    { at: owedSince, incident: JSON.stringify(anIncident('k', 3, { episode: 4 })) },
  );
  db.exec(`INSERT INTO deliveries (seq, source, id, type, digest, accept_token, received_at, bytes, state, reason, due_at)
    VALUES (7, 'inbox-check', 'd', 'test.completed', 'x', 'token', ${owedSince}, 2, 'dead', 'broken', ${dueAt})`);
  db.exec("INSERT INTO bodies VALUES (7, x'7b7d'); INSERT INTO traces VALUES (7, '{}'); UPDATE tally SET unrouted = 0");
  const part = (ref: string) => ({ ref, revision: 2, severity: 'error' });
  const told = [
    ['settled', { opened: 'yes', parts: [part('17.1'), part('17.2')] }],
    ['dead', { opened: 'yes', parts: [part('18.1')], ownKey: 'k#2' }],
    ['waiting', { opened: 'no', parts: [] }],
    ['due', { opened: 'maybe', parts: [] }],
  ] as const;
  for (const [i, [state, record]] of told.entries()) {
    const number = i + 1;
    run("INSERT INTO episodes (key, number, episode) VALUES ('k', :number, :episode)", {
      number,
      episode: JSON.stringify(anEpisode('k', number)),
    });
    run(
      `INSERT INTO notifications (id, key, number, address, destination, state, owed_revision, owed_since, due_at, rank,
         attempts, told) VALUES (:id, 'k', :number, 'slack:C1', 'ops', :state, 2, ${owedSince}, ${dueAt}, 0, 2, :told)`,
      { id: state, number, state, told: JSON.stringify(record) },
    );
    run(
      `INSERT INTO attempts (notification, number, token, started_at, ended_at, act, result, reason, ref)
       VALUES (:id, 1, 'first', 1, 2, 'update', 'told', 'fine', '17.1')`,
      { id: state },
    );
    run("INSERT INTO attempts (notification, number, token, started_at) VALUES (:id, 2, 'second', 3)", { id: state });
  }
  db.close();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-'));
  const path = join(folder, 'ledger.db');
  writeFirstLedger(path);
  ledger = openSqliteLedger({ path, clock: () => now, backlogLimit: 10, serving: false, busyTimeoutMs: 1_000 });
});
afterEach(async () => {
  await ledger.close();
  await rm(folder, { recursive: true });
});

test('a ledger of the first schema keeps its incidents, notifications and attempts', async () => {
  const found = await ledger.findIncident('k');

  expect(found?.incident).toEqual(anIncident('k', 3, { episode: 4 }));
  expect(found?.episodes).toEqual([4, 3, 2, 1].map((number) => anEpisode('k', number)));
  expect(found?.notifications.map((each) => each.state)).toEqual(['due', 'waiting', 'dead', 'settled']);
  for (const { attempts } of found?.notifications ?? []) {
    expect(attempts).toEqual([
      { number: 1, startedAt: 1, endedAt: 2, act: 'update', result: 'told', reason: 'fine', ref: '17.1' },
      { number: 2, startedAt: 3 },
    ]);
  }
});

test('what it told says when it was told last, as far as that is known', async () => {
  const told = async (id: string) => (await ledger.findNotification(id))?.notification.told;
  const part = (ref: string, at: number) => ({ ref, revision: 2, severity: 'error', at });

  expect(await told('settled')).toEqual({ opened: 'yes', parts: [part('17.1', dueAt), part('17.2', dueAt)] });
  expect(await told('dead')).toEqual({ opened: 'yes', parts: [part('18.1', owedSince)], ownKey: 'k#2' });
  expect(await told('waiting')).toEqual({ opened: 'no', parts: [] });
  expect(await told('due')).toEqual({ opened: 'maybe', parts: [] });
});

test('it goes on: what is owed is told, in the new ways too, and what is dead is taken up', async () => {
  const claimed = (await claimFrom(ledger)).find((each) => each.id === 'due');
  if (!claimed) throw new Error('not claimed');
  expect(claimed.before).toEqual({ number: 2, ref: '18.1' });
  await ledger.record(aRecord(claimed, { outcome: { act: 'reply', result: 'told', ref: '17.9' } }));
  expect((await ledger.findNotification('due'))?.notification.attempts.at(-1)).toMatchObject({
    number: 3,
    act: 'reply',
  });

  await ledger.takeUp([aKnownAddress('slack:C1')]);
  expect(await claimFrom(ledger)).toMatchObject([{ id: 'dead' }]);
  expect(await ledger.reroute({ dead: true })).toBe(1);
  expect(await claim(ledger)).toMatchObject([{ id: 'd' }]);
});

test('attempts still go with their notification', async () => {
  await ledger.close();
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  db.exec("DELETE FROM notifications WHERE id = 'settled'");
  const left = db.prepare('SELECT DISTINCT notification AS id FROM attempts ORDER BY id').all();
  db.close();

  expect(left.map((row) => row.id)).toEqual(['dead', 'due', 'waiting']);
});
