import { describe, expect } from 'vitest';
import type { LedgerHarness } from './ledger-contract.ts';
import {
  aRecord,
  aRoom,
  claimFrom,
  claimOnly,
  day,
  historyOf,
  ledgerTest,
  minute,
  owe,
  second,
  tell,
} from './ledger-contract-samples.ts';

const ids = (claimed: { id: string }[]) => claimed.map((each) => each.id);

export function describeClaims(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('claiming notifications', () => {
    test('begins an attempt, which is kept', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k');
      harness.advance(second);

      const claimed = await claimOnly(ledger);

      const startedAt = await ledger.now();
      expect(claimed).toMatchObject({
        id,
        attempts: 1,
        failures: 0,
        interrupted: false,
        strays: [],
        told: { parts: [] },
      });
      expect((await historyOf(ledger, 'k', id)).attempts).toEqual([{ number: 1, startedAt }]);
    });

    test('takes at most the slots of each address, and none of others', async ({ ledger }) => {
      for (const key of ['a', 'b', 'c']) {
        for (const address of ['slack:C1', 'slack:C2', 'slack:C3']) await owe(ledger, key, { address });
      }
      const rooms = [aRoom({ slots: 2 }), aRoom({ address: 'slack:C2', slots: 1 }), aRoom({ address: 'none' })];

      const { notifications } = await ledger.claimNotifications({ token: 't', rooms, holding: [] });

      expect(notifications.map((each) => each.address).sort()).toEqual(['slack:C1', 'slack:C1', 'slack:C2']);
      expect(await claimFrom(ledger, { slots: 0 })).toEqual([]);
      expect(await claimFrom(ledger)).toHaveLength(1);
    });

    test('gives each a token of its own', async ({ ledger }) => {
      for (const key of ['a', 'b']) await owe(ledger, key);

      const [first, other] = await claimFrom(ledger);

      expect(first?.token).not.toBe(other?.token);
    });

    test('takes the smallest due moment and rank together first', async ({ ledger, harness }) => {
      const late = await owe(ledger, 'late', { rank: 10 * second });
      harness.advance(4 * second);
      const early = await owe(ledger, 'early', { rank: 5 * second });
      harness.advance(5 * second);
      const last = await owe(ledger, 'last', { rank: 3 * second });

      expect(ids(await claimFrom(ledger, { slots: 1 }))).toEqual([early]);
      expect(ids(await claimFrom(ledger, { slots: 1 }))).toEqual([late]);
      expect(ids(await claimFrom(ledger, { slots: 1 }))).toEqual([last]);
    });

    test('takes nothing before it is due, however small its rank', async ({ ledger, harness }) => {
      const pressing = await owe(ledger, 'pressing');
      await ledger.record(aRecord(await claimOnly(ledger), { next: { state: 'due', afterMs: 10 * second } }));
      const patient = await owe(ledger, 'patient', { rank: minute });

      expect(ids(await claimFrom(ledger))).toEqual([patient]);
      harness.advance(10 * second);
      expect(ids(await claimFrom(ledger))).toEqual([pressing]);
    });

    test('what was not told yet keeps its place, whatever is owed besides', async ({ ledger }) => {
      const first = await owe(ledger, 'first', { rank: second });
      await owe(ledger, 'other', { rank: 2 * second });
      await owe(ledger, 'first', { rank: 3 * second, revision: 2 });

      expect(ids(await claimFrom(ledger, { slots: 1 }))).toEqual([first]);
    });

    test('what is due already keeps its place when more is owed', async ({ ledger, harness }) => {
      const first = await owe(ledger, 'first');
      harness.advance(second);
      await owe(ledger, 'other');
      harness.advance(second);
      await owe(ledger, 'first', { revision: 2 });

      expect(ids(await claimFrom(ledger, { slots: 1 }))).toEqual([first]);
    });

    test('what was told takes the rank of what is owed next', async ({ ledger }) => {
      const first = await tell(ledger, 'first', { rank: second });
      await owe(ledger, 'other', { rank: 2 * second });
      await owe(ledger, 'first', { rank: 3 * second, revision: 2 });

      expect(ids(await claimFrom(ledger, { slots: 1 }))).not.toEqual([first]);
    });

    test('repeated with its token it gives what it gave, as one attempt', async ({ ledger }) => {
      for (const key of ['a', 'b', 'c']) await owe(ledger, key);
      const asked = { token: 't', rooms: [aRoom({ slots: 2, pace: { perMinute: 1, burst: 3 } })], holding: [] };
      const first = await ledger.claimNotifications(asked);

      const again = await ledger.claimNotifications(asked);

      const tokens = (answer: typeof first) => answer.notifications.map((each) => [each.id, each.token]).sort();
      expect(tokens(again)).toEqual(tokens(first));
      expect(again.notifications.map((each) => each.attempts)).toEqual([1, 1]);
      expect(await claimFrom(ledger, { pace: { perMinute: 1, burst: 3 } })).toHaveLength(1);
    });
  });

  describe('a notification in flight', () => {
    test('is nobody else’s until its lease ends; then it was interrupted', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k');
      await claimOnly(ledger, { leaseMs: 10 * second });
      const other = await harness.open();

      harness.advance(10 * second - 1);
      expect(await claimFrom(other)).toEqual([]);
      harness.advance(1);
      expect(await claimFrom(other)).toMatchObject([{ id, interrupted: true, attempts: 2 }]);
      expect((await historyOf(ledger, 'k', id)).attempts.map((each) => each.number)).toEqual([1, 2]);
    });

    test('stays interrupted until an attempt is recorded', async ({ ledger, harness }) => {
      await owe(ledger, 'k');
      await claimOnly(ledger, { leaseMs: second });
      harness.advance(second);
      const released = await claimOnly(ledger);
      await ledger.releaseNotifications([released]);

      const claimed = await claimOnly(ledger);
      expect(claimed.interrupted).toBe(true);
      await ledger.record(aRecord(claimed, { next: { state: 'due', afterMs: 0 } }));

      expect(await claimOnly(ledger)).toMatchObject({ interrupted: false });
    });

    test('is passed over by who still holds it, although its lease ended', async ({ ledger, harness }) => {
      const held = await owe(ledger, 'held');
      await claimFrom(ledger, { leaseMs: second });
      harness.advance(minute);
      const free = await owe(ledger, 'free');

      expect(ids(await claimFrom(ledger, {}, [held]))).toEqual([free]);
    });

    test('that is due over 15 minutes ahead is due now: the clock went back', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k');
      harness.advance(-14 * minute);
      expect(await claimFrom(ledger)).toEqual([]);

      harness.advance(-2 * minute);
      expect(await claimFrom(ledger)).toMatchObject([{ id, interrupted: false }]);
    });

    test('is released as if never begun', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k');
      const claimed = await claimOnly(ledger);
      harness.advance(second);

      await ledger.releaseNotifications([{ id, token: 'another' }]);
      expect(await claimFrom(ledger)).toEqual([]);
      await ledger.releaseNotifications([claimed]);

      expect(await historyOf(ledger, 'k', id)).toMatchObject({ attempts: [], state: 'due', dueAt: await ledger.now() });
      expect(await claimOnly(ledger)).toMatchObject({ attempts: 1, interrupted: false });
      expect(await ledger.record(aRecord(claimed))).toBe('late');
    });
  });

  describe('when to ask again', () => {
    const nextInMs = async (ledger: Parameters<typeof claimFrom>[0], over = {}) =>
      (await ledger.claimNotifications({ token: 'next', rooms: [aRoom({ slots: 0, ...over })], holding: [] })).nextInMs;

    test('is not said when nothing is owed there', async ({ ledger }) => {
      await owe(ledger, 'k', { address: 'slack:C2' });
      await tell(ledger, 'k');

      expect(await nextInMs(ledger)).toBeUndefined();
    });

    test('is when the next one falls due, or its lease ends', async ({ ledger, harness }) => {
      await owe(ledger, 'k');
      const claimed = await claimOnly(ledger, { leaseMs: 15 * second });
      expect(await nextInMs(ledger)).toBe(15 * second);

      await ledger.record(aRecord(claimed, { next: { state: 'due', afterMs: 5 * second } }));
      harness.advance(second);

      expect(await nextInMs(ledger)).toBe(4 * second);
      harness.advance(day);
      expect(await nextInMs(ledger)).toBe(0);
    });

    test('is at once when more is due than there were slots for', async ({ ledger }) => {
      for (const key of ['a', 'b']) await owe(ledger, key);

      const answer = await ledger.claimNotifications({ token: 't', rooms: [aRoom({ slots: 1 })], holding: [] });

      expect(answer).toMatchObject({ nextInMs: 0, now: await ledger.now() });
    });
  });
}
