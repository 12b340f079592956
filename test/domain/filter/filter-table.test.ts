import { describe, expect, test } from 'vitest';
import { operatorNames } from '../../../src/domain/filter/filter.ts';
import { compiled, faultsOf, verdictOf } from '../compiled.ts';

/** Each operator with an operand, and a value of the right kind that it matches. */
const asked: Record<string, { operand: unknown; met: unknown; unmet: unknown }> = {
  $eq: { operand: 'x', met: 'x', unmet: 'y' },
  $ne: { operand: 'x', met: 'y', unmet: 'x' },
  $lt: { operand: 5, met: 4, unmet: 5 },
  $lte: { operand: 5, met: 5, unmet: 6 },
  $gt: { operand: 5, met: 6, unmet: 5 },
  $gte: { operand: 5, met: 5, unmet: 4 },
  $between: { operand: [1, 5], met: 5, unmet: 6 },
  $in: { operand: ['x', 'y'], met: 'y', unmet: 'z' },
  $nin: { operand: ['x', 'y'], met: 'z', unmet: 'y' },
  $glob: { operand: 'x*', met: 'xyz', unmet: 'zyx' },
  $regex: { operand: 'y', met: 'xyz', unmet: 'xz' },
  $ref: { operand: 'b', met: 'x', unmet: 'y' },
  $all: { operand: 'x', met: ['x', 'x'], unmet: ['x', 'y'] },
  $none: { operand: 'x', met: ['y'], unmet: ['x', 'y'] },
  $any: { operand: 'x', met: ['y', 'x'], unmet: ['y'] },
  $count: { operand: 2, met: ['x', 'y'], unmet: ['x'] },
  $and: { operand: [{ $gt: 1 }, { $lt: 5 }], met: 3, unmet: 7 },
  $or: { operand: [{ $lt: 1 }, { $gt: 5 }], met: 7, unmet: 3 },
  $not: { operand: { $gt: 5 }, met: 3, unmet: 7 },
};
const rows = Object.entries(asked);
const of = (op: string, value: unknown) => verdictOf({ a: { [op]: asked[op]?.operand } }, { a: value, b: 'x' });

describe('operators', () => {
  test('are these', () => {
    expect([...Object.keys(asked), '$exists'].sort()).toEqual([...operatorNames].sort());
  });

  test.each(rows)('%s matches, and does not', (op, { met, unmet }) => {
    expect([of(op, met), of(op, unmet)]).toEqual(['match', 'no-match']);
  });

  test.each([
    ['$neq', '$ne'],
    ['$nIn', '$nin'],
    ['$betwen', '$between'],
    ['$regexp', '$regex'],
    ['$exist', '$exists'],
    ['$coutn', '$count'],
  ])('anything else is a load error with its path and the nearest right name: %s', (op, hint) => {
    expect(faultsOf({ a: { b: { [op]: 1 } } })).toEqual([
      { path: `when.a.b.${op}`, message: `there is no operator ${op}: did you mean ${hint}?` },
    ]);
  });
});

describe('what is missing, null, or of the wrong type', () => {
  const text = ['$eq', '$ne', '$in', '$nin', '$glob', '$regex', '$ref'];
  const list = ['$all', '$none', '$any', '$count'];
  const wrong = (op: string): unknown[] => {
    if (text.includes(op)) return [5, true, { x: 'x' }];
    return list.includes(op) ? ['x', 5, true, { x: 'x' }] : ['5', true, { x: 5 }, Number.NaN];
  };

  test.each(rows)('is unknown to %s, and to "not" of it', (op, { operand }) => {
    for (const event of [{}, { a: null }, ...wrong(op).map((a) => ({ a }))]) {
      const full = { b: 'x', ...event };
      expect(verdictOf({ a: { [op]: operand } }, full), JSON.stringify(event)).toBe('unknown');
      expect(verdictOf({ $not: { a: { [op]: operand } } }, full), JSON.stringify(event)).toBe('unknown');
    }
  });

  test.each(rows)('under %s is unknown where the event, or what it is in, is none at all', (op, { operand }) => {
    for (const event of [null, 5, 'text', [], { a: 5 }, { a: 'x' }, { a: null }]) {
      if (Array.isArray(event)) continue;
      expect(verdictOf({ a: { deep: { [op]: operand } } }, event)).toBe('unknown');
    }
  });

  test('a null leaf is a load error that says how else', () => {
    expect(faultsOf({ a: null })).toEqual([
      { path: 'when.a', message: 'null matches nothing: use {"$exists": false}' },
    ]);
  });
});

describe('$exists', () => {
  test.each([
    ['missing', {}, false],
    ['null', { a: null }, false],
    ['empty', { a: '' }, true],
    ['zero', { a: 0 }, true],
    ['false', { a: false }, true],
    ['an empty list', { a: [] }, true],
  ])('is always known: %s', (_, event, there) => {
    expect(verdictOf({ a: { $exists: true } }, event)).toBe(there ? 'match' : 'no-match');
    expect(verdictOf({ a: { $exists: false } }, event)).toBe(there ? 'no-match' : 'match');
  });
});

