import { describe, expect, test } from 'vitest';
import { judgeDelivery } from '../../src/domain/routing.ts';
import { unknownScope, unknownsOf } from '../../src/domain/unknowns.ts';
import { anEvent } from './events.ts';
import { standingOf } from './town.ts';

const low = { id: 'low', on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } }, key: 'k:{{ domain }}' };

type Fields = { misread?: string[] } & Record<string, unknown>;

/** What the rule cannot know of such an event, in words. */
function unknownTo(rule: Record<string, unknown>, { misread, ...fields }: Fields): string[] {
  const event = anEvent({ domain: 'a.example', ...fields });
  const { judgements, unscoped } = judgeDelivery(
    {
      delivery: { seq: 1, source: event.source, id: event.id, receivedAt: 0 },
      normalised: { event, notes: [], ...(misread ? { misread } : {}) },
      traits: { states: ['test.completed'], endings: {} },
      isTest: false,
    },
    standingOf([rule]),
  );
  return [...judgements.flatMap(unknownsOf), ...unscoped.flatMap(unknownScope)].map(({ words }) => words);
}

describe('what cannot be known is told with the value that is there', () => {
  test.each([
    ['missing', {}, ['inboxRate is missing (asked was $lt 0.8)']],
    ['of the wrong type', { inboxRate: 'n/a' }, ['inboxRate is "n/a" (asked was $lt 0.8)']],
    ['null', { inboxRate: null }, ['inboxRate is null (asked was $lt 0.8)']],
    ['in the key', { inboxRate: 0.9, domain: undefined }, ['domain is missing (the key needs it)']],
    ['known', { inboxRate: 0.5 }, []],
  ])('%s', (_, fields, words) => {
    expect(unknownTo(low, fields)).toEqual(words);
  });

  test('of the conditions that leave it open, each path once', () => {
    const when = {
      grade: 'F',
      auth: { $or: [{ spf: 'fail' }, { dkim: 'fail' }, { spf: 'none' }] },
      score: { $lt: 50 },
    };
    expect(unknownTo({ ...low, when }, { grade: 'F', score: 10 })).toEqual([
      'auth.spf is missing (asked was $eq "fail")',
      'auth.dkim is missing (asked was $eq "fail")',
    ]);
  });

  test('whichever element of a list it is', () => {
    const when = { providers: { $all: { placement: 'inbox' } } };
    expect(unknownTo({ ...low, when }, { providers: [{ provider: 'a' }, { provider: 'b' }] })).toEqual([
      'providers[].placement is missing (asked was $eq "inbox")',
    ]);
  });

  test('of "clear" too', () => {
    expect(unknownTo({ ...low, clear: { grade: 'A' } }, { inboxRate: 0.9 })).toEqual([
      'grade is missing (asked was $eq "A")',
    ]);
  });

  test('cut where it is long, and three at most', () => {
    const when = { a: 1, b: 1, c: 1, d: 1 };
    expect(unknownTo({ ...low, when }, { a: 'x'.repeat(500) })).toEqual([
      expect.stringMatching(/^a is "x{50,99}….{0,30} \(asked was \$eq 1\)$/),
      'b is missing (asked was $eq 1)',
      'c is missing (asked was $eq 1)',
    ]);
  });
});

describe('of a "where"', () => {
  const scoped = (where: object) => ({ ...low, when: undefined, where, resolveAfter: '6h' });

  test.each<[string, object, Record<string, unknown>, string[]]>([
    ['nothing where it is missing', { score: { $lt: 8 } }, {}, []],
    ['nothing where it is null', { data: { x: 1 } }, { data: { x: null } }, []],
    ['nothing where a list is empty', { providers: { $all: { placement: 'spam' } } }, { providers: [] }, []],
    ['another type', { data: { x: 1 } }, { data: { x: '1' } }, ['data.x is "1" (asked in "where" was $eq 1)']],
    [
      'something plain where there should be more',
      { data: { x: { y: 1 } } },
      { data: { x: 5 } },
      ['data.x.y is missing (asked in "where" was $eq 1)'],
    ],
    [
      'a field that was misread',
      { grade: 'F' },
      { misread: ['grade'] },
      ['grade is missing (asked in "where" was $eq "F")'],
    ],
    ['nothing where something else is missing too', { data: { x: 1, y: 1 } }, { data: { x: '1' } }, []],
    [
      'one of several ways',
      { $or: [{ data: { x: 1 } }, { score: 1 }] },
      { data: { x: '1' } },
      ['data.x is "1" (asked in "where" was $eq 1)'],
    ],
    [
      'what is excluded',
      { $not: { data: { x: 1, y: 1 } } },
      { data: { x: '1' } },
      ['data.x is "1" (asked in "where" was $eq 1)'],
    ],
    ['nothing where what it is compared with is missing', { value: { $lt: { $ref: 'threshold' } } }, { value: 5 }, []],
    [
      'what is compared with another type',
      { value: { $lt: { $ref: 'domain' } } },
      { value: 5 },
      ['value is 5 (asked in "where" was $lt "a.example")'],
    ],
    ['nothing where it does not match', { data: { x: 1 }, domain: 'b' }, { data: { x: '1' } }, []],
  ])('%s', (_, where, fields, words) => {
    expect(unknownTo(scoped(where), fields)).toEqual(words);
  });

  test('nothing where the rule asks for none of it', () => {
    expect(unknownTo({ ...scoped({ data: { x: 1 } }), onUnknown: 'ignore' }, { data: { x: '1' } })).toEqual([]);
  });
});

test('names what is missing where a value is compared with another', () => {
  const when = { value: { $lt: { $ref: 'threshold' } } };
  expect(unknownTo({ ...low, when }, { value: 1 })).toEqual(['threshold is missing (asked was value $lt threshold)']);
});

test.each([
  ['it does not ask for it', { onUnknown: 'ignore' }],
  ['it only put the event out of scope', { when: undefined, where: { inboxRate: { $lt: 0.8 } }, resolveAfter: '6h' }],
])('is no trouble where %s', (_, changes) => {
  expect(unknownTo({ ...low, ...changes }, {})).toEqual([]);
});
