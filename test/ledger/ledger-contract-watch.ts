import { describe, expect } from 'vitest';
import type { LedgerHarness } from './ledger-contract.ts';
import {
  aCommit,
  acceptOne,
  aDelivery,
  anIncident,
  aRecord,
  aRevision,
  claim,
  claimOnly,
  heard,
  ledgerTest,
  minute,
  owe,
  second,
} from './ledger-contract-samples.ts';

export function describeWatch(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('what time may change', () => {
    const wake = (key: string, wakeAt: number) => aCommit({ incidents: [anIncident(key, 1, { wakeAt })] });

    test('comes up when its moment has come, the earliest first', async ({ ledger, harness }) => {
      const now = await ledger.now();
      await ledger.commit([wake('c', now + 3), wake('a', now + 1), wake('d', now + 4), wake('b', now + 2)]);
      await ledger.commit([aRevision('never')]);
      const keys = async (limit: number) => (await ledger.wakeable(limit)).incidents.map((each) => each.key);

      expect(await keys(10)).toEqual([]);
      harness.advance(3);
      expect(await keys(10)).toEqual(['a', 'b', 'c']);
      expect(await keys(2)).toEqual(['a', 'b']);
      expect((await ledger.wakeable(1)).now).toBe(await ledger.now());
    });

    test('no longer comes up once its moment is taken away or moved', async ({ ledger, harness }) => {
      const now = await ledger.now();
      await ledger.commit([wake('a', now), wake('b', now)]);
      await ledger.commit([
        aCommit({ incidents: [anIncident('a', 2)] }),
        aCommit({ incidents: [anIncident('b', 2, { wakeAt: now + second })] }),
      ]);

      expect((await ledger.wakeable(10)).incidents).toEqual([]);
      harness.advance(second);
      expect((await ledger.wakeable(10)).incidents).toMatchObject([{ key: 'b', revision: 2 }]);
    });

    test('says since when the oldest delivery is unrouted', async ({ ledger, harness }) => {
      expect(await ledger.wakeable(10)).not.toHaveProperty('oldestUnroutedAt');
      await acceptOne(ledger);
      const oldest = await ledger.now();
      harness.advance(second);
      await acceptOne(ledger);
      await claim(ledger, { token: 'a', limit: 1 });

      expect((await ledger.wakeable(10)).oldestUnroutedAt).toBe(oldest);
      expect((await ledger.backlog()).oldestUnroutedAt).toBe(oldest);
    });

    test('says when nobody listened: gaps of more than a minute', async ({ ledger, harness }) => {
      await ledger.heartbeat();
      harness.advance(minute);
      await ledger.heartbeat();
      const from = await ledger.now();
      expect((await ledger.wakeable(10)).gaps).toEqual([]);

      harness.advance(minute + 1);
      await (await harness.open()).heartbeat();
      await ledger.heartbeat();

      expect((await ledger.wakeable(10)).gaps).toEqual([{ from, until: from + minute + 1 }]);
    });

    test('says so before the next beat', async ({ ledger, harness }) => {
      await ledger.heartbeat();
      const from = await ledger.now();
      harness.advance(minute);
      expect((await ledger.wakeable(10)).gaps).toEqual([]);
      harness.advance(1);
      expect((await ledger.wakeable(10)).gaps).toEqual([{ from, until: from + minute + 1 }]);
    });

    test('takes no gap from a clock that went back', async ({ ledger, harness }) => {
      await ledger.heartbeat();
      harness.advance(-10 * minute);
      await ledger.heartbeat();
      harness.advance(second);
      await ledger.heartbeat();

      expect((await ledger.wakeable(10)).gaps).toEqual([]);
    });
  });

  describe('those who listen for work', () => {
    test('hear of a delivery to be routed', async ({ ledger }) => {
      const work = heard(ledger, 'route');
      await ledger.accept(aDelivery());
      await work;
    });

    test('hear of something owed', async ({ ledger }) => {
      const work = heard(ledger, 'notify');
      await ledger.commit([aRevision('k')]);
      await work;
    });

    test('hear of a new moment to look at an incident', async ({ ledger }) => {
      const work = heard(ledger, 'watch');
      await ledger.commit([aRevision('k', { over: { wakeAt: 1 } })]);
      await work;
    });

    test('hear when an attempt’s end makes another due', async ({ ledger }) => {
      const before = await owe(ledger, 'k', { address: 'x' });
      await owe(ledger, 'k', { number: 2 });
      const next = { state: 'waiting', for: before, afterMs: minute } as const;
      await ledger.record(aRecord(await claimOnly(ledger), { next }));
      const claimed = await claimOnly(ledger, { address: 'x' });

      const work = heard(ledger, 'notify');
      await ledger.record(aRecord(claimed));
      await work;
    });

    test('hear within a second of what a person changed through another opening', async ({ harness, ledger }) => {
      const serving = await harness.open({ serving: true });
      const works = [heard(serving, 'notify'), heard(serving, 'watch')];
      const began = performance.now();

      await ledger.commit([aRevision('k', { over: { wakeAt: 1 } })]);
      await Promise.all(works);

      expect(performance.now() - began).toBeLessThan(second);
    });

    test('hear nothing more once they stopped', async ({ ledger }) => {
      const stopped: string[] = [];
      const stop = ledger.onWork((work) => stopped.push(work));
      stop();
      const work = heard(ledger, 'route');
      await ledger.accept(aDelivery());
      await work;

      expect(stopped).toEqual([]);
    });
  });
}
