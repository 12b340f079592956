import { describe, expect } from 'vitest';
import type { Commit } from '../../src/ledger/inbox.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import {
  aCommit,
  acceptOne,
  aDelivery,
  anEpisode,
  anIncident,
  aRecord,
  aRevision,
  aTrace,
  claim,
  claimFrom,
  ledgerTest,
  second,
} from './ledger-contract-samples.ts';

const routed = (seq: number, over: Partial<Commit> = {}) =>
  aCommit({ token: 'a', delivery: { seq, state: 'routed', trace: aTrace() }, ...over });

/** A change alone, to be part of a routing's commit. */
function aRevisionOf(key: string, revision: number): Partial<Commit> {
  const { expects, incidents, episodes, owed } = aRevision(key, { revision });
  return { expects, incidents, episodes, owed };
}

export function describeCommits(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('the end of a routing', () => {
    test('keeps the trace, the incident, the episode and what is owed', async ({ ledger }) => {
      const { id } = aDelivery();
      const seq = await acceptOne(ledger, { id });
      await claim(ledger, { token: 'a' });
      const trace = aTrace({ notes: ['score: not a number'], deaf: 3 });
      const change = aRevision('k', { over: { keyless: true } });

      const answers = await ledger.commit([{ ...change, token: 'a', delivery: { seq, state: 'routed', trace } }]);

      expect(answers).toEqual(['committed']);
      expect(await ledger.findDeliveries(id)).toMatchObject([{ seq, state: 'routed', trace }]);
      expect(await ledger.readIncidents(['k'])).toEqual(new Map([['k', change.incidents[0]]]));
      expect(await claimFrom(ledger)).toMatchObject([{ id: change.owed[0]?.id, episode: change.episodes[0] }]);
    });

    test('one given up is a dead letter with its reason', async ({ ledger }) => {
      const seq = await acceptOne(ledger);
      await claim(ledger, { token: 'a' });
      const trace = aTrace({ error: 'routing threw five times' });

      await ledger.commit([routed(seq, { delivery: { seq, state: 'dead', trace } })]);

      const { items } = await ledger.listDeliveries({ limit: 5, state: 'dead' });
      expect(items).toMatchObject([{ seq, reason: 'routing threw five times' }]);
      expect(await ledger.backlog()).toMatchObject({ unrouted: 0, deadDeliveries: 1 });
    });

    test('is lost to whoever claimed it next, and changes nothing', async ({ ledger, harness }) => {
      const seq = await acceptOne(ledger);
      await claim(ledger, { token: 'a', leaseMs: second });
      harness.advance(second);
      await claim(ledger, { token: 'b' });

      expect(await ledger.commit([{ ...routed(seq), ...aRevision('k'), token: 'a' }])).toEqual(['lease-lost']);

      expect(await ledger.readIncidents(['k'])).toEqual(new Map());
      expect(await ledger.findIncident('k')).toBeUndefined();
      expect(await ledger.owedAddresses()).toEqual([]);
      expect(await ledger.commit([routed(seq, { token: 'b' })])).toEqual(['committed']);
    });

    test('is lost once another has routed it', async ({ ledger, harness }) => {
      const seq = await acceptOne(ledger);
      await claim(ledger, { token: 'a', leaseMs: second });
      harness.advance(second);
      await claim(ledger, { token: 'b' });
      await ledger.commit([routed(seq, { token: 'b' })]);

      expect(await ledger.commit([routed(seq)])).toEqual(['lease-lost']);
    });

    test('is a conflict when it builds on one of the same list that was refused, though its revision fits', async ({
      ledger,
    }) => {
      const [one, two] = [await acceptOne(ledger), await acceptOne(ledger)];
      await claim(ledger, { token: 'a', limit: 2 });
      await ledger.commit([aRevision('k')]);

      const answers = await ledger.commit([routed(one, aRevisionOf('k', 1)), routed(two, aRevisionOf('k', 2))]);

      expect(answers).toEqual(['conflict', 'conflict']);
      expect((await ledger.readIncidents(['k'])).get('k')?.revision).toBe(1);
      expect(await ledger.backlog()).toMatchObject({ unrouted: 2 });
    });

    test('is a conflict then however far behind it stands in the list', async ({ ledger }) => {
      const [one, two] = [await acceptOne(ledger), await acceptOne(ledger)];
      await claim(ledger, { token: 'a', limit: 2 });
      await ledger.commit([aRevision('k')]);
      const between = Array.from({ length: 100 }, (_, i) => aRevision(`between-${i}`));

      const answers = await ledger.commit([
        routed(one, aRevisionOf('k', 1)),
        ...between,
        routed(two, aRevisionOf('k', 2)),
      ]);

      expect(answers).toEqual(['conflict', ...between.map(() => 'committed'), 'conflict']);
    });

    test('is lost after it was given back', async ({ ledger }) => {
      const seq = await acceptOne(ledger);
      await claim(ledger, { token: 'a' });
      await ledger.releaseDeliveries('a', [seq]);

      expect(await ledger.commit([routed(seq)])).toEqual(['lease-lost']);
    });

    test('still stands when the lease ended but nobody else claimed', async ({ ledger, harness }) => {
      const seq = await acceptOne(ledger);
      await claim(ledger, { token: 'a', leaseMs: second });
      harness.advance(5 * second);

      expect(await ledger.commit([routed(seq)])).toEqual(['committed']);
      expect(await claim(ledger)).toEqual([]);
    });

    test('repeated with its token it answers as before and changes nothing more', async ({ ledger }) => {
      const seq = await acceptOne(ledger);
      await claim(ledger, { token: 'a' });
      const change = { ...routed(seq), ...aRevision('k'), token: 'a' };
      await ledger.commit([change]);
      await ledger.commit([aRevision('k', { revision: 2 })]);

      expect(await ledger.commit([change])).toEqual(['committed']);
      expect((await ledger.readIncidents(['k'])).get('k')?.revision).toBe(2);
    });
  });

  describe('compare-and-set', () => {
    test('a conflict changes nothing: no trace, incident, episode or notification', async ({ ledger }) => {
      const { id } = aDelivery();
      const seq = await acceptOne(ledger, { id });
      await claim(ledger, { token: 'a' });
      await ledger.commit([aCommit({ incidents: [anIncident('read', 1)] })]);
      const change = aRevision('k');
      const expects = [...change.expects, { key: 'read', revision: 0 }];

      expect(await ledger.commit([{ ...routed(seq), ...change, expects, token: 'a' }])).toEqual(['conflict']);

      expect(await ledger.findDeliveries(id)).toEqual([expect.not.objectContaining({ trace: expect.anything() })]);
      expect(await ledger.backlog()).toMatchObject({ unrouted: 1, owed: 0, openIncidents: 1 });
      expect(await ledger.findIncident('k')).toBeUndefined();
      expect(await ledger.commit([{ ...routed(seq), ...change, token: 'a' }])).toEqual(['committed']);
    });

    test.for([
      ['an absent one where there is one', 0, ['conflict']],
      ['an older one than stored', 1, ['conflict']],
      ['the stored one', 2, ['committed']],
      ['a newer one than stored', 3, ['conflict']],
    ] as const)('expecting %s', async ([, revision, answers], { ledger }) => {
      await ledger.commit([aRevision('k'), aRevision('k', { revision: 2 })]);

      const change = aCommit({ expects: [{ key: 'k', revision }], incidents: [anIncident('k', revision + 1)] });

      expect(await ledger.commit([change])).toEqual(answers);
    });

    test('expecting a revision where nothing is stored is a conflict', async ({ ledger }) => {
      expect(await ledger.commit([aCommit({ expects: [{ key: 'k', revision: 1 }] })])).toEqual(['conflict']);
      expect(await ledger.commit([aCommit({ expects: [{ key: 'k', revision: 0 }] })])).toEqual(['committed']);
    });

    test('commits of one list go in order, each for itself', async ({ ledger }) => {
      const answers = await ledger.commit([
        aRevision('k', { revision: 1 }),
        aRevision('k', { revision: 2 }),
        aRevision('k', { revision: 2 }),
        aRevision('other', { revision: 1 }),
      ]);

      expect(answers).toEqual(['committed', 'committed', 'conflict', 'committed']);
      expect((await ledger.readIncidents(['k', 'other'])).get('k')?.revision).toBe(2);
    });

    test('a change without a delivery, repeated with its token, answers as before', async ({ ledger }) => {
      const change = aRevision('k');
      await ledger.commit([change]);
      const other = aRevision('k');

      expect(await ledger.commit([change, other])).toEqual(['committed', 'conflict']);
      expect((await ledger.readIncidents(['k'])).get('k')?.revision).toBe(1);
    });

    test('it does so while one of its incidents is as it left it, though others were changed since', async ({
      ledger,
    }) => {
      const parts = [aRevision('k'), aRevision('l')];
      const change = aCommit({
        expects: parts.flatMap((each) => each.expects),
        incidents: parts.flatMap((each) => each.incidents),
        episodes: parts.flatMap((each) => each.episodes),
        owed: parts.flatMap((each) => each.owed),
      });
      await ledger.commit([change]);
      await ledger.commit([aRevision('l', { revision: 2 })]);
      for (const claimed of await claimFrom(ledger)) await ledger.record(aRecord(claimed));

      expect(await ledger.commit([change])).toEqual(['committed']);

      const revisions = [...(await ledger.readIncidents(['k', 'l'])).values()].map((each) => each.revision);
      expect(revisions).toEqual([1, 2]);
      expect(await ledger.owedAddresses()).toEqual([]);
    });

    test('several changes of one key under one token are each made once', async ({ ledger }) => {
      const list = [aRevision('k'), aRevision('k', { revision: 2 })].map((each) => ({ ...each, token: 't' }));

      expect(await ledger.commit(list)).toEqual(['committed', 'committed']);
      expect(await ledger.commit(list)).toEqual(['committed', 'committed']);
      expect((await ledger.readIncidents(['k'])).get('k')?.revision).toBe(2);
    });

    test('an episode committed again takes the place of the old', async ({ ledger }) => {
      const end = { at: 5, why: 'cleared' as const };
      await ledger.commit([aCommit({ episodes: [anEpisode('k'), anEpisode('k', 2)] })]);
      await ledger.commit([aCommit({ episodes: [anEpisode('k', 1, { revision: 2, end })] })]);

      const found = await ledger.findIncident('k');

      expect(found?.episodes).toEqual([anEpisode('k', 2), anEpisode('k', 1, { revision: 2, end })]);
    });

    test('reads only the incidents that are there', async ({ ledger }) => {
      await ledger.commit([aRevision('k'), aRevision('l')]);

      expect([...(await ledger.readIncidents(['l', 'absent', 'k'])).keys()].sort()).toEqual(['k', 'l']);
      expect(await ledger.readIncidents([])).toEqual(new Map());
    });
  });
}
