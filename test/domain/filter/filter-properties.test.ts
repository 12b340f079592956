import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConditionTrace } from '../../../src/domain/filter/filter.ts';
import { trippedLeaves } from '../../../src/domain/filter/filter.ts';
import type { Verdict } from '../../../src/domain/filter/verdict.ts';
import { compiled, faultsOf, verdictOf } from '../compiled.ts';

const names = ['a', 'b', 'c'];
const scalar = fc.oneof(
  fc.constantFrom('x', 'y', '', 0, 1, -1.5, true, false),
  fc.string(),
  fc.double({ noNaN: true }),
);
const whole = fc.oneof(scalar, fc.array(scalar, { maxLength: 2 }), fc.dictionary(fc.constantFrom(...names), scalar));

/** Any event, most often one that has to do with the filters below. */
const anyEvent = fc.oneof(
  fc.letrec<{ value: unknown; record: unknown }>((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, scalar, fc.constantFrom(null, Number.NaN), tie('record'), fc.array(tie('value'))),
    record: fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 3 }),
  })).record,
  fc.jsonValue(),
);

/** Any filter without fault. */
const anyFilter = fc.letrec<{ filter: object; inner: unknown }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.dictionary(fc.constantFrom(...names), tie('inner'), { minKeys: 1, maxKeys: 3 }),
    fc.record({ $lt: fc.integer(), $gte: fc.integer() }, { requiredKeys: ['$lt'] }),
    fc.record({ $eq: whole }),
    fc.record({ $ne: whole }),
    fc.record({ $in: fc.array(scalar, { minLength: 1, maxLength: 3 }) }),
    fc.record({ $nin: fc.array(scalar, { minLength: 1, maxLength: 3 }) }),
    fc.record({ $exists: fc.boolean() }),
    fc.record({ $between: fc.tuple(fc.integer({ max: 0 }), fc.integer({ min: 0 })) }),
    fc.record({ $glob: fc.constantFrom('x*', '?', 'x') }),
    fc.record({ $regex: fc.constantFrom('x', '^(x|y)+$', '.') }),
    fc.record({ $ref: fc.constantFrom(...names, 'a.b') }),
    fc.record({ $lte: fc.record({ $ref: fc.constantFrom(...names, 'a.b') }) }),
    fc.record({ $all: tie('inner') }),
    fc.record({ $none: tie('inner') }),
    fc.record({ $any: tie('inner') }),
    fc.record({ $count: fc.record({ where: tie('inner'), $gte: fc.nat({ max: 3 }) }, { requiredKeys: ['$gte'] }) }),
    fc.record({ $not: tie('filter') }),
    fc.record({ $and: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ $or: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }), a: tie('inner') }),
  ),
  inner: fc.oneof({ maxDepth: 4 }, scalar, tie('filter')),
})).filter;

