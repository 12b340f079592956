import { describe, expect, test } from 'vitest';
import type { Episode } from '../../src/domain/incident.ts';
import type { Part, Stray, Told, Ways } from '../../src/domain/notification.ts';
import { absorb, nextTelling, nothingTold, notificationId, toldRecord } from '../../src/domain/notification.ts';
import { anEpisode } from './episodes.ts';

const edited: Ways = { edits: true, folds: false, finds: false, fallbackAfterMs: 600_000 };
const posted: Ways = { edits: false, folds: false, finds: false, fallbackAfterMs: 600_000 };
const folded: Ways = { edits: true, folds: true, finds: false, fallbackAfterMs: 120_000 };
const end = { at: 1, why: 'cleared' } as const;
const key = anEpisode().key;

const part = (over: Partial<Part> = {}): Part => ({ ref: 'C1:1.1', revision: 1, severity: 'warning', ...over });
const told = (...parts: Part[]): Told => ({ opened: 'yes', parts });
const maybe: Told = { opened: 'maybe', parts: [] };
const stray = (over: Partial<Stray> = {}): Stray => ({
  act: 'open',
  ref: 'C1:2.2',
  revision: 1,
  severity: 'warning',
  ...over,
});

function next(
  episode: Partial<Episode>,
  record: Told,
  ways = edited,
  over: { predecessor?: { id: string }; now?: number } = {},
) {
  return nextTelling({ episode: anEpisode(episode), told: record, owedSince: 0, now: 0, ...over }, ways);
}

describe.each([
  ['edited', edited],
  ['posted', posted],
  ['folded', folded],
] as const)('what is next, %s', (_, ways) => {
  test('an open that was never told', () => {
    expect(next({}, nothingTold, ways)).toEqual({ act: 'open', key });
  });

  test('nothing, when it was over before anything was told', () => {
    expect(next({ end, revision: 2 }, nothingTold, ways)).toEqual({ act: 'nothing' });
  });

  test('an open that may have arrived is told again, and owed its end', () => {
    expect(next({}, maybe, ways)).toEqual({ act: 'open', key });
    expect(next({ end, revision: 2 }, maybe, ways)).toEqual({ act: 'resolve', key, part: 0, ref: undefined });
  });

  test('the end of what was told', () => {
    expect(next({ end, revision: 2 }, told(part()), ways)).toEqual({ act: 'resolve', key, part: 0, ref: 'C1:1.1' });
  });

  test('nothing, when what was told is true', () => {
    expect(next({}, told(part()), ways)).toEqual({ act: 'nothing' });
    expect(next({ end, revision: 2 }, told(part({ revision: 2 })), ways)).toEqual({ act: 'nothing' });
  });

  test('another severity is told', () => {
    expect(next({ revision: 2, severity: 'critical' }, told(part()), ways)).toMatchObject({ act: 'update' });
  });

  test('a notice is told once, and again only if it may not have arrived', () => {
    const notice = { kind: 'notice' } as const;
    expect(next(notice, nothingTold, ways)).toEqual({ act: 'notice' });
    expect(next(notice, maybe, ways)).toEqual({ act: 'notice' });
    expect(next(notice, toldRecord(nothingTold, { act: 'notice' }, 'C1:1.1', anEpisode(notice)), ways)).toEqual({
      act: 'nothing',
    });
  });

  test('a notice that a late holder told is not told again', () => {
    const record = absorb(nothingTold, { interrupted: true, strays: [stray({ act: 'notice' })] }, ways);
    expect(next({ kind: 'notice' }, record, ways)).toEqual({ act: 'nothing' });
  });
});

test('another value is an edit where that can be, and nothing where it would be one more message', () => {
  expect(next({ revision: 2 }, told(part()), edited)).toEqual({ act: 'update', key, part: 0, ref: 'C1:1.1' });
  expect(next({ revision: 2 }, told(part()), posted)).toEqual({ act: 'nothing' });
});

