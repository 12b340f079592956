import { describe, expect, test } from 'vitest';
import { trippedLeaves } from '../../../src/domain/filter/filter.ts';
import { compiled, verdictOf } from '../compiled.ts';

const event = {
  type: 'test.completed',
  domain: 'news.example.com',
  inboxRate: 0.62,
  score: 0,
  auth: { spf: 'pass', dmarc: 'fail', aligned: false },
  tags: ['weekly', 'eu'],
  providers: [
    { provider: 'gmail', placement: 'spam' },
    { provider: 'outlook', placement: 'inbox' },
  ],
};

describe('one value', () => {
  test.each([
    [{ domain: 'news.example.com' }, 'match'],
    [{ domain: 'NEWS.example.com' }, 'no-match'],
    [{ domain: { $eq: 'news.example.com' } }, 'match'],
    [{ domain: { $ne: 'news.example.com' } }, 'no-match'],
    [{ domain: { $ne: 'example.com' } }, 'match'],
    [{ inboxRate: { $lt: 0.62 } }, 'no-match'],
    [{ inboxRate: { $lte: 0.62 } }, 'match'],
    [{ inboxRate: { $gt: 0.62 } }, 'no-match'],
    [{ inboxRate: { $gte: 0.62 } }, 'match'],
    [{ score: { $lt: 1 } }, 'match'],
    [{ score: 0 }, 'match'],
    [{ auth: { aligned: false } }, 'match'],
    [{ auth: { aligned: { $ne: true } } }, 'match'],
    [{ auth: { $eq: { spf: 'pass', dmarc: 'fail', aligned: false } } }, 'match'],
    [{ auth: { $eq: { spf: 'pass' } } }, 'no-match'],
    [{ auth: { spf: 'pass' } }, 'match'],
    [{ domain: { $in: ['a.example', 'news.example.com'] } }, 'match'],
    [{ domain: { $in: ['a.example'] } }, 'no-match'],
    [{ domain: { $nin: ['a.example'] } }, 'match'],
    [{ domain: { $nin: ['news.example.com'] } }, 'no-match'],
    [{ score: { $in: ['0', 0] } }, 'match'],
  ])('%j: %s', (filter, verdict) => {
    expect(verdictOf(filter, event)).toBe(verdict);
  });

  test('zero is zero, whatever its sign', () => {
    expect(verdictOf({ score: 0 }, JSON.parse('{"score": -0}'))).toBe('match');
  });
});

describe('what is there, and what is not', () => {
  test.each([
    [{ domain: { $exists: true } }, { domain: '' }, 'match'],
    [{ domain: { $exists: true } }, { domain: null }, 'no-match'],
    [{ domain: { $exists: true } }, {}, 'no-match'],
    [{ domain: { $exists: false } }, {}, 'match'],
    [{ domain: { $exists: false } }, { domain: null }, 'match'],
    [{ tags: { $exists: true } }, { tags: [] }, 'match'],
    [{ tags: { $exists: false } }, { tags: [] }, 'no-match'],
    [{ auth: { spf: { $exists: true } } }, {}, 'no-match'],
    [{ auth: { spf: { $exists: false } } }, {}, 'match'],
    [{ providers: { placement: { $exists: false } } }, { providers: [{ placement: 'spam' }, {}] }, 'match'],
    [{ toString: { $exists: true } }, {}, 'no-match'],
    [{ constructor: { name: 'Object' } }, {}, 'unknown'],
  ])('%j of %j: %s', (filter, of, verdict) => {
    expect(verdictOf(filter, of)).toBe(verdict);
  });

  test('a field named __proto__ is a field like any other', () => {
    const filter = JSON.parse('{"__proto__": {"level": "page"}}');
    expect(verdictOf(filter, JSON.parse('{"__proto__": {"level": "page"}}'))).toBe('match');
    expect(verdictOf(filter, { level: 'page' })).toBe('unknown');
  });

  test('an object filter against a scalar is unknown', () => {
    expect(verdictOf({ domain: { name: 'news.example.com' } }, event)).toBe('unknown');
    expect(verdictOf({ domain: { $not: { name: 'news.example.com' } } }, event)).toBe('unknown');
  });
});

describe('and, or, not', () => {
  const yes = { score: 0 };
  const no = { score: 1 };
  const dunno = { grade: 'A' };

  test.each([
    [{ ...yes, ...dunno }, 'unknown'],
    [{ ...no, ...dunno }, 'no-match'],
    [{ $and: [yes, dunno] }, 'unknown'],
    [{ $and: [dunno, no] }, 'no-match'],
    [{ $and: [yes, yes] }, 'match'],
    [{ $or: [no, dunno] }, 'unknown'],
    [{ $or: [dunno, yes] }, 'match'],
    [{ $or: [no, no] }, 'no-match'],
    [{ $not: yes }, 'no-match'],
    [{ $not: no }, 'match'],
    [{ $not: dunno }, 'unknown'],
    [{ $or: [yes], score: 1 }, 'no-match'],
  ])('%j: %s', (filter, verdict) => {
    expect(verdictOf(filter, event)).toBe(verdict);
  });

  test('stand wherever an object may, and speak about the value there', () => {
    expect(verdictOf({ inboxRate: { $or: [{ $lt: 0.1 }, { $gt: 0.6 }] } }, event)).toBe('match');
    expect(verdictOf({ auth: { $not: { spf: 'pass', dmarc: 'pass' } } }, event)).toBe('match');
    expect(verdictOf({ inboxRate: { $not: { $gte: 0.8 } } }, event)).toBe('match');
    expect(verdictOf({ inboxRate: { $gt: 0.6, $not: { $gte: 0.62 } } }, event)).toBe('no-match');
  });
});

