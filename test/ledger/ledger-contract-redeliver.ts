import { describe, expect } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Next } from '../../src/ledger/outbox.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import {
  aCommit,
  acceptOne,
  aRecord,
  aTrace,
  claim,
  claimFrom,
  claimOnly,
  day,
  giveUp,
  heard,
  historyOf,
  ledgerTest,
  minute,
  owe,
  second,
  seqsOf,
  sha256,
  tell,
} from './ledger-contract-samples.ts';

/** Accepts a delivery whose routing is given up; its seq. */
async function killDelivery(ledger: Ledger, id: string): Promise<number> {
  return kill(ledger, id, await acceptOne(ledger, { id }));
}

async function kill(ledger: Ledger, id: string, seq: number): Promise<number> {
  await claim(ledger, { token: `${id}, first` });
  await ledger.postpone(`${id}, first`, seq, 0);
  await claim(ledger, { token: id });
  const trace = aTrace({ error: 'broken' });
  await ledger.commit([aCommit({ token: id, delivery: { seq, state: 'dead', trace } })]);
  return seq;
}

export function describeRedeliver(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('reviving notifications', () => {
    test('makes a dead one owed again, afresh', async ({ ledger, harness }) => {
      const id = await giveUp(ledger, 'k');
      const other = await giveUp(ledger, 'other');
      harness.advance(minute);

      const work = heard(ledger, 'notify');
      expect(await ledger.revive({ ids: [id] })).toBe(1);
      await work;

      const now = await ledger.now();
      const fresh = { state: 'due', failures: 0, owedSince: now, dueAt: now, told: { opened: 'yes' } };
      expect(await historyOf(ledger, 'k', id)).toMatchObject(fresh);
      expect(await historyOf(ledger, 'other', other)).toMatchObject({ state: 'dead' });
      expect(await ledger.backlog()).toMatchObject({ owed: 1, oldestOwedAt: now, deadNotifications: 1 });
      expect(await claimFrom(ledger)).toMatchObject([{ id, owedRevision: 1, interrupted: false }]);
    });

    test('counts those that were dead; repeated there are none', async ({ ledger }) => {
      const ids = [await giveUp(ledger, 'a'), await giveUp(ledger, 'b'), await tell(ledger, 'c')];

      expect(await ledger.revive({ ids: [...ids, 'unknown'] })).toBe(2);
      expect(await ledger.revive({ ids })).toBe(0);
      expect(await ledger.revive({ ids: [] })).toBe(0);

      expect((await claimFrom(ledger)).map((each) => each.id).sort()).toEqual(ids.sort());
    });

    test('makes due what waits for another or for its next try', async ({ ledger }) => {
      const before = await owe(ledger, 'k', { address: 'x' });
      const next: Next[] = [
        { state: 'waiting', for: before, afterMs: minute },
        { state: 'due', afterMs: minute },
      ];
      const ids: string[] = [];
      for (const [i, each] of next.entries()) ids.push(await tell(ledger, `k${i}`, { record: { next: each } }));
      expect(await claimFrom(ledger)).toEqual([]);

      expect(await ledger.revive({ ids })).toBe(0);

      expect((await claimFrom(ledger)).map((each) => each.id).sort()).toEqual(ids.sort());
    });

    test('leaves one in flight to its holder, and makes it due when its attempt ends', async ({ ledger }) => {
      const id = await owe(ledger, 'k');
      const claimed = await claimOnly(ledger);

      expect(await ledger.revive({ ids: [id] })).toBe(0);
      expect(await claimFrom(ledger)).toEqual([]);
      await ledger.record(aRecord(claimed, { next: { state: 'due', afterMs: minute } }));

      expect(await claimFrom(ledger)).toMatchObject([{ id, interrupted: false }]);
    });

    test('takes all the dead, or those of an address', async ({ ledger }) => {
      for (const address of ['x', 'y']) {
        for (const key of ['a', 'b']) await giveUp(ledger, key, { address });
      }
      await tell(ledger, 'settled', { address: 'x' });

      expect(await ledger.revive({ dead: true, address: 'x' })).toBe(2);
      expect(await ledger.owedAddresses()).toEqual(['x']);
      expect(await ledger.revive({ dead: true })).toBe(2);
      expect(await ledger.revive({ dead: true })).toBe(0);
      expect((await ledger.owedAddresses()).sort()).toEqual(['x', 'y']);
      expect(await claimFrom(ledger, { address: 'x' })).toHaveLength(2);
    });

    test('takes those that died of late, whenever they were owed', async ({ ledger, harness }) => {
      await giveUp(ledger, 'early');
      await owe(ledger, 'late', { address: 'x' });
      harness.advance(10 * minute);
      const next: Next = { state: 'dead', revision: 1, reason: 'gone' };
      await ledger.record(aRecord(await claimOnly(ledger, { address: 'x' }), { next }));
      harness.advance(minute);

      expect(await ledger.revive({ dead: true, diedWithinMs: minute - 1 })).toBe(0);
      expect(await ledger.revive({ dead: true, diedWithinMs: minute, address: 'y' })).toBe(0);
      expect(await ledger.revive({ dead: true, diedWithinMs: minute })).toBe(1);
      expect(await ledger.owedAddresses()).toEqual(['x']);
      expect(await ledger.revive({ dead: true, diedWithinMs: 11 * minute })).toBe(1);
    });

    test('one that dies again is dead since then', async ({ ledger, harness }) => {
      const id = await giveUp(ledger, 'k');
      harness.advance(10 * minute);
      await ledger.revive({ ids: [id] });
      const next: Next = { state: 'dead', revision: 1, reason: 'gone' };
      await ledger.record(aRecord(await claimOnly(ledger), { next }));
      harness.advance(second);

      expect(await ledger.revive({ dead: true, diedWithinMs: minute })).toBe(1);
    });
  });

  describe('routing dead deliveries again', () => {
    test('makes one unrouted, due at once and without failures', async ({ ledger }) => {
      const seq = await killDelivery(ledger, 'd');
      expect(await ledger.findDeliveries('d')).toMatchObject([{ state: 'dead', reason: 'broken' }]);

      const work = heard(ledger, 'route');
      expect(await ledger.reroute({ seqs: [seq] })).toBe(1);
      await work;

      const [found] = await ledger.findDeliveries('d');
      expect(found).toMatchObject({ state: 'unrouted', body: {} });
      expect(found).not.toHaveProperty('reason');
      expect(found).not.toHaveProperty('trace');
      expect(await ledger.backlog()).toMatchObject({ unrouted: 1, deadDeliveries: 0 });
      expect(await claim(ledger, { token: 't' })).toMatchObject([{ seq, failures: 0, body: {} }]);

      const delivery = { seq, state: 'routed', trace: aTrace({ deaf: 7 }) } as const;
      expect(await ledger.commit([aCommit({ token: 't', delivery })])).toEqual(['committed']);
      expect(await ledger.findDeliveries('d')).toMatchObject([{ state: 'routed', trace: { deaf: 7 } }]);
      expect(await ledger.backlog()).toMatchObject({ unrouted: 0, deadDeliveries: 0 });
    });

    test('leaves alone what is not dead, and repeated changes nothing', async ({ ledger }) => {
      const dead = await killDelivery(ledger, 'dead');
      const routed = await acceptOne(ledger);
      await claim(ledger, { token: 't' });
      const delivery = { seq: routed, state: 'routed', trace: aTrace() } as const;
      await ledger.commit([aCommit({ token: 't', delivery })]);
      const flying = await acceptOne(ledger);
      await claim(ledger);

      expect(await ledger.reroute({ seqs: [routed, flying, dead, 999] })).toBe(1);
      expect(await ledger.reroute({ seqs: [routed, flying, dead, 999] })).toBe(0);

      expect(seqsOf(await claim(ledger))).toEqual([dead]);
      expect(await ledger.backlog()).toMatchObject({ unrouted: 2 });
    });

    test('takes all the dead, or those that died of late, whenever they came', async ({ ledger, harness }) => {
      const early = await killDelivery(ledger, 'early');
      const late = await acceptOne(ledger, { id: 'late' });
      harness.advance(10 * minute);
      await kill(ledger, 'late', late);
      harness.advance(minute);

      expect(await ledger.reroute({ dead: true, diedWithinMs: minute - 1 })).toBe(0);
      expect(await ledger.reroute({ dead: true, diedWithinMs: minute })).toBe(1);
      expect(seqsOf(await claim(ledger))).toEqual([late]);
      expect(await ledger.reroute({ dead: true })).toBe(1);
      expect(seqsOf(await claim(ledger))).toEqual([early]);
    });

    test('never takes an unreadable one', async ({ ledger }) => {
      const body = Buffer.from('[');
      await ledger.bury({ source: 'reachscore', body, digest: sha256(body), reason: 'not JSON' });
      const [letter] = (await ledger.listDeliveries({ limit: 1 })).items;

      expect(await ledger.reroute({ dead: true })).toBe(0);
      expect(await ledger.reroute({ seqs: seqsOf(letter ? [letter] : []) })).toBe(0);

      expect(await ledger.backlog()).toMatchObject({ unrouted: 0, deadDeliveries: 1 });
    });

    test('never takes one whose payload is forgotten', async ({ ledger, harness }) => {
      const seq = await killDelivery(ledger, 'd');
      harness.advance(31 * day);
      await ledger.prune({ historyMs: 30 * day, historyBytes: 2 ** 40, memoryMs: 35 * day }, 100);

      expect(await ledger.reroute({ dead: true })).toBe(0);
      expect(await ledger.reroute({ seqs: [seq] })).toBe(0);

      expect(await ledger.backlog()).toMatchObject({ unrouted: 0 });
    });

    test('counts towards the limit of the backlog', async ({ harness }) => {
      const ledger = await harness.open({ backlogLimit: 1 });
      const seq = await killDelivery(ledger, 'd');

      await ledger.reroute({ seqs: [seq] });

      await expect(acceptOne(ledger)).rejects.toThrow('full');
    });
  });
}
