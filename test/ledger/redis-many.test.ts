import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { describe, expect, test as plainTest } from 'vitest';
import { nothingTold, type Told } from '../../src/domain/telling/notification.ts';
import { type Ledger, LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Next } from '../../src/ledger/outbox.ts';
import { type RedisServer, startRedisServer } from '../redis-server.ts';
import {
  aCommit,
  acceptOne,
  aDelivery,
  aKnownAddress,
  anEpisode,
  anOwed,
  aRecord,
  aSilence,
  aTrace,
  claim,
  claimFrom,
  claimOnly,
  giveUp,
  hold,
  minute,
  owe,
  tell,
} from './ledger-contract-samples.ts';
import { openOn } from './redis-harness.ts';

const test = plainTest.extend<{ server: RedisServer; ledger: Ledger }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's dependencies from its first parameter
  server: async ({}, use) => {
    const server = await startRedisServer();
    await use(server);
    await server.stop();
  },
  ledger: async ({ server }, use) => {
    const ledger = await openOn(server.url);
    await use(ledger);
    await ledger.close();
  },
});

/** More than one call takes up. */
const many = 1_200;

const dead: Next = { state: 'dead', revision: 1, reason: 'gone' };

/** Owes as many, and ends the first attempt at each with what is given. */
async function oweMany(ledger: Ledger, next: Next): Promise<string[]> {
  const keys = Array.from({ length: many }, (_, i) => `k${i}`);
  const owed = keys.map((key) => anOwed(key));
  await ledger.commit([aCommit({ episodes: keys.map((key) => anEpisode(key)), owed })]);
  for (let claimed = await claimFrom(ledger, { slots: many }); claimed.length > 0; ) {
    await Promise.all(claimed.map((each) => hold(ledger, each, next)));
    claimed = await claimFrom(ledger, { slots: many });
  }
  return owed.map((each) => each.id);
}

async function killMany(ledger: Ledger): Promise<number[]> {
  const seqs = await Promise.all(Array.from({ length: many }, () => acceptOne(ledger)));
  const token = randomUUID();
  await claim(ledger, { token, limit: many });
  const trace = aTrace({ error: 'broken' });
  await ledger.commit(seqs.map((seq) => aCommit({ token, delivery: { seq, state: 'dead', trace } })));
  return seqs;
}

describe('more than one call takes up', () => {
  test('falls due when the silence it waits for ends', async ({ ledger }) => {
    await ledger.keepSilence(aSilence({ id: 's' }));
    await oweMany(ledger, { state: 'waiting', for: 'silence:s', afterMs: 10 * minute });
    expect(await claimFrom(ledger)).toEqual([]);

    await ledger.expireSilence('s', 'cli:ops');

    const due = [await claimFrom(ledger, { slots: many }), await claimFrom(ledger, { slots: many })];
    expect(new Set(due.flat().map((each) => each.id)).size).toBe(many);
  });

  test('is owed again, by id and as all the dead', async ({ ledger }) => {
    const ids = await oweMany(ledger, dead);

    expect(await ledger.revive({ ids: ids.slice(0, 700) })).toBe(700);
    expect(await ledger.revive({ dead: true })).toBe(many - 700);
    expect(await ledger.backlog()).toMatchObject({ owed: many, deadNotifications: 0 });
  });

  test('is owed again where an address is taken up', async ({ ledger }) => {
    await oweMany(ledger, dead);
    await giveUp(ledger, 'k', { address: 'slack:C2' });

    await ledger.takeUp([aKnownAddress('slack:C1')]);

    expect(await ledger.backlog()).toMatchObject({ owed: many, deadNotifications: 1 });
  });

  test('is routed again', async ({ ledger }) => {
    const seqs = await killMany(ledger);

    expect(await ledger.reroute({ seqs: seqs.slice(0, 700) })).toBe(700);
    expect(await ledger.reroute({ dead: true })).toBe(many - 700);
    expect(await ledger.backlog()).toMatchObject({ unrouted: many, deadDeliveries: 0 });
  });

  test('is looked through for the few that are asked for', async ({ ledger }) => {
    const first = await owe(ledger, 'first', { address: 'x' });
    await oweMany(ledger, dead);
    const last = await owe(ledger, 'last', { address: 'x' });

    const { items, next } = await ledger.listNotifications({ limit: 5, state: 'due' });

    expect(items.map((each) => each.id)).toEqual([last, first]);
    expect(next).toBeUndefined();
  });
});