describe('where a key is one incident', () => {
  const predecessor = { id: 'the-one-before' };

  test('the next episode waits for the end of the one before', () => {
    expect(next({ number: 2 }, nothingTold, folded, { predecessor, now: 20_000 })).toEqual({
      act: 'wait',
      for: 'the-one-before',
      afterMs: 100_000,
    });
  });

  test('for as long as it takes when a late holder of an earlier one may have told it', () => {
    for (const now of [0, 120_000]) {
      expect(next({ number: 2 }, maybe, folded, { predecessor, now })).toMatchObject({ act: 'wait', afterMs: 120_000 });
    }
  });

  test('waits no longer than the fallback, and then goes under a key of its own', () => {
    const rekeyed = next({ number: 2 }, nothingTold, folded, { predecessor, now: 120_000 });
    expect(rekeyed).toEqual({ act: 'rekey', ownKey: `${key}#2` });
    const record: Told = { ...nothingTold, ownKey: `${key}#2` };
    expect(next({ number: 2 }, record, folded, { predecessor })).toEqual({ act: 'open', key: `${key}#2` });
    expect(next({ number: 2, end, revision: 9 }, { ...maybe, ownKey: `${key}#2` }, folded)).toMatchObject({
      act: 'resolve',
      key: `${key}#2`,
    });
  });

  test('a key of its own fits too', () => {
    const long = { key: 'k'.repeat(255), number: 12 };
    const rekeyed = next(long, nothingTold, folded, { predecessor, now: 120_000 });
    expect(rekeyed.act === 'rekey' && rekeyed.ownKey.length).toBe(255);
  });

  test('an end waits for nobody, nor does a message', () => {
    expect(next({ number: 2, end, revision: 2 }, maybe, folded, { predecessor })).toMatchObject({ act: 'resolve' });
    expect(next({ number: 2 }, nothingTold, edited, { predecessor })).toMatchObject({ act: 'open' });
  });
});

describe('what nobody recorded', () => {
  const nothing = { interrupted: false, strays: [] };

  test('an attempt that never ended may have told the open', () => {
    expect(absorb(nothingTold, { interrupted: true, strays: [] }, edited)).toEqual(maybe);
    expect(absorb(told(part()), { interrupted: true, strays: [] }, edited)).toEqual(told(part()));
    expect(absorb(nothingTold, nothing, edited)).toEqual(nothingTold);
  });

  test('a message of a late holder is the root where there is none, and a copy otherwise', () => {
    expect(absorb(nothingTold, { ...nothing, strays: [stray()] }, edited)).toEqual(told(part({ ref: 'C1:2.2' })));
    const both = absorb(told(part({ revision: 5 })), { ...nothing, strays: [stray()] }, edited);
    expect(both.parts.map((each) => [each.ref, each.revision])).toEqual([
      ['C1:1.1', 5],
      ['C1:2.2', 1],
    ]);
    expect(next({ revision: 5, end }, both)).toMatchObject({ act: 'resolve', part: 1, ref: 'C1:2.2' });
    const mended = toldRecord(
      both,
      { act: 'resolve', key, part: 1, ref: 'C1:2.2' },
      'C1:2.2',
      anEpisode({ revision: 5 }),
    );
    expect(next({ revision: 5, end }, mended)).toEqual({ act: 'nothing' });
  });

  test('the same copy twice is one copy', () => {
    const strays = [stray(), stray({ act: 'update', revision: 3 })];
    expect(absorb(told(part({ revision: 5 })), { ...nothing, strays }, edited).parts).toHaveLength(2);
  });

  test('an older edit that came through after a newer one is mended', () => {
    const record = absorb(
      told(part({ revision: 5 })),
      { ...nothing, strays: [stray({ ref: 'C1:1.1', revision: 3 })] },
      edited,
    );
    expect(next({ revision: 5 }, record)).toMatchObject({ act: 'update', ref: 'C1:1.1' });
  });

  test('what says the truth already is not told again', () => {
    for (const ways of [edited, posted, folded]) {
      const record = absorb(
        told(part({ revision: 5 })),
        { ...nothing, strays: [stray({ ref: 'C1:1.1', revision: 5 })] },
        ways,
      );
      expect(next({ revision: 5, end }, record, ways)).toEqual({ act: 'nothing' });
    }
  });

  test('a post that opens again after the end was posted is followed by the end', () => {
    const record = absorb(told(part({ revision: 5 })), { ...nothing, strays: [stray({ revision: 3 })] }, posted);
    expect(next({ revision: 5, end }, record, posted)).toMatchObject({ act: 'resolve' });
  });

  test('a late end of the episode before closed the one that is open: it is told again', () => {
    const record = absorb(
      told(part({ revision: 5 })),
      { ...nothing, strays: [stray({ act: 'resolve', revision: 4 })] },
      folded,
    );
    expect(next({ number: 2, revision: 5 }, record, folded)).toMatchObject({ act: 'update' });
  });
});

test('an id is 24 hex digits, of key, episode and address', () => {
  const ids = [
    notificationId('a', 1, 'slack:C1'),
    notificationId('a', 2, 'slack:C1'),
    notificationId('b', 1, 'slack:C1'),
    notificationId('a', 1, 'slack:C2'),
  ];
  expect(new Set(ids).size).toBe(4);
  expect(ids.every((id) => /^[0-9a-f]{24}$/.test(id))).toBe(true);
  expect(notificationId('a', 1, 'slack:C1')).toBe(ids[0]);
});
