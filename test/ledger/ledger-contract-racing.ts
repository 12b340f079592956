import { describe, expect } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import {
  acceptMany,
  aDelivery,
  anEpisode,
  aRecord,
  aRevision,
  claim,
  claimFrom,
  claimOnly,
  ledgerTest,
  owe,
  second,
  seqsOf,
} from './ledger-contract-samples.ts';

export function describeRacing(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('two openings of one ledger', () => {
    test('exactly one keeps a delivery that comes to both', async ({ harness }) => {
      const openings = await Promise.all([harness.open(), harness.open()]);

      for (let i = 0; i < 20; i += 1) {
        const answers = await Promise.all(openings.map((each) => each.accept(aDelivery({ id: `d${i}` }))));
        expect(answers.map((answer) => answer.status).sort()).toEqual(['accepted', 'duplicate']);
      }
    });

    test('exactly one wins each revision of a key', async ({ harness }) => {
      const openings = await Promise.all([harness.open(), harness.open()]);

      for (let revision = 1; revision <= 20; revision += 1) {
        const answers = await Promise.all(openings.map((each) => each.commit([aRevision('k', { revision })])));
        expect(answers.flat().sort()).toEqual(['committed', 'conflict']);
      }
    });

    test('lose no change when each reads, changes and tries again', async ({ harness }) => {
      const openings = await Promise.all([harness.open(), harness.open()]);

      await Promise.all(openings.flatMap((ledger) => [raise(ledger, 'k', 10), raise(ledger, 'k', 10)]));

      expect((await openings[0]?.readIncidents(['k']))?.get('k')?.revision).toBe(40);
    });

    test('share what there is to route, and nothing is taken twice', async ({ harness }) => {
      const openings = await Promise.all([harness.open(), harness.open()]);
      const [first] = openings;
      const seqs = first ? await acceptMany(first, 30) : [];

      const taken = await Promise.all(
        Array.from({ length: 10 }, (_, i) => claim(openings[i % 2] as Ledger, { limit: 4 })),
      );

      expect(seqsOf(taken.flat()).sort((a, b) => a - b)).toEqual(seqs);
    });

    test('share what there is to tell, and nothing is taken twice', async ({ harness }) => {
      const openings = await Promise.all([harness.open(), harness.open()]);
      const ids: string[] = [];
      for (let i = 0; i < 20; i += 1) ids.push(await owe(openings[0] as Ledger, `k${i}`));

      const taken = await Promise.all(
        Array.from({ length: 10 }, (_, i) => claimFrom(openings[i % 2] as Ledger, { slots: 3 })),
      );

      expect(
        taken
          .flat()
          .map((each) => each.id)
          .sort(),
      ).toEqual(ids.sort());
    });

    test('one that lost its lease and one that took it: only the second ends the attempt', async ({ harness }) => {
      const [slow, quick] = await Promise.all([harness.open(), harness.open()]);
      const id = await owe(slow, 'k');
      const late = await claimOnly(slow, { leaseMs: second });
      harness.advance(second);
      const current = await claimOnly(quick);

      expect(await Promise.all([slow.record(aRecord(late)), quick.record(aRecord(current))])).toEqual([
        'late',
        'recorded',
      ]);
      expect((await slow.findIncident('k'))?.notifications).toMatchObject([{ id, state: 'settled' }]);
    });

    test('each sees at once what the other has done', async ({ harness }) => {
      const [one, other] = await Promise.all([harness.open(), harness.open()]);
      await one.commit([aRevision('k')]);

      expect(await other.findIncident('k')).toMatchObject({ incident: { revision: 1 }, episodes: [anEpisode('k')] });
      expect(await other.owedAddresses()).toEqual(['slack:C1']);
    });

    test('what was kept is there after all have closed', async ({ harness }) => {
      const first = await harness.open();
      const [seq] = await acceptMany(first, 1);
      const id = await owe(first, 'k');
      await first.close();

      const later = await harness.open();

      expect(seqsOf(await claim(later))).toEqual([seq]);
      expect(await claimFrom(later)).toMatchObject([{ id }]);
    });
  });
}

/** Raises an incident's revision as often as asked, one by one, as a router does: read, change, commit, or again. */
async function raise(ledger: Ledger, key: string, times: number): Promise<void> {
  for (let raised = 0; raised < times; ) {
    const revision = (await ledger.readIncidents([key])).get(key)?.revision ?? 0;
    const [answer] = await ledger.commit([aRevision(key, { revision: revision + 1 })]);
    if (answer === 'committed') raised += 1;
  }
}