test('evaluating never throws', () => {
  fc.assert(
    fc.property(anyFilter, anyEvent, (filter, event) => {
      const trace = compiled(filter)(event);
      expect(['match', 'no-match', 'unknown']).toContain(trace.verdict);
      if (trace.verdict !== 'match') expect(trippedLeaves(trace)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('compiling never throws, whatever stands in the file', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom('$in', '$not', '$or', 'a'), fc.jsonValue())),
      (json) => {
        expect(Array.isArray(faultsOf(json))).toBe(true);
      },
    ),
  );
});

test('the verdict follows from the trace alone', () => {
  fc.assert(
    fc.property(anyFilter, anyEvent, (filter, event) => {
      const trace = compiled(filter)(event);
      expect(trace.verdict).toBe(recomputed(trace));
    }),
    { numRuns: 500 },
  );
});

test('"not" twice is as if never said', () => {
  fc.assert(
    fc.property(anyFilter, anyEvent, (filter, event) => {
      expect(verdictOf({ $not: { $not: filter } }, event)).toBe(verdictOf(filter, event));
    }),
  );
});

test('"not" of "and" is "or" of "not", and the other way round', () => {
  fc.assert(
    fc.property(anyFilter, anyFilter, anyEvent, (one, other, event) => {
      const both = [one, other];
      const neither = both.map((each) => ({ $not: each }));
      expect(verdictOf({ $not: { $and: both } }, event)).toBe(verdictOf({ $or: neither }, event));
      expect(verdictOf({ $not: { $or: both } }, event)).toBe(verdictOf({ $and: neither }, event));
    }),
  );
});

/** Filters on fields, combined: they ask nothing of the event as a whole. */
const { onFields } = fc.letrec<{ onFields: object }>((tie) => ({
  onFields: fc.oneof(
    { maxDepth: 3 },
    fc.dictionary(fc.constantFrom(...names), fc.oneof(scalar, anyFilter), { minKeys: 1, maxKeys: 3 }),
    fc.record({ $not: tie('onFields') }),
    fc.record({ $or: fc.array(tie('onFields'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ $and: fc.array(tie('onFields'), { minLength: 1, maxLength: 2 }) }),
  ),
}));
const withoutExists = onFields.filter((filter) => !JSON.stringify(filter).includes('"$exists"'));

test('of an event that has nothing, only "$exists" knows anything: nothing matches on the unknown alone', () => {
  fc.assert(
    fc.property(withoutExists, fc.constantFrom({}, { a: null, b: null, c: null }), (filter, event) => {
      expect(verdictOf(filter, event)).toBe('unknown');
    }),
    { numRuns: 500 },
  );
});

test('what an event does not have leaves a verdict as it is, or unknown; it turns none', () => {
  fc.assert(
    fc.property(withoutExists, anyEvent, fc.subarray(names, { minLength: 1 }), (filter, event, gone) => {
      fc.pre(typeof event === 'object' && event !== null && !Array.isArray(event));
      const less = Object.fromEntries(Object.entries(event).filter(([name]) => !gone.includes(name)));
      expect([verdictOf(filter, event), 'unknown']).toContain(verdictOf(filter, less));
    }),
    { numRuns: 1_000 },
  );
});

test('an event, with some of it deleted, is a filter that matches it', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.jsonValue()),
      fc.infiniteStream(fc.nat()),
      (event, draws) => {
        const filter = pasted(event, () => draws.next().value ?? 0);
        fc.pre(filter !== undefined);
        expect(verdictOf(filter, event)).toBe('match');
      },
    ),
    { numRuns: 500 },
  );
});

const rank: Verdict[] = ['no-match', 'unknown', 'match'];
const lowest = (verdicts: Verdict[]) => rank[Math.min(2, ...verdicts.map((each) => rank.indexOf(each)))];
const highest = (verdicts: Verdict[]) => rank[Math.max(0, ...verdicts.map((each) => rank.indexOf(each)))];

/** Kleene's logic over the verdicts of the leaves. */
function recomputed({ op, verdict, children }: ConditionTrace): Verdict | undefined {
  if (!children) return verdict;
  const verdicts = children.map((child) => recomputed(child) ?? 'unknown');
  if (op === '$not' || op === '$none') return rank[2 - rank.indexOf(highest(verdicts) ?? 'unknown')];
  return op === '$and' || op === '$all' ? lowest(verdicts) : highest(verdicts);
}

/** What somebody could make of an event by deleting, and by writing a list as one of its elements or as `$eq`. */
function pasted(value: unknown, draw: () => number): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) {
    const element = value.length > 0 && draw() % 2 === 0 ? value[draw() % value.length] : undefined;
    if (element !== undefined && !Array.isArray(element)) return pasted(element, draw);
    // A key that looks like an operator cannot be written, here or as a field.
    return /"\$[^"]*":/.test(JSON.stringify(value)) ? undefined : { $eq: value };
  }
  if (typeof value !== 'object') return value;
  const kept = Object.entries(value).flatMap(([name, each]) => {
    const inner = /^\$|\./.test(name) || draw() % 4 === 0 ? undefined : pasted(each, draw);
    return inner === undefined ? [] : [[name, inner] as const];
  });
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
