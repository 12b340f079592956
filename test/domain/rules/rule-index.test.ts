import fc from 'fast-check';
import { expect, test } from 'vitest';
import { literalIndex, literalsIn } from '../../../src/domain/rules/rule-index.ts';
import { verdictOf } from '../compiled.ts';

test('literals are plain values at places that hold a single one', () => {
  const where = {
    domain: 'a.example',
    monitor: { id: 'm1', name: { $glob: '*' } },
    live: true,
    tags: 'weekly',
    providers: { provider: 'gmail' },
    data: { region: 'eu' },
    $or: [{ level: 'page' }],
    nothing: 'x',
  };
  expect(literalsIn(where)).toEqual([
    { path: 'domain', value: 'a.example' },
    { path: 'monitor.id', value: 'm1' },
    { path: 'live', value: true },
  ]);
  expect(literalsIn(undefined)).toEqual([]);
});

const base = { id: '1', source: 's', occurredAt: '2026-01-01T00:00:00.000Z', live: true };
const anyWhere = fc.record(
  {
    domain: fc.constantFrom('a', 'b', 'c'),
    score: fc.constantFrom(0, -0, 1, 2),
    monitor: fc.record({ id: fc.constantFrom('a', '1') }),
    tags: fc.constant('weekly'),
    $or: fc.constant([{ domain: 'a' }, { score: 1 }]),
  },
  { requiredKeys: [] },
);
const anyEvent = fc.record(
  {
    type: fc.constant('test.completed'),
    domain: fc.constantFrom('a', 'b', 'c', 'd'),
    score: fc.constantFrom(0, -0, 1),
    monitor: fc.record({ id: fc.constantFrom('a', '1') }),
    tags: fc.array(fc.constantFrom('weekly', 'x')),
  },
  { requiredKeys: ['type'] },
);

test('whatever matches is found, each once, in the order of the file', () => {
  fc.assert(
    fc.property(fc.array(anyWhere, { maxLength: 12 }), anyEvent, (wheres, fields) => {
      const event = { ...base, ...fields };
      const find = literalIndex(wheres.map((where, item) => ({ item, literals: literalsIn(where) })));
      const found = find(event);
      const matching = wheres.flatMap((where, i) =>
        Object.keys(where).length === 0 || verdictOf(where, event) === 'match' ? [i] : [],
      );
      expect(found).toEqual(expect.arrayContaining(matching));
      expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
    }),
  );
});

test('of ten thousand, an event finds those that name its domain', () => {
  const all = Array.from({ length: 10_000 }, (_, item) => ({
    item,
    literals: literalsIn({ domain: `d${item % 5_000}.example`, live: true }),
  }));
  const find = literalIndex(all);
  expect(find({ ...base, type: 'test.completed', domain: 'd7.example' })).toEqual([7, 5_007]);
  expect(find({ ...base, type: 'test.completed' })).toEqual([]);
});
