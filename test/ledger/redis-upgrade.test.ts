import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { nothingTold } from '../../src/domain/telling/notification.ts';
import { attemptsKept } from '../../src/ledger/history.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { type RedisServer, startRedisServer } from '../redis-server.ts';
import {
  aCommit,
  acceptOne,
  aKnownAddress,
  anEpisode,
  anOwed,
  aRecord,
  aStray,
  aTrace,
  claim,
  claimOnly,
  day,
  giveUp,
  minute,
  owe,
  second,
  tell,
  turnPages,
} from './ledger-contract-samples.ts';
import { openOn } from './redis-harness.ts';

let server: RedisServer;
let admin: Redis;
beforeAll(async () => {
  server = await startRedisServer();
  admin = new Redis(server.port, '127.0.0.1');
});
afterAll(async () => {
  await admin.quit();
  await server.stop();
});

let now = 0;
let prefix = '';
let ledger: Ledger;
beforeEach(async () => {
  now = Date.now();
  prefix = randomUUID();
  ledger = await openOn(server.url, { prefix, clock: () => now });
  onTestFinished(() => ledger.close());
});

/**
 * Rows of the version before have no place in an order, do not say when a part was last told, and are all among their
 * siblings.
 */
const asBefore = `
  local rows = redis.call('HGETALL', KEYS[1])
  for i = 1, #rows, 2 do
    local n = cmsgpack.unpack(rows[i + 1])
    n.place, n.known = nil, nil
    redis.call('ZADD', KEYS[2], 0, n.sibling)
    n.told = n.told and string.gsub(n.told, ',"at":%d+', '')
    redis.call('HSET', KEYS[1], rows[i], cmsgpack.pack(n))
  end`;

/** Makes of what is kept what a ledger of the version before would have kept. */
async function takeBack(): Promise<void> {
  const column = (name: string) => `{${prefix}}:${name}`;
  await admin.eval(asBefore, 2, column('notifications'), column('siblings'));
  const indexes = ['notification_order', 'notification_addresses', 'standing', 'rooted', 'siblings_known'];
  for (const name of [...indexes, 'delivery_died']) await admin.del(column(name));
}

const listed = async (of: Ledger = ledger) =>
  (await turnPages((page) => of.listNotifications(page), 3)).flat().map((each) => each.key);

const prune = () => ledger.prune({ historyMs: day, historyBytes: 2 ** 40, memoryMs: day }, 1_000);

async function kill(id: string): Promise<number> {
  const seq = await acceptOne(ledger, { id });
  await claim(ledger, { token: id });
  const delivery = { seq, state: 'dead', trace: aTrace({ error: 'broken' }) } as const;
  await ledger.commit([aCommit({ token: id, delivery })]);
  return seq;
}

test('notifications of the version before are listed in their order, before and after newer ones', async () => {
  await tell(ledger, 'a');
  now += second;
  await owe(ledger, 'b');
  now += second;
  await owe(ledger, 'a', { revision: 2 });
  await takeBack();
  now += second;
  await owe(ledger, 'c');

  expect(await listed()).toEqual(['c', 'b', 'a']);
  now += second;
  await owe(ledger, 'd');
  await owe(ledger, 'b', { revision: 2 });
  expect(await listed()).toEqual(['d', 'c', 'b', 'a']);
});

test('thousands of the version before are all listed, also when two ask at once', async () => {
  const keys = Array.from({ length: 3_000 }, (_, i) => `k${i}`);
  const episodes = keys.map((key) => anEpisode(key));
  await ledger.commit([aCommit({ episodes, owed: keys.map((key) => anOwed(key)) })]);
  await takeBack();
  const other = await openOn(server.url, { prefix, clock: () => now });
  onTestFinished(() => other.close());

  const all = (of: Ledger) => turnPages((page) => of.listNotifications(page), 500);
  for (const pages of await Promise.all([all(ledger), all(other)])) {
    expect(new Set(pages.flat().map((each) => each.key)).size).toBe(3_000);
  }
});

test('what one process of the version before keeps meanwhile is listed too', async () => {
  await owe(ledger, 'a');
  expect(await listed()).toEqual(['a']);
  now += second;
  await owe(ledger, 'b');
  await takeBack();

  expect(await listed()).toEqual(['b', 'a']);
});

test('an address is known while the version before kept something there', async () => {
  await tell(ledger, 'k', { address: 'told' });
  await takeBack();
  await ledger.takeUp(['told', 'empty'].map((address) => aKnownAddress(address)));
  now += 40 * day;

  await prune();

  expect(await ledger.listAddresses()).toEqual([aKnownAddress('told')]);
  const end = { at: now, why: 'cleared' } as const;
  await ledger.commit([aCommit({ episodes: [anEpisode('k', 1, { end })] })]);
  now += 2 * day;
  await prune();
  await prune();
  expect(await ledger.listAddresses()).toEqual([]);
});

test('what died before the upgrade is owed again when its address is first taken up', async () => {
  const id = await giveUp(ledger, 'k');
  await giveUp(ledger, 'k', { address: 'slack:C2' });
  await takeBack();

  expect(await ledger.takeUp([aKnownAddress('slack:C1')])).toEqual(['slack:C1']);

  expect(await ledger.owedAddresses()).toEqual(['slack:C1']);
  expect(await claimOnly(ledger)).toMatchObject({ id });
});

