import { describe, expect, test } from 'vitest';
import { faultsOf } from './compiled.ts';

test('a filter is an object', () => {
  for (const json of [null, [], 'text', 5, true]) expect(faultsOf(json)).toMatchObject([{ path: 'when' }]);
});

describe('an unknown operator is named with its path and the nearest right one', () => {
  test.each([
    ['$neq', '$ne'],
    ['$exist', '$exists'],
    ['$exits', '$exists'],
    ['$EQ', '$eq'],
    ['$gtt', '$gt'],
    ['$nott', '$not'],
    ['$lessThan', undefined],
    ['$startsWith', undefined],
    ['$', undefined],
    ['$constructor', undefined],
  ])('%s', (op, right) => {
    const [fault, ...more] = faultsOf({ auth: { spf: { [op]: 1 } } });
    expect(more).toEqual([]);
    expect(fault?.path).toBe(`when.auth.spf.${op}`);
    expect(fault?.message).toContain(`there is no operator ${op}`);
    if (right) expect(fault?.message).toMatch(new RegExp(`did you mean \\${right}\\?$`));
    else expect(fault?.message).not.toContain('did you mean');
  });
});

describe('the right form is shown', () => {
  test.each([
    [{ domain: null }, 'when.domain', '{"$exists": false}'],
    [{ domain: { $eq: null } }, 'when.domain.$eq', '{"$exists": false}'],
    [{ domain: { $ne: null } }, 'when.domain.$ne', '{"$exists": false}'],
    [{ 'auth.spf': 'fail' }, 'when.auth.spf', '{"auth":{"spf":"fail"}}'],
    [{ tags: ['a', 'b'] }, 'when.tags', '{"$in":["a","b"]}'],
    [{ tags: ['a', 'b'] }, 'when.tags', '{"$eq":["a","b"]}'],
  ])('%j', (json, path, form) => {
    const [fault, ...more] = faultsOf(json);
    expect(more).toEqual([]);
    expect(fault?.path).toBe(path);
    expect(fault?.message).toContain(form);
  });
});

describe('what says nothing, or cannot be asked', () => {
  test.each([
    [{}, 'when'],
    [{ auth: {} }, 'when.auth'],
    [{ $not: {} }, 'when.$not'],
    [{ $not: 'text' }, 'when.$not'],
    [{ $and: [] }, 'when.$and'],
    [{ $or: [] }, 'when.$or'],
    [{ $or: { score: 1 } }, 'when.$or'],
    [{ $or: [{ score: 1 }, {}] }, 'when.$or[1]'],
    [{ $or: [{ score: 1 }, 'text'] }, 'when.$or[1]'],
    [{ score: { $in: [] } }, 'when.score.$in'],
    [{ score: { $in: 5 } }, 'when.score.$in'],
    [{ score: { $nin: [1, null] } }, 'when.score.$nin'],
    [{ score: { $lt: '5' } }, 'when.score.$lt'],
    [{ score: { $gte: null } }, 'when.score.$gte'],
    [{ score: { $exists: 'yes' } }, 'when.score.$exists'],
  ])('%j is a fault at %s', (json, path) => {
    expect(faultsOf(json).map((fault) => fault.path)).toEqual([path]);
  });
});

test('every fault is reported at once', () => {
  const json = { a: null, b: { $lt: 'x', $foo: 1 }, $or: [{ c: {} }, { d: { $in: [] } }] };
  expect(faultsOf(json).map((fault) => fault.path)).toEqual([
    'when.a',
    'when.b.$lt',
    'when.b.$foo',
    'when.$or[0].c',
    'when.$or[1].d.$in',
  ]);
});
