import { describe, expect, test } from 'vitest';
import type { Heard } from '../../../src/domain/incident/cause.ts';
import { compareMarks, emptied, hear } from '../../../src/domain/incident/cause.ts';
import type { Cause, CauseVerdict, Counting } from '../../../src/domain/incident/incident.ts';
import { aCause } from '../causes.ts';

const once: Counting = { fire: { count: 1, of: 1 }, clear: 1 };

type Told = CauseVerdict | Partial<Heard & { at: number; ends: boolean; seq: number }>;

/** One event a minute, numbered as they come, unless it is told otherwise. */
function heardOf(told: Told, i: number, counting: Counting): Heard {
  const { at = i + 1, ends = false, seq = i + 1, ...rest } = typeof told === 'string' ? { verdict: told } : told;
  return { mark: { at, ends, seq }, verdict: 'match', stale: false, receivedAt: at, counting, ...rest };
}

function outcome(told: Told[], counting = once, cause: Cause = aCause()) {
  const effects: string[] = [];
  const last = told.reduce((before: Cause, each, i) => {
    const { cause: next, effect } = hear(before, heardOf(each, i, counting));
    effects.push(effect);
    return next;
  }, cause);
  return { cause: last, effects };
}

describe('a cause that one match opens and one clear ends', () => {
  test.each<[string, Told[], string[], boolean]>([
    ['a match fires, the next one again, a clear ends', ['match', 'match', 'clear'], ['fires', 'again', 'ends'], false],
    ['a clear by itself is noted', ['clear'], ['noted'], false],
    ['what is neither changes nothing', ['match', 'neither'], ['fires', 'noted'], true],
    [
      'what is unknown changes nothing',
      ['match', 'unknown', 'clear', 'unknown'],
      ['fires', 'noted', 'ends', 'noted'],
      false,
    ],
    ['an older match does not reopen', [{ at: 5, verdict: 'clear' }, { at: 4 }], ['noted', 'noted'], false],
    ['an older clear does not end', [{ at: 5 }, { at: 4, verdict: 'clear' }], ['fires', 'noted'], true],
    ['an older match is not told anew', [{ at: 5 }, { at: 4 }], ['fires', 'noted'], true],
    [
      'a clear ends behind what is neither',
      ['match', { at: 9, verdict: 'neither' }, 'clear'],
      ['fires', 'noted', 'ends'],
      false,
    ],
  ])('%s', (_, told, effects, firing) => {
    const { cause, effects: had } = outcome(told);
    expect(had).toEqual(effects);
    expect(cause.firing).toBe(firing);
  });

  test('keeps its ring by event time, whatever the order of arrival', () => {
    const { cause } = outcome([{ at: 3 }, { at: 1, verdict: 'clear' }, { at: 2, verdict: 'neither' }]);
    expect(cause.ring.map((entry) => [entry.at, entry.verdict])).toEqual([
      [1, 'clear'],
      [2, 'neither'],
      [3, 'match'],
    ]);
  });

  test('at equal times what ends comes after what it ends, then the later accepted', () => {
    expect(
      outcome([
        { at: 1, seq: 2, ends: true, verdict: 'clear' },
        { at: 1, seq: 3 },
      ]).cause.firing,
    ).toBe(false);
    expect(
      outcome([
        { at: 1, seq: 3 },
        { at: 1, seq: 2, verdict: 'clear' },
      ]).cause.firing,
    ).toBe(true);
    expect(
      outcome([
        { at: 1, seq: 2 },
        { at: 1, seq: 3, verdict: 'clear' },
      ]).cause.firing,
    ).toBe(false);
    expect(compareMarks({ at: 1, ends: false, seq: 9 }, { at: 1, ends: true, seq: 1 })).toBeLessThan(0);
  });

  test('the same event twice is there once', () => {
    expect(
      outcome([
        { at: 1, seq: 1 },
        { at: 1, seq: 1 },
      ]).cause.ring,
    ).toHaveLength(1);
  });
});

describe('what is unknown', () => {
  test('does not enter the ring, and was heard', () => {
    const { cause } = outcome(['match', { verdict: 'unknown', receivedAt: 500 }]);
    expect(cause.ring).toHaveLength(1);
    expect(cause.heardAt).toBe(500);
  });
});

