import { describe, expect } from 'vitest';
import type { Worker } from '../../src/ledger/workers.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import { day, ledgerTest, minute, second } from './ledger-contract-samples.ts';

function aWorker(id: string, over: Partial<Worker> = {}): Omit<Worker, 'since'> {
  return { id, file: 'a1', rules: { r: 'f1' }, sources: ['inbox-check'], addresses: ['slack:C1'], ...over };
}

export function describeWorkers(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('a worker', () => {
    test('that announced itself is there, with what it goes by', async ({ ledger, harness }) => {
      const bare = aWorker('bare', { rules: {}, sources: [], addresses: [] });
      const refusing = aWorker('refusing', { refused: { file: 'b2', why: 'it would orphan 4 of 5' } });
      await ledger.announce(bare, minute);
      const since = await ledger.now();
      harness.advance(second);
      await ledger.announce(refusing, minute);

      const workers = await (await harness.open()).listWorkers();

      expect(workers.toSorted((a, b) => a.since - b.since)).toEqual([
        { ...bare, since },
        { ...refusing, since: since + second },
      ]);
    });

    test('goes by what it announced last', async ({ ledger, harness }) => {
      await ledger.announce(aWorker('w', { refused: { file: 'b2', why: 'it is no JSON' } }), minute);
      harness.advance(second);
      const changed = aWorker('w', { file: 'b2', rules: { r: 'f2', s: 'f3' } });

      await ledger.announce(changed, minute);

      expect(await ledger.listWorkers()).toEqual([{ ...changed, since: await ledger.now() }]);
    });

    test('has its file in force since it first announced it', async ({ ledger, harness }) => {
      await ledger.announce(aWorker('w'), minute);
      const since = await ledger.now();
      harness.advance(second);
      const refused = { file: 'b2', why: 'it is no JSON' };

      await ledger.announce(aWorker('w', { refused }), minute);

      expect(await ledger.listWorkers()).toEqual([{ ...aWorker('w', { refused }), since }]);
    });

    test('is there as long as it said, and longer when it stays', async ({ ledger, harness }) => {
      await ledger.announce(aWorker('stays'), minute);
      await ledger.announce(aWorker('gone'), minute);
      harness.advance(minute - 1);
      expect(await ledger.listWorkers()).toHaveLength(2);

      expect(await ledger.stay('stays', minute)).toBe(true);
      harness.advance(1);
      expect(await ledger.listWorkers()).toMatchObject([{ id: 'stays' }]);
      harness.advance(minute - 2);
      expect(await ledger.listWorkers()).toMatchObject([{ id: 'stays' }]);
      harness.advance(1);
      expect(await ledger.listWorkers()).toEqual([]);
    });

    test('that is forgotten cannot stay, and announces itself again', async ({ ledger, harness }) => {
      await ledger.announce(aWorker('w'), minute);
      harness.advance(minute);

      expect(await ledger.stay('w', minute)).toBe(false);
      expect(await ledger.stay('absent', minute)).toBe(false);
      expect(await ledger.listWorkers()).toEqual([]);

      await ledger.announce(aWorker('w'), minute);
      expect(await ledger.listWorkers()).toEqual([{ ...aWorker('w'), since: await ledger.now() }]);
    });

    test('that leaves is there no more; the others are', async ({ ledger }) => {
      await ledger.announce(aWorker('leaves'), minute);
      await ledger.announce(aWorker('other'), minute);

      await ledger.leave('leaves');
      await ledger.leave('leaves');

      expect(await ledger.listWorkers()).toMatchObject([{ id: 'other' }]);
      expect(await ledger.stay('leaves', minute)).toBe(false);
    });
  });

  describe('a confirmed file', () => {
    test('is confirmed for a day, and no other is', async ({ ledger, harness }) => {
      expect(await ledger.isConfirmed('a1')).toBe(false);
      await ledger.confirmFile('a1');

      expect(await (await harness.open()).isConfirmed('a1')).toBe(true);
      expect(await ledger.isConfirmed('b2')).toBe(false);
      harness.advance(day - 1);
      expect(await ledger.isConfirmed('a1')).toBe(true);
      harness.advance(1);
      expect(await ledger.isConfirmed('a1')).toBe(false);
    });

    test('confirmed once more is so for another day', async ({ ledger, harness }) => {
      await ledger.confirmFile('a1');
      harness.advance(day - second);
      await ledger.confirmFile('a1');
      await ledger.confirmFile('b2');
      harness.advance(day - second);

      expect(await ledger.isConfirmed('a1')).toBe(true);
      expect(await ledger.isConfirmed('b2')).toBe(true);
    });
  });
}
