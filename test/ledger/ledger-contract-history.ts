import { describe, expect } from 'vitest';
import type { LedgerHarness } from './ledger-contract.ts';
import {
  aCommit,
  acceptMany,
  acceptOne,
  anEpisode,
  anIncident,
  aRecord,
  aRevision,
  aTrace,
  claim,
  claimOnly,
  ledgerTest,
  owe,
  second,
  tell,
  turnPages,
} from './ledger-contract-samples.ts';

export function describeHistory(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  test('a ledger is for what the first to serve it said', async ({ harness, ledger }) => {
    expect(await ledger.purpose('preview')).toBe('preview');
    expect(await (await harness.open()).purpose('live')).toBe('preview');
  });

  describe('the list of deliveries', () => {
    test('comes in pages, the newest first, each delivery once', async ({ ledger }) => {
      const seqs = await acceptMany(ledger, 5);

      const pages = await turnPages((page) => ledger.listDeliveries(page), 2);

      expect(pages.flat().map((each) => each.seq)).toEqual(seqs.toReversed());
      expect(pages[0]).toHaveLength(2);
    });

    test('goes on where it stopped although more came meanwhile', async ({ ledger }) => {
      const seqs = await acceptMany(ledger, 3);
      const first = await ledger.listDeliveries({ limit: 2 });
      await acceptMany(ledger, 2);

      const rest = await ledger.listDeliveries({ limit: 2, ...(first.next && { after: first.next }) });

      expect(rest.items.map((each) => each.seq)).toEqual([seqs[0]]);
      expect(rest.next).toBeUndefined();
    });

    test('can be asked for a state and a source', async ({ ledger }) => {
      const [routed = 0, dead = 0] = await acceptMany(ledger, 2);
      await claim(ledger, { token: 't' });
      await ledger.commit([
        aCommit({ token: 't', delivery: { seq: routed, state: 'routed', trace: aTrace() } }),
        aCommit({ token: 't', delivery: { seq: dead, state: 'dead', trace: aTrace({ error: 'broken' }) } }),
      ]);
      const unrouted = await acceptOne(ledger);
      const other = await acceptOne(ledger, { source: 'reachscore' });
      const seqs = async (only: Omit<Parameters<typeof ledger.listDeliveries>[0], 'limit'>) =>
        (await turnPages((page) => ledger.listDeliveries({ ...page, ...only }), 1)).flat().map((each) => each.seq);

      expect(await seqs({ state: 'routed' })).toEqual([routed]);
      expect(await seqs({ state: 'dead' })).toEqual([dead]);
      expect(await seqs({ state: 'unrouted' })).toEqual([other, unrouted]);
      expect(await seqs({ source: 'inbox-check' })).toEqual([unrouted, dead, routed]);
      expect(await seqs({ source: 'reachscore', state: 'unrouted' })).toEqual([other]);
    });

    test('shows each as people look at it', async ({ ledger }) => {
      const body = Buffer.from('{"n":1}');
      const seq = await acceptOne(ledger, { id: 'd', type: 'test.completed', body });
      const kept = { seq, source: 'inbox-check', id: 'd', type: 'test.completed', receivedAt: await ledger.now() };

      expect((await ledger.listDeliveries({ limit: 1 })).items).toEqual([{ ...kept, bytes: 7, state: 'unrouted' }]);
    });
  });

  describe('finding', () => {
    test('gives every delivery with the id', async ({ ledger }) => {
      await acceptOne(ledger, { id: 'd', source: 'inbox-check' });
      await acceptOne(ledger, { id: 'd', source: 'reachscore' });
      await acceptOne(ledger, { id: 'e' });

      const found = await ledger.findDeliveries('d');

      expect(found.map((each) => each.source).sort()).toEqual(['inbox-check', 'reachscore']);
      expect(await ledger.findDeliveries('absent')).toEqual([]);
    });

    test('gives an incident with its episodes and notifications, the newest first', async ({ ledger, harness }) => {
      await ledger.commit([aRevision('k', { address: 'x' })]);
      await ledger.commit([aRevision('k', { revision: 2, number: 2 })]);
      harness.advance(second);
      const newest = await owe(ledger, 'k', { number: 3 });
      await ledger.commit([aRevision('k2')]);

      const found = await ledger.findIncident('k');

      expect(found?.incident).toMatchObject({ key: 'k', revision: 2 });
      expect(found?.episodes.map((each) => each.number)).toEqual([3, 2, 1]);
      expect(found?.notifications.map((each) => each.number)).toEqual([3, 2, 1]);
      expect(found?.notifications[0]?.id).toBe(newest);
      expect(await ledger.findIncident('absent')).toBeUndefined();
    });

    test('gives a notice, which has no incident', async ({ ledger }) => {
      await ledger.commit([aCommit({ episodes: [anEpisode('n', 1, { kind: 'notice' })] })]);

      expect(await ledger.findIncident('n')).toMatchObject({ incident: undefined, notifications: [] });
    });

    test('gives at most a hundred episodes', async ({ ledger }) => {
      const episodes = Array.from({ length: 120 }, (_, i) => anEpisode('k', i + 1));
      await ledger.commit([aCommit({ episodes })]);

      const found = await ledger.findIncident('k');

      expect(found?.episodes).toHaveLength(100);
      expect(found?.episodes.at(-1)?.number).toBe(21);
    });
  });

  describe('the list of incidents', () => {
    test('comes in pages, the last changed first', async ({ ledger, harness }) => {
      for (const key of ['a', 'b', 'c']) {
        harness.advance(1);
        await ledger.commit([aRevision(key)]);
      }
      harness.advance(1);
      await ledger.commit([aRevision('a', { revision: 2 })]);

      const pages = await turnPages((page) => ledger.listIncidents(page), 2);

      expect(pages.flat().map((each) => each.key)).toEqual(['a', 'c', 'b']);
    });

    test('pages through those changed at the same moment', async ({ ledger }) => {
      const keys = ['a', 'b', 'c', 'd', 'e'];
      await ledger.commit(keys.map((key) => aRevision(key)));

      const pages = await turnPages((page) => ledger.listIncidents(page), 2);

      expect(
        pages
          .flat()
          .map((each) => each.key)
          .sort(),
      ).toEqual(keys);
    });

    test('can be asked for the open or the ended', async ({ ledger }) => {
      await ledger.commit([aRevision('open'), aCommit({ incidents: [anIncident('over', 1, { open: false })] })]);
      const keys = async (open: boolean) => (await ledger.listIncidents({ limit: 9, open })).items.map((i) => i.key);

      expect(await keys(true)).toEqual(['open']);
      expect(await keys(false)).toEqual(['over']);
      expect((await ledger.backlog()).openIncidents).toBe(1);
    });
  });

  describe('the backlog', () => {
    test('is empty at first', async ({ ledger }) => {
      const nothing = { unrouted: 0, owed: 0, openIncidents: 0, deadDeliveries: 0, deadNotifications: 0 };

      expect(await ledger.backlog()).toEqual({ ...nothing, refusals: {}, heard: {} });
    });

    test('counts what is unrouted and owed, with the oldest of each', async ({ ledger, harness }) => {
      await acceptMany(ledger, 2);
      const oldestUnroutedAt = await ledger.now();
      harness.advance(second);
      await owe(ledger, 'a', { address: 'x' });
      const oldestOwedAt = await ledger.now();
      harness.advance(second);
      await owe(ledger, 'b', { address: 'y' });
      await tell(ledger, 'c');
      const next = { state: 'dead', revision: 1, reason: 'gone' } as const;
      await owe(ledger, 'd');
      await ledger.record(aRecord(await claimOnly(ledger), { next }));

      const counted = { unrouted: 2, oldestUnroutedAt, owed: 2, oldestOwedAt, deadNotifications: 1 };
      expect(await ledger.backlog()).toMatchObject(counted);
    });
  });
}
