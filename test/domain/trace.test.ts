import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConditionTrace } from '../../src/domain/filter/filter.ts';
import type { RuleTrace, Trace } from '../../src/domain/trace.ts';
import { fittingTrace, shortened } from '../../src/domain/trace.ts';
import { hostileText } from './events.ts';

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const text = hostileText(255);

const condition: fc.Arbitrary<ConditionTrace> = fc.record({
  path: text,
  op: fc.constantFrom('$eq', '$and'),
  expected: fc.jsonValue(),
  actual: text,
  verdict: fc.constantFrom('match', 'no-match', 'unknown'),
  children: fc.constant([]),
});
const ruleTrace: fc.Arbitrary<RuleTrace> = fc.record(
  {
    rule: text,
    verdict: fc.constantFrom('match', 'clear', 'neither', 'unknown', 'out-of-scope'),
    because: text,
    key: text,
    where: condition,
    when: condition,
    effect: text,
  },
  { requiredKeys: ['rule', 'verdict'] },
);

function many<T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.tuple(item, fc.constantFrom(0, 1, 3, 30, 300)).map(([one, times]) => Array<T>(times).fill(one));
}

const anyTrace: fc.Arbitrary<Trace> = fc.record(
  {
    notes: many(text),
    rules: many(ruleTrace),
    deaf: fc.nat(),
    incidents: many(fc.record({ key: text, episode: fc.nat(), change: text })),
    owed: many(fc.record({ destination: text, key: text, episode: fc.nat(), what: text })),
    error: hostileText(50_000),
  },
  { requiredKeys: ['notes', 'rules', 'deaf', 'incidents', 'owed'] },
);

describe('a trace', () => {
  test('is at most 16 KiB of JSON, whatever is in it', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        const fitting = fittingTrace(trace);
        expect(bytesOf(fitting)).toBeLessThanOrEqual(16_384);
        if (bytesOf(trace) <= 16_384) expect(fitting).toEqual(trace);
        else expect(fitting.cut).toBe(true);
        expect(fitting.deaf).toBe(trace.deaf);
      }),
    );
  });

  const tree: ConditionTrace = {
    path: 'reason',
    op: '$eq',
    expected: 'x'.repeat(3_000),
    actual: 'y',
    verdict: 'no-match',
  };
  const trace = (rules: RuleTrace[]): Trace => ({ notes: ['a note'], rules, deaf: 0, incidents: [], owed: [] });

  test('gives up the trees of rules that did not match before those of rules that did', () => {
    const rules: RuleTrace[] = [
      { rule: 'matched', verdict: 'match', when: tree },
      ...Array.from({ length: 5 }, (_, i) => ({ rule: `no-${i}`, verdict: 'neither' as const, when: tree })),
    ];
    const fitting = fittingTrace(trace(rules));
    expect(fitting.rules.map((rule) => [rule.rule, rule.when !== undefined])).toEqual([
      ['matched', true],
      ['no-0', false],
      ['no-1', false],
      ['no-2', false],
      ['no-3', false],
      ['no-4', false],
    ]);
    expect(fitting.notes).toEqual(['a note']);
  });

  test('keeps every verdict where only the trees are too large', () => {
    const rules = Array.from({ length: 6 }, (_, i) => ({ rule: `r-${i}`, verdict: 'match' as const, when: tree }));
    expect(fittingTrace(trace(rules)).rules.map((rule) => rule.rule)).toEqual(rules.map((rule) => rule.rule));
  });
});

test('a long value is shortened and its length told; a short one stays what it is', () => {
  const leaf = (actual: unknown): ConditionTrace => ({
    path: 'p',
    op: '$eq',
    expected: 'x',
    actual,
    verdict: 'no-match',
  });
  expect(shortened(leaf('y'.repeat(1_000))).actual).toBe(`${'y'.repeat(200)}… (1000 characters)`);
  expect(shortened(leaf(['a', 1])).actual).toEqual(['a', 1]);
  expect(shortened(leaf(null)).actual).toBeNull();
  expect(shortened(leaf(Array.from({ length: 1_000 }, () => 'y'))).actual).toMatch(/characters\)$/);
  expect(shortened(leaf(undefined))).not.toHaveProperty('actual');
});
