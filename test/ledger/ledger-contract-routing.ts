import { describe, expect } from 'vitest';
import type { LedgerHarness } from './ledger-contract.ts';
import {
  aCommit,
  acceptMany,
  acceptOne,
  aTrace,
  claim,
  ledgerTest,
  minute,
  second,
  seqsOf,
} from './ledger-contract-samples.ts';

export function describeRouting(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('claiming deliveries', () => {
    test('takes the earliest due, and gives them in the order of their numbers', async ({ ledger, harness }) => {
      const [first, middle, third] = await acceptMany(ledger, 3);
      await claim(ledger, { token: 'a', limit: 1 });
      harness.advance(second);
      await ledger.releaseDeliveries('a', [first ?? 0]);
      harness.advance(second);
      const last = await acceptOne(ledger);

      expect(seqsOf(await claim(ledger, { limit: 3 }))).toEqual([first, middle, third]);
      expect(seqsOf(await claim(ledger))).toEqual([last]);
    });

    test('takes the ones due longest before those due later, whatever their numbers', async ({ ledger, harness }) => {
      const [first] = await acceptMany(ledger, 1);
      await claim(ledger, { token: 'a' });
      await ledger.postpone('a', first ?? 0, 2 * second);
      harness.advance(second);
      const younger = await acceptOne(ledger);
      harness.advance(5 * second);

      expect(seqsOf(await claim(ledger, { limit: 1 }))).toEqual([younger]);
      expect(seqsOf(await claim(ledger, { limit: 1 }))).toEqual([first]);
    });

    test('says the moment of the claim and takes at most the limit', async ({ ledger }) => {
      await acceptMany(ledger, 3);

      const claimed = await ledger.claimDeliveries({ token: 't', limit: 2, leaseMs: second, holding: [] });

      expect(claimed.now).toBe(await ledger.now());
      expect(claimed.deliveries).toHaveLength(2);
    });

    test('leases: nobody else gets it until the lease ends, then it is due again', async ({ ledger, harness }) => {
      const seqs = await acceptMany(ledger, 1);
      await claim(ledger, { leaseMs: 10 * second });
      const other = await harness.open();

      harness.advance(10 * second - 1);
      expect(await claim(other)).toEqual([]);
      harness.advance(1);
      expect(seqsOf(await claim(other))).toEqual(seqs);
    });

    test('passes over what the caller still holds, although its lease ended', async ({ ledger, harness }) => {
      const [held, free] = await acceptMany(ledger, 2);
      await claim(ledger, { leaseMs: second });
      harness.advance(minute);

      expect(seqsOf(await claim(ledger, { holding: [held ?? 0] }))).toEqual([free]);
    });

    test('what is due over a minute ahead is due now: the clock went back', async ({ ledger, harness }) => {
      const seqs = await acceptMany(ledger, 2);
      harness.advance(-10 * minute);

      expect(seqsOf(await claim(ledger))).toEqual(seqs);
    });

    test('a clock that went back a little frees nothing', async ({ ledger, harness }) => {
      await acceptMany(ledger, 1);
      await claim(ledger, { leaseMs: 10 * second });
      harness.advance(-40 * second);

      expect(await claim(ledger)).toEqual([]);
    });

    test('repeated with its token it gives what it gave', async ({ ledger }) => {
      const seqs = await acceptMany(ledger, 4);
      const asked = { token: 't', limit: 2 };
      const first = await claim(ledger, asked);

      const again = await claim(ledger, asked);

      expect(seqsOf(again)).toEqual(seqsOf(first));
      expect(seqsOf(await claim(ledger))).toEqual(seqs.slice(2));
    });
  });

  describe('giving deliveries back', () => {
    test('a released one is due at once', async ({ ledger }) => {
      const [first, kept] = await acceptMany(ledger, 2);
      await claim(ledger, { token: 'a' });

      await ledger.releaseDeliveries('a', [first ?? 0]);

      const [again, ...more] = await claim(ledger);
      expect([again?.seq, again?.failures]).toEqual([first, 0]);
      expect(more.map((each) => each.seq)).not.toContain(kept);
    });

    test('another token releases and postpones nothing', async ({ ledger }) => {
      const [seq = 0] = await acceptMany(ledger, 1);
      await claim(ledger, { token: 'a' });

      await ledger.releaseDeliveries('b', [seq]);
      await ledger.postpone('b', seq, 0);

      expect(await claim(ledger)).toEqual([]);
      expect(
        await ledger.commit([aCommit({ token: 'a', delivery: { seq, state: 'routed', trace: aTrace() } })]),
      ).toEqual(['committed']);
    });

    test('a late holder releases nothing of the next one', async ({ ledger, harness }) => {
      const [seq = 0] = await acceptMany(ledger, 1);
      await claim(ledger, { token: 'a', leaseMs: second });
      harness.advance(second);
      await claim(ledger, { token: 'b' });

      await ledger.releaseDeliveries('a', [seq]);
      await ledger.postpone('a', seq, 0);

      expect(await claim(ledger)).toEqual([]);
    });

    test('a postponed one is due later, with a failure more each time', async ({ ledger, harness }) => {
      const [seq = 0] = await acceptMany(ledger, 1);
      await claim(ledger, { token: 'a' });
      await ledger.postpone('a', seq, 5 * second);
      await ledger.postpone('a', seq, 5 * second);

      harness.advance(5 * second - 1);
      expect(await claim(ledger)).toEqual([]);
      harness.advance(1);
      expect(await claim(ledger, { token: 'b' })).toMatchObject([{ seq, failures: 1 }]);
      await ledger.postpone('b', seq, 0);
      expect(await claim(ledger)).toMatchObject([{ seq, failures: 2 }]);
    });

    test('one may be released for later, without a failure', async ({ ledger, harness }) => {
      const [seq = 0] = await acceptMany(ledger, 1);
      await claim(ledger, { token: 'a' });
      await ledger.releaseDeliveries('a', [seq], 2 * second);

      harness.advance(2 * second - 1);
      expect(await claim(ledger)).toEqual([]);
      harness.advance(1);
      expect(await claim(ledger)).toMatchObject([{ seq, failures: 0 }]);
    });

    test('what was routed is neither released nor claimed again', async ({ ledger, harness }) => {
      const [seq = 0] = await acceptMany(ledger, 1);
      await claim(ledger, { token: 'a' });
      await ledger.commit([aCommit({ token: 'a', delivery: { seq, state: 'routed', trace: aTrace() } })]);

      await ledger.releaseDeliveries('a', [seq]);
      await ledger.postpone('a', seq, 0);
      harness.advance(minute);

      expect(await claim(ledger)).toEqual([]);
    });
  });
}
