import { describe, expect, test } from 'vitest';
import type { Told } from '../../../src/domain/telling/notification.ts';
import { nothingTold } from '../../../src/domain/telling/notification.ts';
import { end, key, maybe, next, part, told } from '../made-told.ts';
import { edited, folded, posted } from '../made-ways.ts';

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
    expect(next(notice, told(part()), ways)).toEqual({ act: 'nothing' });
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
      why: 'the end of the episode before is still to be told here',
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
    expect(rekeyed).toMatchObject({ act: 'rekey', ownKey: `${key}#2` });
    const record: Told = { ...nothingTold, ownKey: `${key}#2` };
    expect(next({ number: 2 }, record, folded, { predecessor })).toEqual({ act: 'open', key: `${key}#2` });
    expect(next({ number: 2, end, revision: 9 }, { ...maybe, ownKey: `${key}#2` }, folded)).toMatchObject({
      act: 'resolve',
      key: `${key}#2`,
    });
  });

  test('is looked at again in between, however long that may take', () => {
    const hours = { ...folded, fallbackAfterMs: 3_600_000, editEveryMs: 3_600_000 };
    expect(next({ number: 2 }, nothingTold, hours, { predecessor })).toMatchObject({ act: 'wait', afterMs: 600_000 });
    const later = { revision: 2 };
    expect(next(later, told(part({ at: 0 })), hours, { now: 1 })).toMatchObject({ act: 'wait', afterMs: 600_000 });
  });

  test('a key of its own fits too', () => {
    const long = { key: 'k'.repeat(255), number: 12 };
    const rekeyed = next(long, nothingTold, folded, { predecessor, now: 120_000 });
    expect(rekeyed.act === 'rekey' && rekeyed.ownKey.length).toBe(255);
  });

  test('does not wait for what was given up and stands there: it goes under a key of its own', () => {
    const dead = { predecessor: { id: 'the-one-before', dead: true as const } };
    expect(next({ number: 2 }, nothingTold, folded, dead)).toMatchObject({ act: 'rekey', ownKey: `${key}#2` });
    expect(next({ number: 2 }, maybe, folded, dead)).toEqual({ act: 'open', key });
  });

  test('an end waits for nobody, nor does a message', () => {
    expect(next({ number: 2, end, revision: 2 }, maybe, folded, { predecessor })).toMatchObject({ act: 'resolve' });
    expect(next({ number: 2 }, nothingTold, edited, { predecessor })).toMatchObject({ act: 'open' });
  });
});
