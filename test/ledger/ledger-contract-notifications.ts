import { describe, expect } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Outcome } from '../../src/ledger/outbox.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import {
  aCommit,
  anEpisode,
  anOwed,
  aRecord,
  claimFrom,
  claimOnly,
  giveUp,
  ledgerTest,
  minute,
  owe,
  second,
  tell,
  turnPages,
} from './ledger-contract-samples.ts';

type Asked = Omit<Parameters<Ledger['listNotifications']>[0], 'limit' | 'after'>;

/** The ids of all that a list shows, page by page. */
async function listed(ledger: Ledger, only: Asked = {}, limit = 2): Promise<string[]> {
  const pages = await turnPages((page) => ledger.listNotifications({ ...page, ...only }), limit);
  return pages.flat().map((each) => each.id);
}

export function describeNotifications(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('the list of notifications', () => {
    test('comes in pages, the newest first, by when they were first owed', async ({ ledger, harness }) => {
      const ids: string[] = [];
      for (const key of ['a', 'b', 'c', 'd', 'e']) {
        ids.push(await owe(ledger, key));
        harness.advance(second);
      }
      for (const claimed of await claimFrom(ledger)) await ledger.record(aRecord(claimed));
      await owe(ledger, 'b', { revision: 2 });

      expect(await listed(ledger)).toEqual(ids.toReversed());
      const { items, next } = await ledger.listNotifications({ limit: 5 });
      expect(items).toHaveLength(5);
      expect(next).toBeUndefined();
    });

    test('shows each as it is', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k', { revision: 3, number: 2 });
      const owedSince = await ledger.now();
      const part = { ref: '17.1', revision: 2, severity: 'error', at: owedSince } as const;
      const told = { opened: 'yes', parts: [part], since: 1, replies: [{ of: 2, ref: '17.2' }], short: true } as const;
      harness.advance(second);
      const outcome: Outcome = { act: 'reply', result: 'retry', reason: 'answered 503' };
      const record = aRecord(await claimOnly(ledger), {
        outcome,
        next: { state: 'due', afterMs: minute },
        failures: 2,
      });
      await ledger.record({ ...record, told: { ...told, parts: [part], replies: [...told.replies] } });

      const about = { id, key: 'k', number: 2, address: 'slack:C1', destination: 'ops' };
      const owed = { state: 'due', owedRevision: 3, owedSince, dueAt: (await ledger.now()) + minute };
      expect((await ledger.listNotifications({ limit: 1 })).items).toEqual([
        { ...about, ...owed, told, attempts: 1, failures: 2, reason: 'answered 503' },
      ]);
    });

    test('pages through those that were owed at the same moment', async ({ ledger }) => {
      const owed = Array.from({ length: 7 }, (_, i) => anOwed('k', { address: `x${i}` }));
      await ledger.commit([aCommit({ episodes: [anEpisode('k')], owed })]);

      expect((await listed(ledger, {}, 3)).sort()).toEqual(owed.map((each) => each.id).sort());
    });

    test('goes on where it stopped although more came meanwhile', async ({ ledger, harness }) => {
      const oldest = await owe(ledger, 'a');
      harness.advance(second);
      await owe(ledger, 'b');
      const { next } = await ledger.listNotifications({ limit: 1 });
      harness.advance(second);
      await owe(ledger, 'c');

      const rest = await ledger.listNotifications({ limit: 5, ...(next && { after: next }) });

      expect(rest.items.map((each) => each.id)).toEqual([oldest]);
    });

    test('can be asked for a state', async ({ ledger, harness }) => {
      const before = await owe(ledger, 'k', { address: 'x' });
      const next = { state: 'waiting', for: before, afterMs: minute } as const;
      const ids = { due: [before], waiting: [''], settled: [''], dead: [''] };
      for (const round of ['1', '2', '3']) {
        harness.advance(1);
        ids.waiting.unshift(await tell(ledger, `waiting${round}`, { record: { next } }));
        ids.settled.unshift(await tell(ledger, `settled${round}`));
        ids.dead.unshift(await giveUp(ledger, `dead${round}`));
        harness.advance(1);
        ids.due.unshift(await owe(ledger, `due${round}`, { address: 'x' }));
      }

      for (const state of ['due', 'waiting', 'settled', 'dead'] as const) {
        expect(await listed(ledger, { state })).toEqual(ids[state].filter(Boolean));
      }
      expect(await listed(ledger)).toHaveLength(13);
    });

    test('can be asked for a destination, by its label, and a state of it', async ({ ledger, harness }) => {
      const ids: string[] = [];
      for (const destination of ['on-call', 'ops', 'on-call']) {
        const key = `k${ids.length}`;
        const owed = { ...anOwed(key, { address: destination }), destination };
        await ledger.commit([aCommit({ episodes: [anEpisode(key)], owed: [owed] })]);
        ids.push(owed.id);
        harness.advance(second);
      }
      for (const claimed of await claimFrom(ledger, { address: 'on-call', slots: 1 })) {
        await ledger.record(aRecord(claimed, { next: { state: 'dead', revision: 1, reason: 'gone' } }));
      }

      expect(await listed(ledger, { destination: 'on-call' }, 1)).toEqual([ids[2], ids[0]]);
      expect(await listed(ledger, { destination: 'ops' })).toEqual([ids[1]]);
      expect(await listed(ledger, { destination: 'on-call', state: 'dead' })).toEqual([ids[0]]);
      expect(await listed(ledger, { destination: 'ops', state: 'dead' })).toEqual([]);
      expect(await listed(ledger, { destination: 'absent' })).toEqual([]);
    });

    test('can be asked for those that died of late', async ({ ledger, harness }) => {
      const early = await giveUp(ledger, 'early');
      const ids: string[] = [];
      for (const key of ['a', 'b', 'c']) ids.unshift(await owe(ledger, key, { address: 'x' }));
      harness.advance(10 * minute);
      for (const claimed of await claimFrom(ledger, { address: 'x' })) {
        await ledger.record(aRecord(claimed, { next: { state: 'dead', revision: 1, reason: 'gone' } }));
      }
      harness.advance(minute);

      const within = async (diedWithinMs: number) => (await listed(ledger, { state: 'dead', diedWithinMs })).sort();
      expect(await within(minute - 1)).toEqual([]);
      expect(await within(minute)).toEqual(ids.toSorted());
      expect(await within(11 * minute)).toEqual([early, ...ids].sort());
    });
  });

  describe('finding a notification', () => {
    test('gives its attempts and the episode it is about', async ({ ledger, harness }) => {
      const id = await owe(ledger, 'k', { number: 2, revision: 5 });
      await owe(ledger, 'k', { number: 3 });
      const startedAt = await ledger.now();
      const outcomes: Outcome[] = [
        { act: 'acknowledge', result: 'ambiguous', reason: 'timed out' },
        { act: 'reply', result: 'told', ref: '17.2' },
      ];
      for (const outcome of outcomes) {
        const claimed = (await claimFrom(ledger)).find((each) => each.id === id);
        if (claimed) await ledger.record(aRecord(claimed, { outcome, next: { state: 'due', afterMs: 0 } }));
      }
      harness.advance(second);

      const found = await (await harness.open()).findNotification(id);

      expect(found?.episode).toEqual(anEpisode('k', 2, { revision: 5 }));
      expect(found?.notification).toMatchObject({ id, key: 'k', number: 2, state: 'due', owedRevision: 5 });
      expect(found?.notification.attempts).toEqual(
        outcomes.map((outcome, i) => ({ number: i + 1, startedAt, endedAt: startedAt, ...outcome })),
      );
    });

    test('gives nothing where there is none', async ({ ledger }) => {
      expect(await ledger.findNotification('absent')).toBeUndefined();
    });
  });
}
