import { describe, expect } from 'vitest';
import type { Outcome } from '../../src/ledger/outbox.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import {
  aRecord,
  aSilence,
  claimFrom,
  claimOnly,
  day,
  held,
  historyOf,
  hold,
  ledgerTest,
  minute,
  owe,
  second,
} from './ledger-contract-samples.ts';

const forASnooze = { state: 'waiting', for: 'snooze:k', afterMs: 5 * minute } as const;
const forTheSilence = { ...forASnooze, for: 'silence:s' };

export function describeHolding(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('a wait like the one before', () => {
    test('prolongs that, and leaves no attempt of its own', async ({ ledger, harness }) => {
      await ledger.keepSilence(aSilence({ id: 's' }, day));
      const id = await owe(ledger, 'k');
      const startedAt = await ledger.now();
      for (let i = 0; i < 4; i += 1) {
        await hold(ledger, await claimOnly(ledger), forTheSilence);
        harness.advance(5 * minute);
      }
      const endedAt = startedAt + 15 * minute;

      expect((await historyOf(ledger, 'k', id)).attempts).toEqual([{ number: 1, startedAt, endedAt, ...held }]);

      await ledger.record(aRecord(await claimOnly(ledger)));

      const { state, attempts } = await historyOf(ledger, 'k', id);
      expect(state).toBe('settled');
      expect(attempts.map(({ number: _, ...each }) => each)).toEqual([
        { startedAt, endedAt, ...held },
        { startedAt: await ledger.now(), endedAt: await ledger.now(), act: 'open', result: 'told', ref: 'ref-1' },
      ]);
    });

    test('counts among the claims so far, by which what comes after it is numbered', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k');
      for (let i = 0; i < 5; i += 1) {
        await hold(ledger, await claimOnly(ledger), forASnooze);
        harness.advance(5 * minute);
      }

      expect((await ledger.listNotifications({ limit: 1 })).items).toMatchObject([{ id, attempts: 5 }]);
      await ledger.releaseNotifications([await claimOnly(ledger)]);
      const claimed = await claimOnly(ledger);
      expect(claimed.attempts).toBe(6);
      await ledger.record(aRecord(claimed, { next: { state: 'due', afterMs: 0 } }));
      await claimOnly(ledger);

      expect((await historyOf(ledger, 'k', id)).attempts.map((each) => each.number)).toEqual([1, 6, 7]);
    });

    test('is recorded when it is repeated with its token', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k');
      await hold(ledger, await claimOnly(ledger), forASnooze);
      harness.advance(5 * minute);
      const again = await claimOnly(ledger);
      expect(await hold(ledger, again, forASnooze)).toBe('recorded');
      harness.advance(5 * minute);
      await claimOnly(ledger);

      expect(await hold(ledger, again, forASnooze)).toBe('recorded');

      expect((await historyOf(ledger, 'k', id)).attempts).toMatchObject([
        { act: 'wait' },
        { startedAt: await ledger.now() },
      ]);
      expect(await claimFrom(ledger)).toEqual([]);
    });

    test('may be one without a reason', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k');
      for (const _ of [1, 2]) {
        await hold(ledger, await claimOnly(ledger), forASnooze, { act: 'wait', result: 'none' });
        harness.advance(5 * minute);
      }

      expect((await historyOf(ledger, 'k', id)).attempts).toHaveLength(1);
    });

    test.for<[string, Outcome]>([
      ['another reason', { ...held, reason: 'snoozed by cli:ops' }],
      ['no reason', { act: 'wait', result: 'none' }],
      ['a call', { act: 'update', result: 'retry', reason: 'silence s of cli:ops' }],
      ['nothing told', { act: 'nothing', result: 'none', reason: 'silence s of cli:ops' }],
    ])('is an attempt of its own after one with %s', async ([, between], { ledger, harness }) => {
      const id = await owe(ledger, 'k');
      for (const outcome of [held, between, held]) {
        await hold(ledger, await claimOnly(ledger), forASnooze, outcome);
        harness.advance(5 * minute);
      }

      const acts = (await historyOf(ledger, 'k', id)).attempts.map((each) => [each.act, each.reason]);
      expect(acts).toEqual([held, between, held].map((each) => [each.act, each.reason]));
    });

    test('is an attempt of its own after one of which nobody knows how it went', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k');
      await hold(ledger, await claimOnly(ledger), forASnooze);
      harness.advance(5 * minute);
      await claimOnly(ledger, { leaseMs: second });
      harness.advance(second);

      await hold(ledger, await claimOnly(ledger), forASnooze);

      expect((await historyOf(ledger, 'k', id)).attempts.map((each) => each.act)).toEqual(['wait', undefined, 'wait']);
    });

    test.for(['before', 'after'])(
      'of a late holder is an attempt of its own, %s the next one’s',
      async (when, { ledger, harness }) => {
        const id = await owe(ledger, 'k');
        await hold(ledger, await claimOnly(ledger), forASnooze);
        harness.advance(5 * minute);
        const late = await claimOnly(ledger, { leaseMs: second });
        harness.advance(second);
        const current = await claimOnly(ledger);

        if (when === 'after') await hold(ledger, current, forASnooze);
        expect(await hold(ledger, late, forASnooze)).toBe('late');
        expect(await hold(ledger, current, forASnooze)).toBe('recorded');

        expect(await hold(ledger, late, forASnooze)).toBe('late');
        const { attempts } = await historyOf(ledger, 'k', id);
        expect(attempts.map((each) => each.late)).toEqual([undefined, true, undefined]);
      },
    );
  });
}