describe('a key with very many earlier episodes', () => {
  const numbers = Array.from({ length: many }, (_, i) => i + 3);

  /** What one claim of the next episode's notification comes to, and how many rows were looked at for it. */
  async function claimNext(ledger: Ledger, server: RedisServer) {
    await owe(ledger, 'k', { number: many + 3 });
    const admin = new Redis(server.port, '127.0.0.1');
    await admin.config('RESETSTAT');
    const claimed = await claimOnly(ledger);
    const stats = await admin.info('commandstats');
    await admin.quit();
    return { claimed, looks: Number(/cmdstat_hget:calls=(\d+)/.exec(stats)?.[1]) };
  }

  async function tellAll(ledger: Ledger, told: Told): Promise<void> {
    const episodes = numbers.map((number) => anEpisode('k', number));
    await ledger.commit([aCommit({ episodes, owed: numbers.map((number) => anOwed('k', { number })) })]);
    for (const _ of [1, 2]) {
      const claimed = await claimFrom(ledger, { slots: many });
      await Promise.all(claimed.map((each) => ledger.record(aRecord(each, { told }))));
    }
  }

  test('is looked through for none of them when nothing of them stands', async ({ server, ledger }) => {
    await tellAll(ledger, nothingTold);

    const { claimed, looks } = await claimNext(ledger, server);

    expect(claimed).not.toHaveProperty('predecessor');
    expect(claimed).not.toHaveProperty('before');
    expect(looks).toBeLessThan(20);
  });

  test('is looked through for the one that stands, and the one that was told', async ({ server, ledger }) => {
    await tell(ledger, 'k', { number: 2 });
    await tellAll(ledger, { ...nothingTold, ownKey: 'apart' });
    const standing = await owe(ledger, 'k', { number: 1 });
    await claimOnly(ledger);

    const { claimed, looks } = await claimNext(ledger, server);

    expect(claimed).toMatchObject({ predecessor: { id: standing }, before: { number: 2, ref: 'ref-1' } });
    expect(looks).toBeLessThan(20);
  });
});

describe('a Redis that hangs', () => {
  test('has revived, rerouted and taken up once when it is back, and says how many', async ({ server, ledger }) => {
    const ids = [await giveUp(ledger, 'a'), await giveUp(ledger, 'b')];
    const elsewhere = await giveUp(ledger, 'c', { address: 'slack:C2' });
    const seq = await acceptOne(ledger);
    await claim(ledger, { token: 't' });
    const delivery = { seq, state: 'dead', trace: aTrace({ error: 'broken' }) } as const;
    await ledger.commit([aCommit({ token: 't', delivery })]);

    server.pause();
    const made = Promise.all([
      ledger.revive({ ids }),
      ledger.reroute({ seqs: [seq] }),
      ledger.takeUp([aKnownAddress('slack:C2')]),
      ledger.keepSilence(aSilence({ id: 's' })),
    ]);
    // Longer than the first try of each: that is given up, and happens all the same.
    await expect(ledger.accept(aDelivery())).rejects.toThrow(LedgerUnavailable);
    server.resume();

    const [revived, rerouted, taken, silence] = await made;
    expect([revived, rerouted, taken, silence.id]).toEqual([2, 1, ['slack:C2'], 's']);
    expect(await claimOnly(ledger, { address: 'slack:C2' })).toMatchObject({ id: elsewhere });
    expect(await claimFrom(ledger)).toHaveLength(2);
  });

  test('has one attempt of a wait that was sent twice', async ({ server, ledger }) => {
    const id = await owe(ledger, 'k');
    await hold(ledger, await claimOnly(ledger), { state: 'waiting', for: 'snooze:k', afterMs: 0 });
    const claimed = await claimOnly(ledger);

    server.pause();
    const recorded = hold(ledger, claimed, { state: 'waiting', for: 'snooze:k', afterMs: minute });
    await expect(ledger.accept(aDelivery())).rejects.toThrow(LedgerUnavailable);
    server.resume();

    expect(await recorded).toBe('recorded');
    expect(await ledger.record(aRecord(claimed))).toBe('recorded');
    expect((await ledger.findNotification(id))?.notification.attempts).toHaveLength(1);
  });
});
