import { describe, expect, test } from 'vitest';
import { faultsOf } from '../compiled.ts';

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
    ['$le', '$lte'],
    ['$ge', '$gte'],
    ['$lessThan', '$lt'],
    ['$equals', '$eq'],
    ['$matches', '$regex'],
    ['$size', '$count'],
    ['$', undefined],
    ['$constructor', undefined],
  ])('%s', (op, right) => {
    const [fault, ...more] = faultsOf({ auth: { spf: { [op]: 1 } } });
    expect(more).toEqual([]);
    expect(fault?.path).toBe(`when.auth.spf.${op}`);
    expect(fault?.message).toContain(`there is no operator ${op}`);
    if (right) expect(fault?.message).toMatch(new RegExp(`did you mean \\${right}\\?$`));
    else expect(fault?.message).toMatch(/: there are \$eq, \$ne, .*\$not$/);
  });

  test.each([
    ['$startsWith', { $startsWith: 'news.' }, '{"$glob":"news.*"}'],
    ['$endsWith', { $endsWith: '.test' }, '{"$glob":"*.test"}'],
    ['$contains', { $contains: 'a*b' }, '{"$glob":"*a\\\\*b*"}'],
    ['$elemMatch', { $elemMatch: { placement: 'spam' } }, '{"placement":"spam"}'],
    ['$startsWith of no text', { $startsWith: 5 }, '{"$glob":"x*"}'],
  ])('of another language, %s is shown in ours', (_, json, form) => {
    expect(faultsOf({ domain: json }).map(({ message }) => message)).toEqual([
      expect.stringContaining(`: write ${form}`),
    ]);
  });
});

describe('an operator in what is compared as it stands is none', () => {
  test.each([
    [{ domain: { $eq: { $glob: '*.x' } } }, 'when.domain.$eq.$glob', 'write {"$glob":"*.x"} instead'],
    [{ domain: { $ne: { $glob: '*.x' } } }, 'when.domain.$ne.$glob', 'write {"$not":{"$glob":"*.x"}} instead'],
    [{ data: { x: { $eq: { a: [{ $lt: 5 }] } } } }, 'when.data.x.$eq.a[0].$lt', 'compared as it stands'],
    [{ data: { x: { $in: ['z', { $ref: 'data.y' }] } } }, 'when.data.x.$in[1].$ref', '"$or"'],
    [{ data: { x: { $nin: [{ $glob: 'a*' }] } } }, 'when.data.x.$nin[0].$glob', '"$or"'],
    [{ data: { x: { $eq: { $ref: 'a', b: 1 } } } }, 'when.data.x.$eq.$ref', 'compared as it stands'],
  ])('%j', (json, path, words) => {
    expect(faultsOf(json)).toEqual([{ path, message: expect.stringContaining(words) }]);
  });

  test.each([{ $eq: { a: 1 } }, { $in: { $ref: 'data.list' } }, { $in: [{ a: [1] }] }])('%j is fine', (json) => {
    expect(faultsOf({ data: { x: json } })).toEqual([]);
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