test('what stands of the episodes before the upgrade is named, before and after they are indexed', async () => {
  const dead = await giveUp(ledger, 'k');
  await tell(ledger, 'k', { number: 2 });
  const parts = [{ ref: 'ref-3', revision: 1, severity: 'error' as const, at: 1 }];
  const apart = { opened: 'yes' as const, parts, ownKey: 'k#3' };
  await giveUp(ledger, 'k', { number: 3, record: { told: apart } });
  await takeBack();

  for (const number of [5, 6, 7]) {
    await owe(ledger, 'k', { number });
    const claimed = await claimOnly(ledger);
    expect(claimed).toMatchObject({ predecessor: { id: dead, dead: true }, before: { number: 3, ref: 'ref-3' } });
    await ledger.record(aRecord(claimed, { told: nothingTold }));
  }
  expect(await admin.get(`{${prefix}}:siblings_known`)).toBe('6');
  await ledger.revive({ ids: [dead] });
  await ledger.record(aRecord(await claimOnly(ledger)));
  await owe(ledger, 'k', { number: 8 });
  expect(await claimOnly(ledger)).not.toHaveProperty('predecessor');
});

test('the newest that shares the key has the stray, though the version before kept it', async () => {
  const id = await owe(ledger, 'k');
  const late = await claimOnly(ledger, { leaseMs: second });
  now += second;
  await ledger.record(aRecord(await claimOnly(ledger)));
  const told = { opened: 'yes' as const, parts: [], ownKey: 'k#2' };
  await tell(ledger, 'k', { number: 2, record: { told } });
  await takeBack();

  await ledger.record(aRecord(late, { stray: { stray: aStray, at: 'newest' } }));

  expect(await claimOnly(ledger)).toMatchObject({ id, strays: [aStray] });
});

test('what is forgotten is in no index any more', async () => {
  for (const number of [1, 2]) {
    await tell(ledger, 'k', { number });
    await ledger.commit([aCommit({ episodes: [anEpisode('k', number, { end: { at: now, why: 'cleared' } })] })]);
    if (number === 1) await takeBack();
  }
  now += 2 * day;
  await prune();

  const columns = ['siblings', 'standing', 'rooted', 'notification_order'].map((name) => `{${prefix}}:${name}`);
  expect(await admin.exists(...columns)).toBe(0);
  expect(await admin.get(`{${prefix}}:siblings_known`)).toBe('0');
});

test('a part of the version before was told by the time more was owed', async () => {
  await tell(ledger, 'k');
  await takeBack();
  now += minute;
  await owe(ledger, 'k', { revision: 2 });

  expect((await claimOnly(ledger)).told.parts).toEqual([{ ref: 'ref-1', revision: 1, severity: 'error', at: now }]);
});

test('a delivery that died before the upgrade died with its receipt', async () => {
  await kill('early');
  now += 10 * minute;
  const late = await kill('late');
  await takeBack();

  expect(await ledger.reroute({ dead: true, diedWithinMs: minute })).toBe(1);
  expect(await claim(ledger)).toMatchObject([{ seq: late }]);
  expect(await ledger.reroute({ dead: true })).toBe(1);
});

/** Of each notification the version before kept every attempt. */
const withAttempts = `
  local rows = redis.call('HGETALL', KEYS[1])
  for i = 1, #rows, 2 do
    local n = cmsgpack.unpack(rows[i + 1])
    n.attempts, n.first, n.joined = tonumber(ARGV[1]), nil, nil
    redis.call('HSET', KEYS[1], rows[i], cmsgpack.pack(n))
    for number = 1, n.attempts do
      local attempt = { token = 't' .. number, started = number, ended = number, outcome = '{"act":"nothing"}' }
      redis.call('HSET', KEYS[2], rows[i] .. '\\n' .. number, cmsgpack.pack(attempt))
    end
  end`;

async function keepAttempts(count: number): Promise<void> {
  const column = (name: string) => `{${prefix}}:${name}`;
  await admin.eval(withAttempts, 2, column('notifications'), column('attempts'), count);
}

const keptAttempts = () => admin.hlen(`{${prefix}}:attempts`);

test('of the attempts that the version before kept the newest are shown, and the others go by and by', async () => {
  const id = await tell(ledger, 'k');
  await keepAttempts(900);
  const shown = async () => (await ledger.findNotification(id))?.notification.attempts.map((each) => each.number);
  expect(await shown()).toEqual(Array.from({ length: attemptsKept }, (_, i) => 901 - attemptsKept + i));

  for (const revision of [2, 3]) {
    await owe(ledger, 'k', { revision });
    await ledger.record(aRecord(await claimOnly(ledger)));
  }

  expect(await keptAttempts()).toBe(attemptsKept);
  expect(await shown()).toEqual(Array.from({ length: attemptsKept }, (_, i) => 903 - attemptsKept + i));
});

test('a notification of the version before with very many attempts is forgotten in several steps', async () => {
  const id = await tell(ledger, 'k');
  await tell(ledger, 'k', { address: 'slack:C2' });
  await keepAttempts(12_000);
  await ledger.commit([aCommit({ episodes: [anEpisode('k', 1, { end: { at: now, why: 'cleared' } })] })]);
  now += 2 * day;

  const left: number[] = [];
  while ((await prune()) > 0) left.push(await keptAttempts());

  expect(left).toEqual([14_000, 4_000, 0]);
  expect(await ledger.findNotification(id)).toBeUndefined();
  expect(await ledger.findIncident('k')).toBeUndefined();
});
