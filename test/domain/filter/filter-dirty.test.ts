import { describe, expect, test } from 'vitest';
import { faultsOf, verdictOf } from '../compiled.ts';

const dirty: [string, unknown][] = [
  ['missing', {}],
  ['null', { inboxRate: null }],
  ['a number in quotes', { inboxRate: '0.62' }],
  ['n/a', { inboxRate: 'n/a' }],
  ['an empty string', { inboxRate: '' }],
  ['not a number', { inboxRate: Number.NaN }],
  ['true', { inboxRate: true }],
  ['an object', { inboxRate: { value: 0.62 } }],
];

const questions = [
  { $lt: 0.8 },
  { $lte: 0.8 },
  { $gt: 0.8 },
  { $gte: 0.8 },
  { $eq: 0.8 },
  { $ne: 0.8 },
  { $in: [0.8] },
  { $nin: [0.8] },
  { $not: { $gte: 0.8 } },
  { $and: [{ $lt: 0.8 }] },
  { $or: [{ $lt: 0.8 }, { $gt: 0.9 }] },
];

describe.each(dirty)('a rate that is %s', (_, event) => {
  test.each(questions)('is unknown to %j', (question) => {
    expect(verdictOf({ inboxRate: question }, event)).toBe('unknown');
    expect(verdictOf({ $not: { inboxRate: question } }, event)).toBe('unknown');
  });
});

describe('a whole event that is no object', () => {
  test.each([null, undefined, 0, '', 'text', true])('%j is unknown', (event) => {
    expect(verdictOf({ inboxRate: { $lt: 0.8 } }, event)).toBe('unknown');
    expect(verdictOf({ $not: { inboxRate: { $lt: 0.8 } } }, event)).toBe('unknown');
  });
});

test('an empty list of rates holds no rate', () => {
  expect(verdictOf({ inboxRate: { $lt: 0.8 } }, { inboxRate: [] })).toBe('no-match');
});

test('62 is not 0.62: it is above every share', () => {
  expect(verdictOf({ inboxRate: { $lt: 0.8 } }, { inboxRate: 62 })).toBe('no-match');
});

test('the types of a list decide what it can be asked', () => {
  expect(verdictOf({ grade: { $in: ['A', 'B'] } }, { grade: 1 })).toBe('unknown');
  expect(verdictOf({ grade: { $nin: ['A', 1] } }, { grade: 2 })).toBe('match');
});

describe('inbox rate below 0.8, and gmail is spam', () => {
  const filter = {
    type: 'test.completed',
    data: { inboxRate: { $lt: 0.8 }, providers: { name: 'gmail', placement: 'spam' } },
  };
  const providers = [
    { name: 'gmail', placement: 'spam' },
    { name: 'outlook', placement: 'inbox' },
  ];
  const swapped = [
    { name: 'gmail', placement: 'inbox' },
    { name: 'outlook', placement: 'spam' },
  ];

  test.each([
    ['0.62', { inboxRate: 0.62, providers }, 'match'],
    ['missing', { providers }, 'unknown'],
    ['null', { inboxRate: null, providers }, 'unknown'],
    ['"0.62"', { inboxRate: '0.62', providers }, 'unknown'],
    ['"n/a"', { inboxRate: 'n/a', providers }, 'unknown'],
    ['""', { inboxRate: '', providers }, 'unknown'],
    ['0.8', { inboxRate: 0.8, providers }, 'no-match'],
    ['the conditions met by two different providers', { inboxRate: 0.62, providers: swapped }, 'no-match'],
    ['no provider', { inboxRate: 0.62, providers: [] }, 'no-match'],
    ['no list of providers', { inboxRate: 0.62 }, 'unknown'],
    ['a rate that is fine, and no list of providers', { inboxRate: 0.9 }, 'no-match'],
  ])('%s', (_, data, verdict) => {
    expect(verdictOf(filter, { type: 'test.completed', data })).toBe(verdict);
  });

  test('turned round, a field that is missing does not fire either', () => {
    expect(verdictOf({ data: { inboxRate: { $not: { $gte: 0.8 } } } }, { data: {} })).toBe('unknown');
    expect(verdictOf({ $not: filter }, { type: 'test.completed', data: { providers } })).toBe('unknown');
  });
});

test('an operator that there is not is refused when the file is read, and asks nothing of any event', () => {
  expect(faultsOf({ inboxRate: { $below: 0.8 } })).toEqual([
    {
      path: 'when.inboxRate.$below',
      message: expect.stringMatching(/^there is no operator \$below: there are \$eq, /),
    },
  ]);
});
