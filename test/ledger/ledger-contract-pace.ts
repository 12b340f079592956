import { describe, expect } from 'vitest';
import type { Told } from '../../src/domain/telling/notification.ts';
import { nothingTold } from '../../src/domain/telling/notification.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import { aRecord, aRoom, claimFrom, claimOnly, ledgerTest, minute, owe, second } from './ledger-contract-samples.ts';

/** One token a second, two at once. */
const pace = { perMinute: 60, burst: 2 };

const oweMany = async (ledger: Ledger, count: number) => {
  for (let i = 0; i < count; i += 1) await owe(ledger, `k${i}`);
};

const fail = (): never => {
  throw new Error('nothing claimed');
};

export function describePace(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('the pace of an address', () => {
    test('lets a burst through and then one for each interval', async ({ ledger, harness }) => {
      await oweMany(ledger, 6);

      expect(await claimFrom(ledger, { pace })).toHaveLength(2);
      expect(await claimFrom(ledger, { pace })).toHaveLength(0);
      harness.advance(second - 1);
      expect(await claimFrom(ledger, { pace })).toHaveLength(0);
      harness.advance(1);
      expect(await claimFrom(ledger, { pace })).toHaveLength(1);
    });

    test('saves up no more than the burst', async ({ ledger, harness }) => {
      await oweMany(ledger, 6);
      await claimFrom(ledger, { pace, leaseMs: 10 * minute });
      harness.advance(minute);

      expect(await claimFrom(ledger, { pace })).toHaveLength(2);
    });

    test('is shared by all openings', async ({ ledger, harness }) => {
      await oweMany(ledger, 4);
      const other = await harness.open();

      expect(await claimFrom(ledger, { pace, slots: 1 })).toHaveLength(1);
      expect(await claimFrom(other, { pace })).toHaveLength(1);
      expect(await claimFrom(ledger, { pace })).toHaveLength(0);
    });

    test('is each address’s own', async ({ ledger }) => {
      await oweMany(ledger, 3);
      for (const key of ['a', 'b', 'c']) await owe(ledger, key, { address: 'slack:C2' });
      const rooms = [aRoom({ pace }), aRoom({ address: 'slack:C2', pace })];

      const { notifications } = await ledger.claimNotifications({ token: 't', rooms, holding: [] });

      expect(notifications).toHaveLength(4);
    });

    test('tells when the next token comes', async ({ ledger, harness }) => {
      await oweMany(ledger, 4);
      const paced = { token: 't', rooms: [aRoom({ pace })], holding: [] };
      expect((await ledger.claimNotifications(paced)).nextInMs).toBe(second);
      harness.advance(400);

      expect((await ledger.claimNotifications({ ...paced, token: 'u' })).nextInMs).toBe(600);
    });

    test('gets the token back that a released claim drew', async ({ ledger }) => {
      await oweMany(ledger, 3);
      const [first] = await claimFrom(ledger, { pace });

      await ledger.releaseNotifications(first ? [first] : []);
      await ledger.releaseNotifications(first ? [first] : []);

      expect(await claimFrom(ledger, { pace })).toHaveLength(1);
    });

    test('gets the token back when the record says that no call was made', async ({ ledger }) => {
      await oweMany(ledger, 4);
      const [first, other] = await claimFrom(ledger, { pace });
      if (!first || !other) throw new Error('not two claimed');
      const record = aRecord(first, { refund: true });

      await ledger.record(record);
      await ledger.record(record);
      await ledger.record(aRecord(other));

      expect(await claimFrom(ledger, { pace })).toHaveLength(1);
    });

    test('gets nothing back from what was claimed without pace', async ({ ledger }) => {
      await oweMany(ledger, 5);
      const unpaced = await claimFrom(ledger, { slots: 1 });
      await claimFrom(ledger, { pace });

      await ledger.releaseNotifications(unpaced);

      expect(await claimFrom(ledger, { pace })).toHaveLength(0);
    });

    test('starts anew when the clock went back', async ({ ledger, harness }) => {
      await oweMany(ledger, 4);
      await claimFrom(ledger, { pace });
      harness.advance(-60 * minute);

      expect((await claimFrom(ledger, { pace })).length).toBeLessThanOrEqual(2);
      harness.advance(2 * second);
      expect((await claimFrom(ledger, { pace })).length).toBeGreaterThan(0);
    });
  });

  describe('what is late', () => {
    const late = { pace: { perMinute: 1, burst: 1 }, lateMs: minute };
    const fellBack: Told = { opened: 'no', parts: [], fellBack: true };
    const part = { ref: 'C1:1.1', revision: 1, severity: 'error' as const, at: 0 };

    test('is claimed beyond pace, marked so, once it is, and draws no token', async ({ ledger, harness }) => {
      await oweMany(ledger, 3);
      expect(await claimFrom(ledger, { ...late, leaseMs: 10 * minute })).toHaveLength(1);
      harness.advance(minute - 1);
      expect(await claimFrom(ledger, late)).toEqual([]);
      harness.advance(1);

      const claimed = await claimFrom(ledger, late);

      expect(claimed.map(({ beyondPace }) => beyondPace).sort()).toEqual([true, undefined]);
      harness.advance(minute);
      await ledger.record(
        aRecord(claimed[1] ?? claimed[0] ?? fail(), { refund: true, next: { state: 'due', afterMs: 0 } }),
      );
      expect(await claimFrom(ledger, { pace: late.pace })).toHaveLength(1);
    });

    test('is claimed while the address rests, as many as there are slots', async ({ ledger, harness }) => {
      await oweMany(ledger, 4);
      const [first] = await claimFrom(ledger, { slots: 1 });
      await ledger.record(aRecord(first ?? fail(), { next: { state: 'due', afterMs: 0 }, pauseMs: 10 * minute }));
      harness.advance(minute);

      expect(await claimFrom(ledger, { lateMs: minute, slots: 3 })).toHaveLength(3);
      expect(await claimFrom(ledger, {})).toEqual([]);
    });

    test('is not what was told, or what somebody else was told instead', async ({ ledger, harness }) => {
      await oweMany(ledger, 3);
      const records: Told[] = [{ opened: 'yes', parts: [part], since: 1 }, fellBack, { opened: 'no', parts: [] }];
      for (const [i, claimed] of (await claimFrom(ledger)).entries()) {
        const told = records[i] ?? fellBack;
        await ledger.record(aRecord(claimed, { told, next: { state: 'due', afterMs: 0 }, pauseMs: 10 * minute }));
      }
      harness.advance(minute);

      const claimed = await claimFrom(ledger, { lateMs: minute });

      expect(claimed).toMatchObject([{ beyondPace: true, told: { opened: 'no', parts: [] } }]);
      expect(claimed[0]?.told).not.toHaveProperty('fellBack');
    });

    test('is what nothing has held back for as long, and no end that the owner knows of', async ({
      ledger,
      harness,
    }) => {
      await oweMany(ledger, 3);
      const { now, notifications } = await ledger.claimNotifications({ token: 't', rooms: [aRoom()], holding: [] });
      const open: Told = { opened: 'maybe', parts: [] };
      const records: Told[] = [{ ...nothingTold, heldUntil: now + 1 }, { ...open, lateEnd: true }, open];
      for (const [i, claimed] of notifications.entries()) {
        const told = records[i] ?? fellBack;
        await ledger.record(aRecord(claimed, { told, next: { state: 'due', afterMs: 0 }, pauseMs: 10 * minute }));
      }
      harness.advance(minute);

      expect((await claimFrom(ledger, { lateMs: minute, leaseMs: 10 * minute })).map(({ told }) => told)).toEqual([
        open,
      ]);
      harness.advance(1);
      expect((await claimFrom(ledger, { lateMs: minute })).map(({ told }) => told)).toEqual([records[0]]);
    });

    test('is found behind however many of which somebody else was told', async ({ ledger, harness }) => {
      await oweMany(ledger, 250);
      const [last, ...others] = await claimFrom(ledger, { slots: 250 });
      for (const claimed of others) {
        await ledger.record(aRecord(claimed, { told: fellBack, next: { state: 'due', afterMs: 0 } }));
      }
      await ledger.record(
        aRecord(last ?? fail(), { told: nothingTold, next: { state: 'due', afterMs: 1 }, pauseMs: 10 * minute }),
      );
      harness.advance(minute);

      const found: unknown[] = [];
      for (let looked = 0; looked < 50 && found.length === 0; looked += 1) {
        found.push(...(await claimFrom(ledger, { lateMs: minute })));
        harness.advance(second);
      }
      expect(found).toMatchObject([{ beyondPace: true, id: last?.id }]);
    });

    test('is the same again for a repeated claim', async ({ ledger, harness }) => {
      await owe(ledger, 'k');
      const claimed = await claimOnly(ledger);
      await ledger.record(
        aRecord(claimed, { told: nothingTold, next: { state: 'due', afterMs: 0 }, pauseMs: 10 * minute }),
      );
      harness.advance(minute);
      const claim = { token: 't', rooms: [aRoom({ lateMs: minute })], holding: [] };

      const both = [await ledger.claimNotifications(claim), await ledger.claimNotifications(claim)];

      for (const { notifications } of both) expect(notifications).toMatchObject([{ beyondPace: true }]);
      expect(both[1]?.notifications).toEqual(both[0]?.notifications);
    });
  });

  describe('an address that is over its limit', () => {
    test('is left alone for the pause, with or without pace; others are not', async ({ ledger, harness }) => {
      await oweMany(ledger, 3);
      const claimed = await claimFrom(ledger, { slots: 1 });
      const [first] = claimed;
      if (!first) throw new Error('nothing claimed');
      await ledger.record(aRecord(first, { next: { state: 'due', afterMs: 0 }, pauseMs: 30 * second }));
      await owe(ledger, 'k', { address: 'slack:C2' });

      expect(await claimFrom(ledger)).toEqual([]);
      expect(await claimFrom(ledger, { pace })).toEqual([]);
      expect(await claimFrom(ledger, { address: 'slack:C2' })).toHaveLength(1);
      harness.advance(30 * second - 1);
      expect(await claimFrom(ledger)).toEqual([]);
      harness.advance(1);
      expect(await claimFrom(ledger)).toHaveLength(3);
    });

    test('says when the pause is over', async ({ ledger, harness }) => {
      await owe(ledger, 'k');
      const claimed = await claimOnly(ledger);
      await ledger.record(aRecord(claimed, { next: { state: 'due', afterMs: second }, pauseMs: 30 * second }));
      harness.advance(10 * second);

      const { nextInMs } = await ledger.claimNotifications({ token: 't', rooms: [aRoom()], holding: [] });

      expect(nextInMs).toBe(20 * second);
    });

    test('is not paused for less by a shorter pause', async ({ ledger, harness }) => {
      await oweMany(ledger, 2);
      for (const [i, claimed] of (await claimFrom(ledger)).entries()) {
        const pauseMs = i === 0 ? minute : second;
        await ledger.record(aRecord(claimed, { next: { state: 'due', afterMs: 0 }, pauseMs }));
      }
      harness.advance(2 * second);

      expect(await claimFrom(ledger)).toEqual([]);
    });
  });
}