describe('$not, $ne, $nin', () => {
  test.each([
    [{ $ne: 'x' }, { $eq: 'x' }],
    [{ $nin: ['x', 'y'] }, { $in: ['x', 'y'] }],
    [{ $not: { $eq: 'x' } }, { $eq: 'x' }],
  ])('%j is the negation of %j; on a list: no element', (negative, positive) => {
    const opposite = { match: 'no-match', 'no-match': 'match', unknown: 'unknown' };
    for (const a of ['x', 'z', 5, null, undefined, [], ['x'], ['z'], ['x', 'z'], ['x', 5], ['z', 5]]) {
      const verdict = verdictOf({ a: positive }, { a });
      expect(verdictOf({ a: negative }, { a }), JSON.stringify(a)).toBe(opposite[verdict]);
    }
  });
});

describe('and, or', () => {
  const yes = { y: 1 };
  const no = { y: 2 };
  const dunno = { m: 1 };
  const table: [object, object, string, string][] = [
    [yes, yes, 'match', 'match'],
    [yes, no, 'no-match', 'match'],
    [yes, dunno, 'unknown', 'match'],
    [no, no, 'no-match', 'no-match'],
    [no, dunno, 'no-match', 'unknown'],
    [dunno, dunno, 'unknown', 'unknown'],
  ];

  test.each(table)('%j and %j: %s; or: %s', (one, other, both, either) => {
    for (const pair of [
      [one, other],
      [other, one],
    ]) {
      expect(verdictOf({ $and: pair }, { y: 1 })).toBe(both);
      expect(verdictOf({ $or: pair }, { y: 1 })).toBe(either);
    }
  });

  test('siblings are and-ed, and empty lists are load errors', () => {
    expect(verdictOf({ $or: [yes], $and: [no] }, { y: 1 })).toBe('no-match');
    expect(faultsOf({ $and: [], $or: [] }).map(({ path }) => path)).toEqual(['when.$and', 'when.$or']);
  });
});

describe('lists', () => {
  const providers = [
    { provider: 'gmail', placement: 'spam' },
    { provider: 'outlook', placement: 'inbox' },
  ];

  test.each([
    ['one element satisfies all of an object', { provider: 'gmail', placement: 'spam' }, 'match'],
    ['two do not share it out', { provider: 'gmail', placement: 'inbox' }, 'no-match'],
    ['an ill-typed element is unknown', { provider: 5 }, 'unknown'],
    ['a field that no element has is unknown', { name: 'gmail' }, 'unknown'],
  ])('%s', (_, filter, verdict) => {
    expect(verdictOf({ providers: filter }, { providers })).toBe(verdict);
  });

  test.each([
    ['a positive leaf', { $eq: 'x' }, 'no-match'],
    ['an object', { b: 'x' }, 'no-match'],
    ['$any', { $any: 'x' }, 'no-match'],
    ['$ne', { $ne: 'x' }, 'match'],
    ['$nin', { $nin: ['x'] }, 'match'],
    ['$all', { $all: 'x' }, 'unknown'],
    ['$none', { $none: 'x' }, 'unknown'],
    ['$count', { $count: 0 }, 'match'],
  ])('of none of them, %s', (_, filter, verdict) => {
    expect(verdictOf({ a: filter }, { a: [] })).toBe(verdict);
  });
});

test('an object filter against a scalar is unknown', () => {
  for (const a of ['x', 5, true]) expect(verdictOf({ a: { b: 'x' } }, { a })).toBe('unknown');
});

describe('$ref', () => {
  test.each(['$eq', '$ne', '$lt', '$lte', '$gt', '$gte'])('leads from the root of the event under %s', (op) => {
    const filter = { deep: { a: { [op]: { $ref: 'other.b' } } } };
    const known = verdictOf(filter, { deep: { a: 5 }, other: { b: 5 } });
    expect(known).toBe(['$eq', '$lte', '$gte'].includes(op) ? 'match' : 'no-match');
    expect(verdictOf(filter, { deep: { a: 5 } })).toBe('unknown');
    expect(verdictOf(filter, { deep: { a: 5 }, other: { b: '5' } })).toBe('unknown');
  });

  test.each(['$between', '$glob', '$regex', '$exists'])('does not lead %s', (op) => {
    expect(faultsOf({ a: { [op]: { $ref: 'b' } } })).toEqual([
      { path: `when.a.${op}`, message: '$ref may stand with $eq, $ne, $lt, $lte, $gt, $gte, $in and $nin' },
    ]);
  });
});

describe('the form', () => {
  test.each([
    [{ 'a.b': 1 }, 'when.a.b', 'write a dotted key as nested objects: {"a":{"b":1}}'],
    [{ a: ['x', 'y'] }, 'when.a', 'a list alone is unclear: use {"$in":["x","y"]} or {"$eq":["x","y"]}'],
    [{ a: {} }, 'when.a', 'an empty object says nothing: name a field or an operator'],
    [{}, 'when', 'an empty object says nothing: name a field or an operator'],
  ])('%j is a load error that shows the right one', (filter, path, message) => {
    expect(faultsOf(filter)).toEqual([{ path, message }]);
  });

  test('$eq is deep equality', () => {
    const filter = { a: { $eq: { b: [1, { c: 'x' }] } } };
    expect(verdictOf(filter, { a: { b: [1, { c: 'x' }] } })).toBe('match');
    expect(verdictOf(filter, { a: { b: [1, { c: 'x', d: 1 }] } })).toBe('no-match');
  });

  test('the trace does not stop at what is decided already', () => {
    const trace = compiled({ a: 1, b: { $or: [{ $lt: 5 }, { $gt: 1 }] } })({ a: 2, b: 3 });
    expect(trace.verdict).toBe('no-match');
    expect(trace.children).toHaveLength(2);
    expect(trace.children?.[1]?.children).toHaveLength(2);
  });
});