describe('arrays', () => {
  test.each([
    ['one element satisfies all of it', { providers: { provider: 'gmail', placement: 'spam' } }, 'match'],
    ['two elements do not share it out', { providers: { provider: 'gmail', placement: 'inbox' } }, 'no-match'],
    ['a plain value is some element', { tags: 'eu' }, 'match'],
    ['no element is it', { tags: 'us' }, 'no-match'],
    ['$in: some element is among them', { tags: { $in: ['us', 'eu'] } }, 'match'],
    ['$in: no element is among them', { tags: { $in: ['us', 'ca'] } }, 'no-match'],
    ['$ne: no element is it', { tags: { $ne: 'us' } }, 'match'],
    ['$ne: some element is it', { tags: { $ne: 'eu' } }, 'no-match'],
    ['$nin: no element is among them', { tags: { $nin: ['us', 'ca'] } }, 'match'],
    ['$nin: some element is among them', { tags: { $nin: ['us', 'eu'] } }, 'no-match'],
    ['$not: no element', { tags: { $not: { $eq: 'us' } } }, 'match'],
    ['$not of an object: no element', { providers: { $not: { provider: 'gmail', placement: 'spam' } } }, 'no-match'],
    ['$eq of a list: the whole', { tags: { $eq: ['weekly', 'eu'] } }, 'match'],
    ['$eq of a list: order counts', { tags: { $eq: ['eu', 'weekly'] } }, 'no-match'],
    ['$ne of a list: the whole', { tags: { $ne: ['eu', 'weekly'] } }, 'match'],
    [
      '$and alone: each may find its own',
      { providers: { $and: [{ provider: 'gmail' }, { placement: 'inbox' }] } },
      'match',
    ],
    ['$or beside a field: the same', { providers: { provider: 'gmail', $or: [{ placement: 'inbox' }] } }, 'no-match'],
    ['$not beside a field: the same', { providers: { provider: 'gmail', $not: { placement: 'inbox' } } }, 'match'],
    ['$not alone: none', { providers: { $not: { placement: 'inbox' } } }, 'no-match'],
    ['$ne inside: of the one element', { providers: { provider: 'gmail', placement: { $ne: 'inbox' } } }, 'match'],
  ])('%s', (_, filter, verdict) => {
    expect(verdictOf(filter, event)).toBe(verdict);
  });

  test.each([
    ['a plain value', { tags: 'eu' }, 'no-match'],
    ['an object', { tags: { name: 'eu' } }, 'no-match'],
    ['$lt', { tags: { $lt: 1 } }, 'no-match'],
    ['$in', { tags: { $in: ['eu'] } }, 'no-match'],
    ['$ne', { tags: { $ne: 'eu' } }, 'match'],
    ['$nin', { tags: { $nin: ['eu'] } }, 'match'],
    ['$not', { tags: { $not: { $eq: 'eu' } } }, 'match'],
    ['$eq of a list', { tags: { $eq: ['eu'] } }, 'no-match'],
  ])('an empty one holds no element: %s', (_, filter, verdict) => {
    expect(verdictOf(filter, { tags: [] })).toBe(verdict);
  });

  test.each([
    [{ tags: 'eu' }, [1], 'unknown'],
    [{ tags: 'eu' }, [1, 'eu'], 'match'],
    [{ tags: 'eu' }, [null, 'us'], 'unknown'],
    [{ tags: { $ne: 'eu' } }, [1, 'us'], 'unknown'],
    [{ tags: { $nin: ['eu'] } }, [1, 'us'], 'unknown'],
    [{ tags: { $nin: ['eu'] } }, [1, 'eu'], 'no-match'],
    [{ tags: 'eu' }, [['eu']], 'unknown'],
    [{ tags: { name: 'eu' } }, ['eu'], 'unknown'],
    [{ tags: { $eq: ['eu'] } }, 'eu', 'unknown'],
  ])('an ill-typed element is unknown: %j of %j', (filter, tags, verdict) => {
    expect(verdictOf(filter, { tags })).toBe(verdict);
  });
});

describe('the trace', () => {
  test('tells path, operator, what was expected and what was there, and stops at nothing', () => {
    expect(compiled({ domain: 'a.example', inboxRate: { $lt: 0.8 } })(event)).toEqual({
      path: '',
      op: '$and',
      verdict: 'no-match',
      children: [
        { path: 'domain', op: '$eq', expected: 'a.example', actual: 'news.example.com', verdict: 'no-match' },
        { path: 'inboxRate', op: '$lt', expected: 0.8, actual: 0.62, verdict: 'match' },
      ],
    });
  });

  test('of an array shows the element that matched', () => {
    expect(compiled({ providers: { placement: 'inbox' } })(event)).toMatchObject({
      path: 'providers',
      op: 'some',
      children: [{ path: 'providers[1].placement', actual: 'inbox', verdict: 'match' }],
    });
  });

  test('of an array that is unknown shows an element that is', () => {
    const filter = compiled({ tags: 'eu' });
    expect(filter({ tags: ['a', 'b', 'c', 'd', 5] })).toMatchObject({
      verdict: 'unknown',
      children: [{ path: 'tags[4]', verdict: 'unknown' }],
    });
  });

  test('names the leaves that tripped: under "or" only those that matched, under "not" none', () => {
    const filter = { $or: [{ inboxRate: { $lt: 0.8 } }, { score: { $gt: 5 } }], $not: { domain: 'a.example' } };
    expect(trippedLeaves(compiled(filter)(event))).toEqual([
      { path: 'inboxRate', op: '$lt', expected: 0.8, actual: 0.62 },
    ]);
    expect(trippedLeaves(compiled({ score: { $gt: 5 } })(event))).toEqual([]);
  });
});
