import { describe, expect } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import {
  aCommit,
  aKnownAddress,
  anEpisode,
  claimFrom,
  day,
  giveUp,
  heard,
  historyOf,
  ledgerTest,
  minute,
  owe,
  tell,
} from './ledger-contract-samples.ts';

const prune = (ledger: Ledger) => ledger.prune({ historyMs: 30 * day, historyBytes: 2 ** 40, memoryMs: 35 * day }, 100);
const listed = async (ledger: Ledger) => (await ledger.listAddresses()).map((each) => each.address).sort();

export function describeAddresses(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('taking up addresses', () => {
    test('answers with those that are new', async ({ ledger, harness }) => {
      const [one, two] = [aKnownAddress('slack:C1'), aKnownAddress('pagerduty:x', { type: 'pagerduty' })];

      expect(await ledger.takeUp([one])).toEqual(['slack:C1']);
      expect(await (await harness.open()).takeUp([one, two])).toEqual(['pagerduty:x']);
      expect(await ledger.takeUp([one, two])).toEqual([]);
      expect(await ledger.takeUp([])).toEqual([]);

      expect((await ledger.listAddresses()).toSorted((a, b) => a.address.localeCompare(b.address))).toEqual([two, one]);
    });

    test('answers with those whose credential is another', async ({ ledger }) => {
      await ledger.takeUp(['a', 'b'].map((address) => aKnownAddress(address)));
      const changed = aKnownAddress('a', { credential: 'f2' });

      expect(await ledger.takeUp([changed, aKnownAddress('b')])).toEqual(['a']);
      expect(await ledger.takeUp([changed])).toEqual([]);

      expect((await ledger.listAddresses()).find((each) => each.address === 'a')).toEqual(changed);
    });

    test('remembers the label it goes by now, which is no change', async ({ ledger }) => {
      await ledger.takeUp([aKnownAddress('a')]);

      expect(await ledger.takeUp([aKnownAddress('a', { destination: 'renamed' })])).toEqual([]);

      expect(await ledger.listAddresses()).toEqual([aKnownAddress('a', { destination: 'renamed' })]);
    });

    test('goes by the last where one is given twice', async ({ ledger }) => {
      const twice = ['f1', 'f2'].map((credential) => aKnownAddress('a', { credential, destination: credential }));

      expect(await ledger.takeUp(twice)).toEqual(['a']);
      expect(await ledger.takeUp(twice)).toEqual([]);

      expect(await ledger.listAddresses()).toEqual([twice[1]]);
    });

    test('takes thousands at once', async ({ ledger }) => {
      const many = Array.from({ length: 3_000 }, (_, i) => aKnownAddress(`slack:C${i}`));

      expect(await ledger.takeUp(many)).toHaveLength(3_000);
      expect(await ledger.takeUp(many)).toEqual([]);

      expect(await ledger.listAddresses()).toHaveLength(3_000);
    });

    test('makes owed again what is dead where it is new, afresh', async ({ ledger, harness }) => {
      const id = await giveUp(ledger, 'k');
      const settled = await tell(ledger, 'settled');
      const elsewhere = await giveUp(ledger, 'k', { address: 'slack:C2' });
      harness.advance(minute);

      const work = heard(ledger, 'notify');
      await ledger.takeUp([aKnownAddress('slack:C1')]);
      await work;

      const now = await ledger.now();
      const fresh = { state: 'due', failures: 0, owedSince: now, dueAt: now, told: { opened: 'yes' } };
      expect(await historyOf(ledger, 'k', id)).toMatchObject(fresh);
      expect(await historyOf(ledger, 'settled', settled)).toMatchObject({ state: 'settled' });
      expect(await historyOf(ledger, 'k', elsewhere)).toMatchObject({ state: 'dead' });
      expect(await ledger.backlog()).toMatchObject({ owed: 1, deadNotifications: 1 });
    });

    test('makes owed again what is dead where the credential is another, and nothing else', async ({ ledger }) => {
      await ledger.takeUp(['slack:C1', 'slack:C2'].map((address) => aKnownAddress(address)));
      const id = await giveUp(ledger, 'k');
      await giveUp(ledger, 'k', { address: 'slack:C2' });

      await ledger.takeUp(['slack:C1', 'slack:C2'].map((address) => aKnownAddress(address)));
      expect(await ledger.owedAddresses()).toEqual([]);
      await ledger.takeUp([aKnownAddress('slack:C1', { credential: 'f2' }), aKnownAddress('slack:C2')]);

      expect(await ledger.owedAddresses()).toEqual(['slack:C1']);
      expect(await claimFrom(ledger)).toMatchObject([{ id }]);
    });
  });

  describe('the addresses that are known', () => {
    test('are forgotten 35 days after they were last taken up, where nothing was told', async ({ ledger, harness }) => {
      await ledger.takeUp(['a', 'again'].map((address) => aKnownAddress(address)));
      harness.advance(day);
      await ledger.takeUp([aKnownAddress('again')]);
      harness.advance(34 * day - 1);
      await prune(ledger);
      expect(await listed(ledger)).toEqual(['a', 'again']);

      harness.advance(2);
      expect(await listed(ledger)).toEqual(['again']);
      await prune(ledger);

      expect(await listed(ledger)).toEqual(['again']);
      expect(await ledger.takeUp(['a', 'again'].map((address) => aKnownAddress(address)))).toEqual(['a']);
    });

    test('are kept where something is open, owed or dead', async ({ ledger, harness }) => {
      const addresses = ['open', 'owed', 'flying', 'dead'];
      await ledger.takeUp(addresses.map((address) => aKnownAddress(address)));
      await tell(ledger, 'k', { address: 'open' });
      await owe(ledger, 'k', { address: 'owed' });
      await owe(ledger, 'k', { address: 'flying' });
      await claimFrom(ledger, { address: 'flying' });
      await giveUp(ledger, 'k', { address: 'dead' });
      harness.advance(400 * day);

      await prune(ledger);

      expect(await listed(ledger)).toEqual(addresses.sort());
      expect(await ledger.takeUp(addresses.map((address) => aKnownAddress(address)))).toEqual([]);
    });

    test('are forgotten with the last that was told there', async ({ ledger, harness }) => {
      await ledger.takeUp([aKnownAddress('slack:C1')]);
      harness.advance(10 * day);
      await tell(ledger, 'k');
      const end = { at: await ledger.now(), why: 'cleared' } as const;
      await ledger.commit([aCommit({ episodes: [anEpisode('k', 1, { end })] })]);
      harness.advance(29 * day);
      await prune(ledger);
      expect(await listed(ledger)).toEqual(['slack:C1']);

      harness.advance(2 * day);
      while ((await prune(ledger)) > 0);

      expect(await listed(ledger)).toEqual([]);
      expect(await ledger.takeUp([aKnownAddress('slack:C1')])).toEqual(['slack:C1']);
    });
  });
}
