import { describe, expect } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Outcome } from '../../src/ledger/outbox.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import {
  anEpisode,
  anOwed,
  aRecord,
  aStray,
  claimFrom,
  claimOnly,
  historyOf,
  ledgerTest,
  owe,
  second,
} from './ledger-contract-samples.ts';

/** An attempt whose lease ended, and the one that another began after it. */
async function overtaken(ledger: Ledger, harness: LedgerHarness) {
  const late = await claimOnly(ledger, { leaseMs: second });
  harness.advance(second);
  return { late, current: await claimOnly(ledger) };
}

export function describeStrays(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('a late holder', () => {
    test('changes nothing but the outcome of its own attempt', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k');
      const { late, current } = await overtaken(ledger, harness);
      const outcome: Outcome = { act: 'open', result: 'ambiguous', reason: 'timed out' };
      const also = { episodes: [anEpisode('notice')], owed: [anOwed('notice', { address: 'owner' })] };

      expect(await ledger.record(aRecord(late, { outcome, also, pauseMs: 60 * second }))).toBe('late');

      const kept = await historyOf(ledger, 'k', id);
      expect(kept).toMatchObject({ state: 'due', told: { opened: 'no' }, failures: 0 });
      expect(kept).not.toHaveProperty('reason');
      expect(kept.attempts[0]).toMatchObject({ number: 1, late: true, ...outcome });
      expect(kept.attempts[1]).toEqual({ number: 2, startedAt: await ledger.now() });
      expect(await ledger.findIncident('notice')).toBeUndefined();
      await owe(ledger, 'other');
      expect(await claimFrom(ledger)).toHaveLength(1);
      expect(await ledger.record(aRecord(current))).toBe('recorded');
      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'settled' });
    });

    test('is late also after the next one recorded', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k');
      const { late, current } = await overtaken(ledger, harness);
      await ledger.record(aRecord(current));

      expect(await ledger.record(aRecord(late, { next: { state: 'due', afterMs: 0 } }))).toBe('late');

      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'settled' });
    });

    test('leaves what it told as a stray, which makes a settled notification due', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k');
      const { late, current } = await overtaken(ledger, harness);
      await ledger.record(aRecord(current));
      harness.advance(second);

      const record = aRecord(late, { stray: { stray: aStray, at: 'self' } });
      expect(await ledger.record(record)).toBe('late');
      expect(await ledger.record(record)).toBe('late');

      const now = await ledger.now();
      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'due', owedSince: now, failures: 0 });
      expect(await claimFrom(ledger)).toMatchObject([{ id, strays: [aStray], interrupted: false }]);
    });

    test('whose stray comes while the next is in flight makes it due after that record', async ({
      ledger,
      harness,
    }) => {
      const id = await owe(ledger, 'k');
      const { late, current } = await overtaken(ledger, harness);

      await ledger.record(aRecord(late, { stray: { stray: aStray, at: 'self' } }));
      expect(await claimFrom(ledger)).toEqual([]);
      await ledger.record(aRecord(current));

      expect(await claimFrom(ledger)).toMatchObject([{ id, strays: [aStray], told: { opened: 'yes' } }]);
    });

    test('may leave its stray with the newest notification of the key and address', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k');
      const { late, current } = await overtaken(ledger, harness);
      await ledger.record(aRecord(current));
      const newest = await owe(ledger, 'k', { number: 3 });
      await owe(ledger, 'k', { number: 2, address: 'slack:C2' });
      await ledger.record(aRecord(await claimOnly(ledger)));

      await ledger.record(aRecord(late, { stray: { stray: aStray, at: 'newest' } }));

      expect(await claimFrom(ledger)).toMatchObject([{ id: newest, strays: [aStray] }]);
      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'settled' });
    });
  });

  test('a stray is left with the newest that shares the key, not with one that has its own', async ({
    ledger,
    harness,
  }) => {
    const id = await owe(ledger, 'k');
    const { late, current } = await overtaken(ledger, harness);
    await ledger.record(aRecord(current));
    await owe(ledger, 'k', { number: 2 });
    const apart = await claimOnly(ledger);
    await ledger.record(aRecord(apart, { told: { opened: 'yes', parts: [], ownKey: 'k#2' } }));

    await ledger.record(aRecord(late, { stray: { stray: aStray, at: 'newest' } }));

    expect(await claimFrom(ledger)).toMatchObject([{ id, strays: [aStray] }]);
  });

  describe('strays', () => {
    test('leave once they are absorbed; newer ones stay and keep it due', async ({ ledger, harness }) => {
      await owe(ledger, 'k');
      const { late: first, current } = await overtaken(ledger, harness);
      await ledger.record(aRecord(first, { stray: { stray: aStray, at: 'self' } }));
      harness.advance(15 * second);
      const claimed = await claimOnly(ledger);
      expect(claimed.strays).toEqual([aStray]);
      const newer = { ...aStray, ref: 'ref-newer' };
      await ledger.record(aRecord(current, { stray: { stray: newer, at: 'self' } }));

      await ledger.record(aRecord(claimed, { absorbed: 1 }));

      const last = await claimOnly(ledger);
      expect(last.strays).toEqual([newer]);
      await ledger.record(aRecord(last, { absorbed: 1 }));
      expect(await claimFrom(ledger)).toEqual([]);
    });

    test('are not left by who recorded in time', async ({ ledger }) => {
      const id = await owe(ledger, 'k');

      const claimed = await claimOnly(ledger);
      expect(await ledger.record(aRecord(claimed, { stray: { stray: aStray, at: 'self' } }))).toBe('recorded');

      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'settled' });
    });
  });
}