describe('the floor', () => {
  const over = emptied(outcome(['match', { at: 10, verdict: 'clear' }]).cause, 1);

  test('is the event that ended it, and the ring is empty', () => {
    expect(over).toMatchObject({ firing: false, ring: [], floor: { at: 10, episode: 1 } });
    expect(over).not.toHaveProperty('said');
  });

  test.each<[string, Told]>([
    ['older', { at: 9, receivedAt: 99 }],
    ['unknown and older', { at: 9, verdict: 'unknown', receivedAt: 99 }],
    ['at the same time and accepted before', { at: 10, seq: 1, receivedAt: 99 }],
    ['the very event', { at: 10, seq: 2, receivedAt: 99 }],
  ])('what is not newer is late and changes nothing: %s', (_, told) => {
    const { cause, effects } = outcome([told], once, over);
    expect(effects).toEqual(['late']);
    expect(cause).toBe(over);
  });

  test('what is newer opens again', () => {
    expect(outcome([{ at: 11 }], once, over).effects).toEqual(['fires']);
    expect(outcome([{ at: 10, seq: 7 }], once, over).effects).toEqual(['fires']);
  });

  test('of an end that is told by an ending type, a new event at the same time is over too', () => {
    const ended = emptied(outcome([{ at: 1 }, { at: 10, ends: true, verdict: 'clear' }]).cause, 1);
    expect(outcome([{ at: 10, seq: 7 }], once, ended).effects).toEqual(['late']);
  });

  test('is not raised by what says nothing either way: a match before that is still news', () => {
    const ended = emptied(outcome(['match', { at: 30, verdict: 'neither' }, { at: 10, verdict: 'clear' }]).cause, 1);
    expect(outcome([{ at: 20, seq: 7 }], once, ended).effects).toEqual(['fires']);
  });

  test('stays where it was when nothing was heard since', () => {
    expect(emptied(over, 2).floor).toEqual(over.floor);
  });
});

describe('what was old when it came', () => {
  const stale = { stale: true } as const;

  test('takes its place and opens nothing', () => {
    const { cause, effects } = outcome([stale]);
    expect(effects).toEqual(['noted']);
    expect(cause).toMatchObject({ firing: false, ring: [{ stale: true }] });
  });

  test('ends what it ends', () => {
    expect(outcome(['match', { ...stale, verdict: 'clear' }]).effects).toEqual(['fires', 'ends']);
  });

  test('counts toward what a fresh one opens', () => {
    const twice: Counting = { fire: { count: 2, of: 2 }, clear: 1 };
    expect(outcome([stale, 'match'], twice).effects).toEqual(['noted', 'fires']);
    expect(outcome(['match', stale], twice).effects).toEqual(['noted', 'noted']);
  });

  test('hides no fresh one that happened before it', () => {
    expect(outcome([{ at: 5, stale: true }, { at: 4 }]).cause.firing).toBe(true);
    expect(outcome([{ at: 4 }, { at: 5, stale: true }]).cause.firing).toBe(true);
  });
});

describe('counting', () => {
  const counting: Counting = { fire: { count: 2, of: 3 }, clear: 2 };

  test.each<[string, CauseVerdict[], boolean]>([
    ['one of three is too few', ['match'], false],
    ['two in a row fire', ['match', 'match'], true],
    ['two of the last three fire', ['match', 'clear', 'match'], true],
    ['two of four do not', ['match', 'clear', 'clear', 'match'], false],
    ['unknown does not count as one of them', ['match', 'unknown', 'unknown', 'match'], true],
    ['one clear is too few', ['match', 'match', 'clear'], true],
    ['two clears in a row end', ['match', 'match', 'clear', 'clear'], false],
    ['neither breaks the run', ['match', 'match', 'clear', 'neither', 'clear'], true],
    ['unknown does not', ['match', 'match', 'clear', 'unknown', 'clear'], false],
    ['a match breaks the run', ['match', 'match', 'clear', 'match', 'clear'], true],
  ])('%s', (_, told, firing) => {
    expect(outcome(told, counting).cause.firing).toBe(firing);
  });

  test('what is older than all that a full ring keeps changes nothing', () => {
    const { cause } = outcome(['match', 'match', ...Array<CauseVerdict>(40).fill('neither')], counting);
    const { cause: after, effect } = hear(cause, heardOf({ at: 3, seq: 99, verdict: 'clear' }, 0, counting));
    expect(effect).toBe('noted');
    expect(after).toEqual(cause);
  });

  test('a state that outlives its ring stands', () => {
    const long: CauseVerdict[] = ['match', 'match', ...Array<CauseVerdict>(40).fill('neither')];
    const { cause } = outcome(long, counting);
    expect(cause.firing).toBe(true);
    expect(cause.ring.length).toBeLessThan(20);
  });
});
