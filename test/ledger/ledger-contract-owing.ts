import { describe, expect } from 'vitest';
import { nothingTold } from '../../src/domain/telling/notification.ts';
import type { Next } from '../../src/ledger/outbox.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import {
  aRecord,
  claimFrom,
  claimOnly,
  historyOf,
  ledgerTest,
  minute,
  owe,
  second,
  tell,
} from './ledger-contract-samples.ts';

export function describeOwing(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('what is owed', () => {
    test('a new notification is due at once, with nothing told', async ({ ledger }) => {
      const id = await owe(ledger, 'k', { revision: 4 });
      const now = await ledger.now();

      const { attempts, reason, ...rest } = await historyOf(ledger, 'k', id);

      expect(attempts).toEqual([]);
      expect(reason).toBeUndefined();
      expect(rest).toEqual({
        ...{ id, key: 'k', number: 1, address: 'slack:C1', destination: 'ops', state: 'due' },
        ...{ owedRevision: 4, owedSince: now, dueAt: now, told: nothingTold, failures: 0 },
      });
    });

    test('there is one notification for an episode and address', async ({ ledger }) => {
      await owe(ledger, 'k', { revision: 1 });
      await owe(ledger, 'k', { revision: 2 });
      await owe(ledger, 'k', { revision: 2, address: 'slack:C2' });
      await owe(ledger, 'k', { revision: 3, number: 2 });

      expect((await ledger.backlog()).owed).toBe(3);
      expect(await claimFrom(ledger, { address: 'slack:C2' })).toMatchObject([{ owedRevision: 2 }]);
    });

    test('owed again while still due it keeps the moment since when, and the higher revision', async ({
      ledger,
      harness,
    }) => {
      const id = await owe(ledger, 'k', { revision: 2 });
      const since = await ledger.now();
      harness.advance(second);
      await owe(ledger, 'k', { revision: 3 });
      await owe(ledger, 'k', { revision: 1 });

      expect(await historyOf(ledger, 'k', id)).toMatchObject({ owedRevision: 3, owedSince: since, state: 'due' });
    });

    test('what waits for its next try is due at once when more is owed', async ({ ledger }) => {
      await owe(ledger, 'k');
      const claimed = await claimOnly(ledger);
      const again: Next = { state: 'due', afterMs: 5 * minute };
      await ledger.record(aRecord(claimed, { next: again, failures: 3 }));
      expect(await claimFrom(ledger)).toEqual([]);

      await owe(ledger, 'k', { revision: 2 });

      expect(await claimFrom(ledger)).toMatchObject([{ owedRevision: 2, failures: 3 }]);
    });

    test.for(['settled', 'dead'] as const)('one that is %s is owed afresh', async (state, { ledger, harness }) => {
      const id = await owe(ledger, 'k');
      const claimed = await claimOnly(ledger);
      await ledger.record(aRecord(claimed, { next: { state, revision: 1, reason: 'gone' }, failures: 2 }));
      expect(await ledger.backlog()).toMatchObject({ owed: 0, deadNotifications: state === 'dead' ? 1 : 0 });
      harness.advance(minute);

      await owe(ledger, 'k', { revision: 2 });

      const now = await ledger.now();
      const fresh = { state: 'due', owedRevision: 2, owedSince: now, dueAt: now, failures: 0 };
      expect(await historyOf(ledger, 'k', id)).toMatchObject({ ...fresh, told: { opened: 'yes' } });
      expect(await ledger.backlog()).toMatchObject({ owed: 1, oldestOwedAt: now, deadNotifications: 0 });
      expect(await claimFrom(ledger)).toMatchObject([{ id }]);
    });

    test('what waits for its next try goes on waiting when the same is owed once more', async ({ ledger, harness }) => {
      await owe(ledger, 'k', { revision: 2 });
      const claimed = await claimOnly(ledger);
      await ledger.record(aRecord(claimed, { next: { state: 'due', afterMs: minute }, failures: 3 }));
      harness.advance(second);
      await owe(ledger, 'k', { revision: 2 });

      expect(await claimFrom(ledger)).toEqual([]);
      harness.advance(minute - second);
      expect(await claimFrom(ledger)).toMatchObject([{ failures: 3, owedRevision: 2 }]);
    });

    test('a dead one is tried again when the same revision is owed once more', async ({ ledger }) => {
      await owe(ledger, 'k');
      const next: Next = { state: 'dead', revision: 1, reason: 'channel_not_found' };
      await ledger.record(aRecord(await claimOnly(ledger), { next }));
      expect(await claimFrom(ledger)).toEqual([]);

      await owe(ledger, 'k');

      expect(await claimFrom(ledger)).toMatchObject([{ owedRevision: 1, state: 'due' }]);
    });

    test('one that is settled at that revision, or a higher one, is owed nothing more', async ({ ledger, harness }) => {
      const id = await tell(ledger, 'k', { revision: 2, record: { next: { state: 'settled', revision: 4 } } });
      const settled = await historyOf(ledger, 'k', id);
      harness.advance(minute);

      for (const revision of [1, 2, 4]) await owe(ledger, 'k', { revision });

      expect(await historyOf(ledger, 'k', id)).toEqual(settled);
      expect(await claimFrom(ledger)).toEqual([]);
      expect(await ledger.owedAddresses()).toEqual([]);
      await owe(ledger, 'k', { revision: 5 });
      expect(await claimFrom(ledger)).toMatchObject([{ id, owedRevision: 5, attempts: 2 }]);
    });

    test('a waiting one is due at once and keeps the moment since when', async ({ ledger, harness }) => {
      const other = await owe(ledger, 'k', { number: 1, address: 'pagerduty:1' });
      const id = await owe(ledger, 'k', { number: 2 });
      const since = await ledger.now();
      const next: Next = { state: 'waiting', for: other, afterMs: 10 * minute };
      await ledger.record(aRecord(await claimOnly(ledger), { next, failures: 2 }));
      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'waiting' });
      harness.advance(second);

      await owe(ledger, 'k', { number: 2, revision: 2 });

      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'due', owedSince: since, failures: 0 });
      expect(await claimFrom(ledger)).toMatchObject([{ id }]);
    });
  });

  describe('owed while in flight', () => {
    const endings: [string, Next][] = [
      ['settled at the older revision', { state: 'settled', revision: 1 }],
      ['given up at the older revision', { state: 'dead', revision: 1, reason: 'gone' }],
      ['to be tried again later', { state: 'due', afterMs: 5 * minute }],
    ];
    test.for(endings)('it stays claimed, and is due at once when %s', async ([, next], { ledger, harness }) => {
      const id = await owe(ledger, 'k');
      const claimed = await claimOnly(ledger);
      harness.advance(second);
      await owe(ledger, 'k', { revision: 2 });
      expect(await claimFrom(ledger)).toEqual([]);

      expect(await ledger.record(aRecord(claimed, { next }))).toBe('recorded');

      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'due', owedRevision: 2 });
      expect(await claimFrom(ledger)).toMatchObject([{ id, owedRevision: 2, interrupted: false }]);
    });

    test.for(endings.slice(0, 2))(
      'it is owed since it was first raised, when %s',
      async ([, next], { ledger, harness }) => {
        const id = await owe(ledger, 'k');
        const claimed = await claimOnly(ledger);
        harness.advance(second);
        await owe(ledger, 'k', { revision: 2 });
        const owedSince = await ledger.now();
        harness.advance(second);
        await owe(ledger, 'k', { revision: 3 });
        harness.advance(second);

        await ledger.record(aRecord(claimed, { next, failures: 2 }));

        expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'due', owedSince, failures: 0 });
        expect((await ledger.backlog()).oldestOwedAt).toBe(owedSince);
      },
    );

    test('what was owed before and is not told yet is owed since then', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k', { revision: 2 });
      const owedSince = await ledger.now();
      harness.advance(second);

      await ledger.record(aRecord(await claimOnly(ledger), { next: { state: 'settled', revision: 1 } }));

      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'due', owedSince });
      expect((await ledger.backlog()).oldestOwedAt).toBe(owedSince);
    });

    test('it is settled when the attempt told the newer revision', async ({ ledger }) => {
      const id = await owe(ledger, 'k');
      const claimed = await claimOnly(ledger);
      await owe(ledger, 'k', { revision: 2 });

      await ledger.record(aRecord(claimed, { next: { state: 'settled', revision: 2 } }));

      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'settled' });
    });
  });

  describe('the addresses that are owed something', () => {
    test('are each named once, and no longer once settled', async ({ ledger }) => {
      await owe(ledger, 'k', { address: 'slack:C2' });
      await owe(ledger, 'l', { address: 'slack:C2' });
      await owe(ledger, 'k', { address: 'slack:C1' });
      await tell(ledger, 'k', { address: 'pagerduty:1' });

      expect((await ledger.owedAddresses()).sort()).toEqual(['slack:C1', 'slack:C2']);
    });

    test('are named while the notification is in flight or waits for its next try', async ({ ledger }) => {
      await owe(ledger, 'k');
      const claimed = await claimOnly(ledger);
      expect(await ledger.owedAddresses()).toEqual(['slack:C1']);

      await ledger.record(aRecord(claimed, { next: { state: 'due', afterMs: minute } }));

      expect(await ledger.owedAddresses()).toEqual(['slack:C1']);
    });
  });
}
