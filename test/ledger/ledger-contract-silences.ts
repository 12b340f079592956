import { describe, expect } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import { aRoom, aSilence, claimOnly, day, ledgerTest, minute, owe, second } from './ledger-contract-samples.ts';

/** What a claim says is in force; nothing is claimed. */
async function inForce(ledger: Ledger) {
  return (await ledger.claimNotifications({ token: 'look', rooms: [], holding: [] })).silences;
}

const idsOf = (silences: { id: string }[]) => silences.map((each) => each.id);

export function describeSilences(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('keeping a silence', () => {
    test('without a beginning it begins now, and lasts as long as was said', async ({ ledger }) => {
      const filter = { key: 'k', rules: { $in: [] }, $or: [{ severity: 'info' }, { event: { n: 0.5 } }], naïve: {} };
      const now = await ledger.now();

      const kept = await ledger.keepSilence(aSilence({ id: 's', filter }, 10 * minute));

      const said = { id: 's', filter, by: 'cli:ops', comment: 'moving house' };
      expect(kept).toEqual({ ...said, startsAt: now, endsAt: now + 10 * minute, createdAt: now });
      expect(await ledger.listSilences({ over: false })).toEqual([kept]);
    });

    test('with a window it has that window', async ({ ledger, harness }) => {
      const now = await ledger.now();
      const [startsAt, endsAt] = [now + minute, now + 3 * minute];
      const { id, filter, by, comment } = aSilence();

      expect(await ledger.keepSilence({ id, filter, by, comment, startsAt, endsAt })).toMatchObject({
        ...{ startsAt, endsAt, createdAt: now },
      });
      harness.advance(second);
      expect(await ledger.keepSilence({ id: 'from now', filter, by, comment, endsAt })).toMatchObject({
        ...{ startsAt: now + second, endsAt },
      });
    });

    test('that begins later lasts from then on', async ({ ledger }) => {
      const startsAt = (await ledger.now()) + minute;

      expect(await ledger.keepSilence(aSilence({ startsAt }, 5 * minute))).toMatchObject({
        ...{ startsAt, endsAt: startsAt + 5 * minute },
      });
    });

    test('repeated with its id it answers with what was kept', async ({ ledger, harness }) => {
      const kept = await ledger.keepSilence(aSilence({ id: 's' }));
      harness.advance(second);

      expect(await ledger.keepSilence(aSilence({ id: 's', comment: 'another' }, minute))).toEqual(kept);
      await ledger.expireSilence('s', 'cli:ops');
      expect(await ledger.keepSilence(aSilence({ id: 's' }))).toMatchObject({ expiredBy: 'cli:ops' });

      expect(await ledger.listSilences({ over: true })).toHaveLength(1);
      expect(await inForce(ledger)).toEqual([]);
    });
  });

  describe('silences in force', () => {
    test('come with each claim, from their beginning until their end', async ({ ledger, harness }) => {
      const first = await ledger.keepSilence(aSilence({}, 10 * minute));
      const startsAt = (await ledger.now()) + 5 * minute;
      const later = await ledger.keepSilence(aSilence({ startsAt }, 10 * minute));
      const inForceAfter = async (ms: number) => {
        harness.advance(ms);
        return idsOf(await inForce(ledger)).sort();
      };

      expect(await inForce(ledger)).toEqual([first]);
      expect(await inForceAfter(5 * minute - 1)).toEqual([first.id]);
      expect(await inForceAfter(1)).toEqual([first.id, later.id].sort());
      expect(await inForceAfter(5 * minute - 1)).toEqual([first.id, later.id].sort());
      expect(await inForceAfter(1)).toEqual([later.id]);
      expect(await inForceAfter(5 * minute)).toEqual([]);
    });

    test('that began when they were made stay so, though the clock goes back', async ({ ledger, harness }) => {
      const begun = await ledger.keepSilence(aSilence());
      await ledger.keepSilence(aSilence({ startsAt: (await ledger.now()) + minute }));
      harness.advance(-30 * minute);

      expect(await inForce(ledger)).toEqual([begun]);
    });

    test('come with what was claimed, also when the claim is repeated', async ({ ledger, harness }) => {
      const silence = await (await harness.open()).keepSilence(aSilence());
      await owe(ledger, 'k');
      const asked = { token: 't', rooms: [aRoom()], holding: [] };

      for (const answer of [await ledger.claimNotifications(asked), await ledger.claimNotifications(asked)]) {
        expect(answer).toMatchObject({ notifications: [{ key: 'k' }], silences: [silence] });
      }
    });

    test('hold nothing back by themselves', async ({ ledger }) => {
      await ledger.keepSilence(aSilence());
      await owe(ledger, 'k');

      expect(await claimOnly(ledger)).toMatchObject({ key: 'k' });
    });
  });

  describe('expiring a silence', () => {
    test('ends it now, and says who did', async ({ ledger, harness }) => {
      const kept = await ledger.keepSilence(aSilence());
      const other = await ledger.keepSilence(aSilence());
      harness.advance(minute);

      const expired = await ledger.expireSilence(kept.id, 'cli:night');

      expect(expired).toEqual({ ...kept, endsAt: await ledger.now(), expiredBy: 'cli:night' });
      expect(await inForce(await harness.open())).toEqual([other]);
      expect(await ledger.listSilences({ over: false })).toEqual([other]);
    });

    test('changes none that is over, and knows none that is not there', async ({ ledger, harness }) => {
      const lapsed = await ledger.keepSilence(aSilence({}, minute));
      const ended = await ledger.keepSilence(aSilence());
      const expired = await ledger.expireSilence(ended.id, 'cli:ops');
      harness.advance(minute);

      expect(await ledger.expireSilence(lapsed.id, 'cli:late')).toEqual(lapsed);
      expect(await ledger.expireSilence(ended.id, 'cli:late')).toEqual(expired);
      expect(await ledger.expireSilence('absent', 'cli:late')).toBeUndefined();
    });

    test('before it began it never begins', async ({ ledger, harness }) => {
      const startsAt = (await ledger.now()) + minute;
      const { id } = await ledger.keepSilence(aSilence({ startsAt }));

      await ledger.expireSilence(id, 'cli:ops');
      expect(await ledger.listSilences({ over: false })).toEqual([]);
      harness.advance(2 * minute);

      expect(await inForce(ledger)).toEqual([]);
    });
  });

  describe('the list of silences', () => {
    test('has those that are not over, the newest first', async ({ ledger, harness }) => {
      const startsAt = (await ledger.now()) + day;
      for (const id of ['a', 'b', 'c']) {
        await ledger.keepSilence(aSilence({ id, ...(id === 'b' && { startsAt }) }, id === 'a' ? minute : 2 * minute));
        harness.advance(second);
      }
      expect(idsOf(await ledger.listSilences({ over: false }))).toEqual(['c', 'b', 'a']);

      harness.advance(minute);

      expect(idsOf(await ledger.listSilences({ over: false }))).toEqual(['c', 'b']);
      expect(idsOf(await ledger.listSilences({ over: true }))).toEqual(['c', 'b', 'a']);
    });

    test('has those that are over for 30 days; then they are forgotten', async ({ ledger, harness }) => {
      await ledger.keepSilence(aSilence({ id: 'over' }, minute));
      const long = await ledger.keepSilence(aSilence({ id: 'long' }, 400 * day));
      const prune = () => ledger.prune({ historyMs: day, historyBytes: 2 ** 40, memoryMs: day }, 100);
      harness.advance(minute + 30 * day - 1);
      await prune();
      expect(idsOf(await ledger.listSilences({ over: true })).sort()).toEqual(['long', 'over']);

      harness.advance(2);
      expect(await ledger.listSilences({ over: true })).toEqual([long]);
      await prune();

      expect(await ledger.listSilences({ over: true })).toEqual([long]);
      expect(await ledger.keepSilence(aSilence({ id: 'over' }))).toMatchObject({ createdAt: await ledger.now() });
    });
  });
}
