import { describe, expect } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import {
  aCommit,
  acceptMany,
  acceptOne,
  aDelivery,
  anEpisode,
  anIncident,
  anOwed,
  aRecord,
  aTrace,
  claim,
  claimFrom,
  claimOnly,
  day,
  ledgerTest,
  owe,
  sha256,
  tell,
} from './ledger-contract-samples.ts';

const retention = { historyMs: 30 * day, historyBytes: 2 ** 40, memoryMs: 35 * day };

/** Routes all that is unrouted. */
async function routeAll(ledger: Ledger): Promise<void> {
  for (const { seq } of await claim(ledger, { token: 't' })) {
    await ledger.commit([aCommit({ token: 't', delivery: { seq, state: 'routed', trace: aTrace() } })]);
  }
}

async function pruneAll(ledger: Ledger, over: Partial<typeof retention> = {}, limit = 7): Promise<number> {
  let went = 0;
  for (let step = -1; step !== 0; went += step) step = await ledger.prune({ ...retention, ...over }, limit);
  return went;
}

const ended = (key: string, number: number, at: number) => anEpisode(key, number, { end: { at, why: 'cleared' } });

export function describePrune(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('forgetting deliveries', () => {
    test('payload and trace go with age, and the id is known on', async ({ ledger, harness }) => {
      const old = aDelivery();
      await ledger.accept(old);
      await routeAll(ledger);
      harness.advance(31 * day);
      const recent = await acceptOne(ledger, { id: 'recent' });
      await routeAll(ledger);

      expect(await pruneAll(ledger)).toBe(1);

      for (const found of await ledger.findDeliveries(old.id)) {
        expect(found).not.toHaveProperty('body');
        expect(found).not.toHaveProperty('trace');
      }
      expect(await ledger.findDeliveries('recent')).toMatchObject([{ seq: recent, body: {}, trace: {} }]);
      harness.advance(3 * day);
      expect(await ledger.accept(aDelivery({ id: old.id }))).toEqual({ status: 'duplicate', altered: false });
      expect(await ledger.accept(old)).toMatchObject({ status: 'accepted' });
      expect(await claim(ledger)).toEqual([]);
    });

    test('an id that is forgotten is new again, with a larger number', async ({ ledger, harness }) => {
      const delivery = aDelivery();
      const seq = await acceptOne(ledger, delivery);
      await routeAll(ledger);
      harness.advance(35 * day + 1);

      await pruneAll(ledger);

      expect(await ledger.findDeliveries(delivery.id)).toEqual([]);
      const again = await acceptOne(ledger, { ...delivery, token: 'another' });
      expect(again).toBeGreaterThan(seq);
      expect(await claim(ledger)).toMatchObject([{ seq: again }]);
    });

    test('what is unrouted stays, however old', async ({ ledger, harness }) => {
      const seqs = await acceptMany(ledger, 3);
      harness.advance(400 * day);

      expect(await pruneAll(ledger, { historyBytes: 0 })).toBe(0);

      expect((await claim(ledger)).map((each) => [each.seq, each.body.byteLength > 0])).toEqual(
        seqs.map((seq) => [seq, true]),
      );
    });

    test('dead letters go with age too', async ({ ledger, harness }) => {
      const body = Buffer.from('[');
      await ledger.bury({ source: 'reachscore', body, digest: sha256(body), reason: 'not JSON' });
      harness.advance(36 * day);

      await pruneAll(ledger);

      expect(await ledger.backlog()).toMatchObject({ deadDeliveries: 0 });
    });

    test('over the bytes the oldest go, and only as many as must', async ({ ledger }) => {
      const kilobytes = 100;
      for (let i = 0; i < 40; i += 1) await acceptOne(ledger, { id: `d${i}`, body: Buffer.alloc(kilobytes * 1024, i) });
      await routeAll(ledger);

      await pruneAll(ledger, { historyBytes: 2 * 1024 * 1024 }, 1_000);

      const kept: number[] = [];
      for (let i = 0; i < 40; i += 1) {
        const [found] = await ledger.findDeliveries(`d${i}`);
        if (found?.body) kept.push(i);
      }
      expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => 40 - kept.length + i));
      expect(kept.length * kilobytes).toBeLessThanOrEqual(2 * 1024);
      expect(kept.length * kilobytes).toBeGreaterThan(1024);
    });

    test('goes in small steps', async ({ ledger, harness }) => {
      await acceptMany(ledger, 5);
      await routeAll(ledger);
      harness.advance(31 * day);

      expect(await ledger.prune(retention, 3)).toBe(3);
      expect(await ledger.prune(retention, 3)).toBe(2);
      expect(await ledger.prune(retention, 3)).toBe(0);
    });
  });

  describe('forgetting episodes', () => {
    test('ended ones go with age, with their notifications; newer ones stay', async ({ ledger, harness }) => {
      const at = await ledger.now();
      await tell(ledger, 'k', { number: 1 });
      await ledger.commit([aCommit({ episodes: [ended('k', 1, at)], incidents: [anIncident('k', 1)] })]);
      harness.advance(31 * day);
      await tell(ledger, 'k', { number: 2 });
      await ledger.commit([aCommit({ episodes: [ended('k', 2, await ledger.now())] })]);

      await pruneAll(ledger);

      const found = await ledger.findIncident('k');
      expect(found?.episodes.map((each) => each.number)).toEqual([2]);
      expect(found?.notifications.map((each) => each.number)).toEqual([2]);
    });

    test('one that is still owed its end stays, in every state of owing', async ({ ledger, harness }) => {
      const at = await ledger.now();
      const keys = ['due', 'flying', 'waiting'];
      for (const key of keys) {
        const owed = anOwed(key, { address: key });
        await ledger.commit([aCommit({ episodes: [ended(key, 1, at)], owed: [owed] })]);
      }
      await claimOnly(ledger, { address: 'flying' });
      const due = anOwed('due', { address: 'due' }).id;
      const next = { state: 'waiting', for: due, afterMs: 1 } as const;
      await ledger.record(aRecord(await claimOnly(ledger, { address: 'waiting' }), { next }));
      harness.advance(400 * day);

      expect(await pruneAll(ledger, { historyBytes: 0 })).toBe(0);

      for (const address of keys) expect(await claimFrom(ledger, { address })).toHaveLength(1);
    });

    test('one that ended while something was owed stays until that is told', async ({ ledger, harness }) => {
      await owe(ledger, 'k');
      await ledger.commit([aCommit({ episodes: [ended('k', 1, await ledger.now())] })]);
      harness.advance(400 * day);
      expect(await pruneAll(ledger, { historyBytes: 0 })).toBe(0);

      await ledger.record(aRecord(await claimOnly(ledger)));
      harness.advance(31 * day);
      await pruneAll(ledger);

      expect(await ledger.findIncident('k')).toBeUndefined();
    });

    test('open ones stay, and notices go', async ({ ledger, harness }) => {
      const openedAt = await ledger.now();
      await tell(ledger, 'open');
      await owe(ledger, 'notice');
      await ledger.record(aRecord(await claimOnly(ledger)));
      await ledger.commit([aCommit({ episodes: [anEpisode('notice', 1, { kind: 'notice', openedAt })] })]);
      harness.advance(400 * day);

      await pruneAll(ledger);

      expect((await ledger.findIncident('open'))?.notifications).toHaveLength(1);
      expect(await ledger.findIncident('notice')).toBeUndefined();
    });
  });

  describe('forgetting incidents', () => {
    test('the floor of one that is over is kept its time, and open ones for ever', async ({ ledger, harness }) => {
      const over = anIncident('over', 1, { open: false });
      await ledger.commit([aCommit({ incidents: [over, anIncident('open', 1)] })]);
      const keys = async () => [...(await ledger.readIncidents(['over', 'open'])).keys()].sort();

      harness.advance(34 * day);
      await pruneAll(ledger);
      expect(await keys()).toEqual(['open', 'over']);
      harness.advance(2 * day);
      await pruneAll(ledger);
      expect(await keys()).toEqual(['open']);
      expect(await ledger.commit([aCommit({ expects: [{ key: 'over', revision: 0 }] })])).toEqual(['committed']);
    });

    test('one that is over is kept while it is to be woken', async ({ ledger, harness }) => {
      const wakeAt = (await ledger.now()) + 60 * day;
      const armed = anIncident('armed', 1, { open: false, wakeAt });
      await ledger.commit([aCommit({ incidents: [armed] })]);
      harness.advance(59 * day);
      await pruneAll(ledger);
      expect(await ledger.readIncidents(['armed'])).toEqual(new Map([['armed', armed]]));
      harness.advance(day);
      await pruneAll(ledger);
      expect((await ledger.wakeable(1)).incidents).toEqual([armed]);

      const { wakeAt: _wakeAt, ...disarmed } = { ...armed, revision: 2 };
      await ledger.commit([aCommit({ expects: [{ key: 'armed', revision: 1 }], incidents: [disarmed] })]);
      harness.advance(34 * day);
      await pruneAll(ledger);
      expect(await ledger.readIncidents(['armed'])).toEqual(new Map([['armed', disarmed]]));
      harness.advance(2 * day);
      await pruneAll(ledger);
      expect(await ledger.readIncidents(['armed'])).toEqual(new Map());
    });

    test('one that is over is kept while an episode of it is: no number is given twice', async ({
      ledger,
      harness,
    }) => {
      const over = anIncident('k', 1, { open: false });
      const episodes = [ended('k', 1, await ledger.now())];
      await ledger.commit([aCommit({ incidents: [over], episodes, owed: [anOwed('k')] })]);
      harness.advance(36 * day);

      await pruneAll(ledger);

      expect(await ledger.readIncidents(['k'])).toEqual(new Map([['k', over]]));
    });

    test('times nobody listened go with the floors', async ({ ledger, harness }) => {
      await ledger.heartbeat();
      harness.advance(day);
      await ledger.heartbeat();
      const from = await ledger.now();
      harness.advance(36 * day);

      await pruneAll(ledger);

      expect((await ledger.wakeable(1)).gaps).toEqual([{ from, until: await ledger.now() }]);
    });
  });
}
