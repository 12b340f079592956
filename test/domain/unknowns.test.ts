import { describe, expect, test } from 'vitest';
import { judgeDelivery } from '../../src/domain/routing.ts';
import { unknownsOf } from '../../src/domain/unknowns.ts';
import { anEvent } from './events.ts';
import { standingOf } from './town.ts';

const low = { id: 'low', on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } }, key: 'k:{{ domain }}' };

/** What the rule cannot know of such an event, in words. */
function unknownTo(rule: Record<string, unknown>, fields: object): string[] {
  const event = anEvent({ domain: 'a.example', ...fields });
  const { judgements } = judgeDelivery(
    {
      delivery: { seq: 1, source: event.source, id: event.id, receivedAt: 0 },
      normalised: { event, notes: [] },
      traits: { states: ['test.completed'], endings: {} },
      isTest: false,
    },
    standingOf([rule]),
  );
  return judgements.flatMap(unknownsOf).map(({ words }) => words);
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

test.each([
  ['it does not ask for it', { onUnknown: 'ignore' }],
  ['it only put the event out of scope', { when: undefined, where: { inboxRate: { $lt: 0.8 } }, resolveAfter: '6h' }],
])('is no trouble where %s', (_, changes) => {
  expect(unknownTo({ ...low, ...changes }, {})).toEqual([]);
});
