import { describe, expect } from 'vitest';
import { nothingTold, notificationId, type Told } from '../../src/domain/telling/notification.ts';
import type { AttemptRecord, Next } from '../../src/ledger/outbox.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import { aRecord, claimFrom, claimOnly, giveUp, ledgerTest, minute, owe, tell } from './ledger-contract-samples.ts';

export function describePredecessors(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('the notification of the episode before', () => {
    test('is named while it is still owed something', async ({ ledger }) => {
      await tell(ledger, 'k', { number: 1 });
      const before = await owe(ledger, 'k', { number: 2 });
      const id = await owe(ledger, 'k', { number: 3 });

      const claimed = await claimFrom(ledger);

      expect(claimed.find((each) => each.id === id)?.predecessor).toEqual({ id: before });
      expect(claimed.find((each) => each.id === before)).not.toHaveProperty('predecessor');
    });

    test('is the latest at this address, and of no other key or address', async ({ ledger }) => {
      await owe(ledger, 'k', { number: 2, address: 'slack:C2' });
      await owe(ledger, 'other', { number: 2, address: 'pagerduty:1' });
      const earlier = await owe(ledger, 'k', { number: 1, address: 'pagerduty:1' });
      await owe(ledger, 'k', { number: 4, address: 'pagerduty:1' });
      const id = await owe(ledger, 'k', { number: 3, address: 'pagerduty:1' });

      const claimed = await claimFrom(ledger, { address: 'pagerduty:1' });

      expect(claimed.find((each) => each.id === id)?.predecessor).toEqual({ id: earlier });
    });

    test('may be one before that is settled: what it is owed comes first', async ({ ledger }) => {
      await tell(ledger, 'k', { number: 2 });
      const owed = await owe(ledger, 'k', { number: 1 });
      const id = await owe(ledger, 'k', { number: 3 });

      expect((await claimFrom(ledger)).find((each) => each.id === id)?.predecessor).toEqual({ id: owed });
    });

    test('is none that goes under a key of its own', async ({ ledger }) => {
      await owe(ledger, 'k', { number: 1 });
      const apart = await claimOnly(ledger);
      const told = { ...apart.told, ownKey: 'k#1' };
      await ledger.record(aRecord(apart, { told, next: { state: 'due', afterMs: minute } }));
      const id = await owe(ledger, 'k', { number: 2 });

      expect((await claimFrom(ledger)).find((each) => each.id === id)).not.toHaveProperty('predecessor');
    });

    test.for(['yes', 'maybe'] as const)(
      'is named as dead when it was told (%s) and given up',
      async (opened, { ledger }) => {
        const before = await giveUp(ledger, 'k', { number: 1, record: { told: { opened, parts: [] } } });
        await tell(ledger, 'k', { number: 2 });
        await owe(ledger, 'k', { number: 3 });

        expect((await claimOnly(ledger)).predecessor).toEqual({ id: before, dead: true });
      },
    );

    test('is none that was given up before it was told', async ({ ledger }) => {
      await giveUp(ledger, 'k', { number: 1, record: { told: nothingTold } });
      await owe(ledger, 'k', { number: 2 });

      expect(await claimOnly(ledger)).not.toHaveProperty('predecessor');
    });

    test('is the newest, whether dead or still owed', async ({ ledger }) => {
      const owed = await owe(ledger, 'k', { number: 1 });
      await claimOnly(ledger);
      const dead = await giveUp(ledger, 'k', { number: 2 });
      await owe(ledger, 'k', { number: 3 });
      const third = await claimOnly(ledger);
      expect(third.predecessor).toEqual({ id: dead, dead: true });

      await ledger.revive({ ids: [dead] });
      await ledger.record(aRecord(await claimOnly(ledger)));
      await owe(ledger, 'k', { number: 4 });

      expect((await claimOnly(ledger)).predecessor).toEqual({ id: third.id });
      await ledger.record(aRecord(third));
      await owe(ledger, 'k', { number: 5 });
      expect((await claimOnly(ledger)).predecessor).toEqual({ id: notificationId('k', 4, 'slack:C1') });
      expect(await ledger.findNotification(owed)).toMatchObject({ notification: { state: 'due' } });
    });

    test('is no dead one that goes under a key of its own', async ({ ledger }) => {
      await giveUp(ledger, 'k', { number: 1, record: { told: { opened: 'yes', parts: [], ownKey: 'k#1' } } });
      await owe(ledger, 'k', { number: 2 });

      expect(await claimOnly(ledger)).not.toHaveProperty('predecessor');
    });
  });

  describe('what was told of the episode before', () => {
    const told = (ref: string, over: Partial<Told> = {}): { record: Partial<AttemptRecord> } => {
      const parts = [ref, `${ref}-copy`].map((each) => ({ ref: each, revision: 1, severity: 'info' as const, at: 1 }));
      return { record: { told: { opened: 'yes', parts, ...over } } };
    };

    test('is its root, of the newest that was told', async ({ ledger }) => {
      await tell(ledger, 'k', { number: 1, ...told('17.1') });
      await tell(ledger, 'k', { number: 2, ...told('17.2') });
      await tell(ledger, 'k', { number: 3, record: { told: nothingTold } });
      await tell(ledger, 'k', { number: 4, record: { told: { opened: 'maybe', parts: [] } } });
      await tell(ledger, 'k', { number: 6, ...told('17.6') });
      await owe(ledger, 'k', { number: 5 });

      expect((await claimOnly(ledger)).before).toEqual({ number: 2, ref: '17.2' });
    });

    test('may stand under a key of its own, or be dead, or still be owed something', async ({ ledger }) => {
      await tell(ledger, 'own', { number: 1, ...told('own-1', { ownKey: 'own#1' }) });
      await giveUp(ledger, 'dead', { number: 1, ...told('dead-1') });
      const next: Next = { state: 'due', afterMs: minute };
      await tell(ledger, 'owed', { number: 1, record: { ...told('owed-1').record, next } });
      for (const key of ['own', 'dead', 'owed']) await owe(ledger, key, { number: 2 });

      const before = (await claimFrom(ledger)).map((each) => each.before?.ref);

      expect(before.sort()).toEqual(['dead-1', 'owed-1', 'own-1']);
    });

    test('is of this key and address alone, and none when nothing was told', async ({ ledger }) => {
      await tell(ledger, 'other', { number: 1, ...told('17.1') });
      await tell(ledger, 'k', { number: 1, address: 'slack:C2', ...told('17.2') });
      await owe(ledger, 'k', { number: 2 });

      expect(await claimOnly(ledger)).not.toHaveProperty('before');
    });
  });
}
