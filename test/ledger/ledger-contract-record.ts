import { describe, expect } from 'vitest';
import type { Told } from '../../src/domain/telling/notification.ts';
import { attemptsKept } from '../../src/ledger/history.ts';
import type { Next, Outcome } from '../../src/ledger/outbox.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import {
  anEpisode,
  anOwed,
  aRecord,
  claimFrom,
  claimOnly,
  historyOf,
  hold,
  ledgerTest,
  minute,
  owe,
  second,
} from './ledger-contract-samples.ts';

export function describeRecord(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('recording an attempt', () => {
    test('keeps what was told and how it went', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k');
      const claimed = await claimOnly(ledger);
      const startedAt = await ledger.now();
      harness.advance(second);
      const told: Told = {
        opened: 'yes',
        parts: [{ ref: '17.1', revision: 1, severity: 'info', at: 7 }],
        ownKey: 'k#2',
      };
      const outcome: Outcome = { act: 'open', result: 'told', ref: '17.1' };

      expect(await ledger.record(aRecord(claimed, { told, outcome }))).toBe('recorded');

      const kept = await historyOf(ledger, 'k', id);
      expect(kept).toMatchObject({ state: 'settled', told, failures: 0 });
      expect(kept.attempts).toEqual([{ number: 1, startedAt, endedAt: startedAt + second, ...outcome }]);
      expect(await claimFrom(ledger)).toEqual([]);
    });

    test('what failed is due again after its pause, with its failures and reason', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k');
      const claimed = await claimOnly(ledger);
      const outcome: Outcome = { act: 'open', result: 'retry', reason: 'answered 503' };

      const next: Next = { state: 'due', afterMs: 8 * second };
      await ledger.record(aRecord(claimed, { outcome, next, failures: 4 }));

      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'due', failures: 4, reason: 'answered 503' });
      harness.advance(8 * second - 1);
      expect(await claimFrom(ledger)).toEqual([]);
      harness.advance(1);
      expect(await claimFrom(ledger)).toMatchObject([{ id, attempts: 2, failures: 4, interrupted: false }]);
    });

    test('what is given up is dead with its reason, and no longer due', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k');
      const next: Next = { state: 'dead', revision: 1, reason: 'channel_not_found' };

      await ledger.record(aRecord(await claimOnly(ledger), { next, failures: 1 }));

      harness.advance(minute);
      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'dead', reason: 'channel_not_found' });
      expect(await claimFrom(ledger)).toEqual([]);
    });

    test('stands although the lease ended, while nobody else has claimed', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k');
      const claimed = await claimOnly(ledger, { leaseMs: second });
      harness.advance(minute);

      expect(await ledger.record(aRecord(claimed))).toBe('recorded');
      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'settled' });
      expect(await claimFrom(ledger)).toEqual([]);
    });

    test('repeated with its token it answers as before and changes nothing more', async ({ ledger }) => {
      const id = await owe(ledger, 'k');
      const record = aRecord(await claimOnly(ledger));
      await ledger.record(record);
      await owe(ledger, 'k', { revision: 2 });
      const claimed = await claimOnly(ledger);

      expect(await ledger.record(record)).toBe('recorded');

      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'due', owedRevision: 2 });
      expect(await ledger.record(aRecord(claimed))).toBe('recorded');
    });

    test('a token that never claimed is late', async ({ ledger }) => {
      const id = await owe(ledger, 'k');
      const claimed = await claimOnly(ledger);

      expect(await ledger.record(aRecord(claimed, { token: 'another' }))).toBe('late');
      expect(await ledger.record(aRecord(claimed, { id: 'unknown' }))).toBe('late');
      expect(await historyOf(ledger, 'k', id)).toMatchObject({ state: 'due', told: { opened: 'no' } });
    });

    test('keeps the newest attempts, and counts them all', async ({ ledger }) => {
      const id = await owe(ledger, 'k');
      const outcome: Outcome = { act: 'open', result: 'retry', reason: 'answered 503' };
      const made = attemptsKept + 7;
      for (let i = 1; i < made; i += 1) {
        await ledger.record(aRecord(await claimOnly(ledger), { outcome, next: { state: 'due', afterMs: 0 } }));
      }
      await ledger.releaseNotifications([await claimOnly(ledger)]);
      await ledger.record(aRecord(await claimOnly(ledger)));

      const { attempts } = await historyOf(ledger, 'k', id);
      const numbers = Array.from({ length: attemptsKept }, (_, i) => made - attemptsKept + 1 + i);
      expect(attempts.map((each) => each.number)).toEqual(numbers);
      expect(attempts.at(-1)).toMatchObject({ act: 'open', result: 'told' });
      expect((await ledger.findNotification(id))?.notification.attempts).toEqual(attempts);
      expect((await ledger.listNotifications({ limit: 1 })).items).toMatchObject([{ attempts: made }]);
    });

    test('keeps what was held for weeks beside what came after it', async ({ ledger }) => {
      const id = await owe(ledger, 'k');
      const next: Next = { state: 'due', afterMs: 0 };
      for (let i = 0; i < attemptsKept + 7; i += 1) await hold(ledger, await claimOnly(ledger), next);
      await ledger.record(aRecord(await claimOnly(ledger)));

      const { attempts } = await historyOf(ledger, 'k', id);
      expect(attempts).toMatchObject([
        { number: 1, act: 'wait' },
        { number: attemptsKept + 8, act: 'open' },
      ]);
    });

    test('commits what others are owed in the same step, once', async ({ ledger }) => {
      await owe(ledger, 'k');
      const claimed = await claimOnly(ledger);
      const also = { episodes: [anEpisode('notice')], owed: [anOwed('notice', { address: 'owner' })] };
      const record = aRecord(claimed, { also });

      await ledger.record(record);
      await ledger.record(aRecord(await claimOnly(ledger, { address: 'owner' })));
      await ledger.record(record);

      expect((await ledger.findIncident('notice'))?.episodes).toEqual(also.episodes);
      expect(await claimFrom(ledger, { address: 'owner' })).toEqual([]);
    });
  });
}
