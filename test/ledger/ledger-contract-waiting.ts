import { describe, expect } from 'vitest';
import type { Next } from '../../src/ledger/outbox.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import {
  aRecord,
  aSilence,
  claimFrom,
  claimOnly,
  day,
  heard,
  historyOf,
  hold,
  ledgerTest,
  minute,
  owe,
  tell,
} from './ledger-contract-samples.ts';

const until = (awaited: string): Next => ({ state: 'waiting', for: awaited, afterMs: 5 * minute });

export function describeWaiting(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('waiting for another', () => {
    const waitFor = (id: string): Next => ({ state: 'waiting', for: id, afterMs: 5 * minute });

    test.for(['settled', 'dead'] as const)('ends when that is %s', async (state, { ledger }) => {
      const before = await owe(ledger, 'k', { number: 1, address: 'x' });
      const id = await owe(ledger, 'k', { number: 2 });
      const first = await claimOnly(ledger, { address: 'x' });
      await ledger.record(aRecord(await claimOnly(ledger), { next: waitFor(before) }));
      expect(await claimFrom(ledger)).toEqual([]);

      await ledger.record(aRecord(first, { next: { state, revision: 1, reason: 'gone' } }));

      expect(await claimFrom(ledger)).toMatchObject([{ id }]);
    });

    test('goes on while that is still owed something', async ({ ledger }) => {
      const before = await owe(ledger, 'k', { number: 1, address: 'x' });
      const id = await owe(ledger, 'k', { number: 2 });
      const first = await claimOnly(ledger, { address: 'x' });
      await ledger.record(aRecord(await claimOnly(ledger), { next: waitFor(before) }));
      await owe(ledger, 'k', { number: 1, address: 'x', revision: 2 });

      await ledger.record(aRecord(first, { next: { state: 'settled', revision: 1 } }));

      expect(await claimFrom(ledger)).toEqual([]);
      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'waiting' });
      await ledger.record(aRecord(await claimOnly(ledger, { address: 'x' })));
      expect(await claimFrom(ledger)).toMatchObject([{ id }]);
    });

    test('ends at its own time when nothing happens', async ({ ledger, harness }) => {
      const before = await owe(ledger, 'k', { number: 1, address: 'x' });
      await owe(ledger, 'k', { number: 2 });
      await ledger.record(aRecord(await claimOnly(ledger), { next: waitFor(before) }));

      harness.advance(5 * minute - 1);
      expect(await claimFrom(ledger)).toEqual([]);
      harness.advance(1);
      expect(await claimFrom(ledger)).toHaveLength(1);
    });

    test('is over at once when that is settled already, or unknown', async ({ ledger }) => {
      const before = await tell(ledger, 'k', { number: 1, address: 'x' });
      await owe(ledger, 'k', { number: 2 });
      await ledger.record(aRecord(await claimOnly(ledger), { next: waitFor(before) }));

      const again = await claimOnly(ledger);
      await ledger.record(aRecord(again, { next: waitFor('unknown') }));

      expect(await claimFrom(ledger)).toHaveLength(1);
    });

    test('ends for all who wait for it', async ({ ledger }) => {
      const before = await owe(ledger, 'k', { address: 'x' });
      for (const key of ['a', 'b']) await owe(ledger, key);
      for (const claimed of await claimFrom(ledger)) await ledger.record(aRecord(claimed, { next: waitFor(before) }));

      await ledger.record(aRecord(await claimOnly(ledger, { address: 'x' })));

      expect(await claimFrom(ledger)).toHaveLength(2);
    });
  });

  describe('waiting for a silence', () => {
    test('ends when that is expired, for all it held and for no other', async ({ ledger, harness }) => {
      for (const id of ['s', 's2']) await ledger.keepSilence(aSilence({ id }));
      for (const key of ['a', 'b', 'other']) await owe(ledger, key);
      for (const claimed of await claimFrom(ledger)) {
        await hold(ledger, claimed, until(claimed.key === 'other' ? 'silence:s2' : 'silence:s'));
      }
      expect(await claimFrom(ledger)).toEqual([]);
      expect(await ledger.owedAddresses()).toEqual(['slack:C1']);

      await (await harness.open()).expireSilence('s', 'cli:ops');

      expect((await claimFrom(ledger)).map((each) => each.key).sort()).toEqual(['a', 'b']);
    });

    test('ended by expiry is told to those who listen', async ({ ledger, harness }) => {
      await ledger.keepSilence(aSilence({ id: 's' }));
      await owe(ledger, 'k');
      await hold(ledger, await claimOnly(ledger), until('silence:s'));
      const serving = await harness.open({ serving: true });
      const works = [heard(ledger, 'notify'), heard(serving, 'notify')];

      await ledger.expireSilence('s', 'cli:ops');
      await Promise.all(works);
    });

    test('ends at its own time while that is in force', async ({ ledger, harness }) => {
      await ledger.keepSilence(aSilence({ id: 's' }));
      const id = await owe(ledger, 'k');
      await hold(ledger, await claimOnly(ledger), until('silence:s'));
      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'waiting', reason: 'silence s of cli:ops' });

      harness.advance(5 * minute - 1);
      expect(await claimFrom(ledger)).toEqual([]);
      harness.advance(1);
      expect(await claimFrom(ledger)).toMatchObject([{ id }]);
    });

    test('is over at once when that is over already, or unknown', async ({ ledger, harness }) => {
      await ledger.keepSilence(aSilence({ id: 'expired' }));
      await ledger.keepSilence(aSilence({ id: 'lapsed' }, minute));
      await owe(ledger, 'k');
      const claimed = await claimOnly(ledger, { leaseMs: day });
      await ledger.expireSilence('expired', 'cli:ops');
      harness.advance(minute);

      await hold(ledger, claimed, until('silence:expired'));
      await hold(ledger, await claimOnly(ledger), until('silence:lapsed'));
      await hold(ledger, await claimOnly(ledger), until('silence:unknown'));

      expect(await claimFrom(ledger)).toHaveLength(1);
    });

    test('is over when more is owed', async ({ ledger }) => {
      await ledger.keepSilence(aSilence({ id: 's' }));
      await owe(ledger, 'k');
      await hold(ledger, await claimOnly(ledger), until('silence:s'));

      await owe(ledger, 'k', { revision: 2 });

      expect(await claimFrom(ledger)).toMatchObject([{ owedRevision: 2 }]);
      await ledger.expireSilence('s', 'cli:ops');
      expect(await claimFrom(ledger)).toEqual([]);
    });
  });

  describe('waiting for a snooze', () => {
    test('ends when more is owed, or at its own time', async ({ ledger, harness }) => {
      await owe(ledger, 'k');
      await hold(ledger, await claimOnly(ledger), until('snooze:k'));
      expect(await claimFrom(ledger)).toEqual([]);
      harness.advance(minute);
      await owe(ledger, 'k', { revision: 2 });

      await hold(ledger, await claimOnly(ledger), until('snooze:k'));
      harness.advance(5 * minute - 1);
      expect(await claimFrom(ledger)).toEqual([]);
      harness.advance(1);
      expect(await claimFrom(ledger)).toHaveLength(1);
    });
  });
}
