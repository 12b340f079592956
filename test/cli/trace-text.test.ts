import { describe, expect, test } from 'vitest';
import { moment, table } from '../../src/cli/table.ts';
import { traceText } from '../../src/cli/trace-text.ts';
import type { Trace } from '../../src/domain/trace.ts';

const nothing: Trace = { notes: [], rules: [], deaf: 0, incidents: [], owed: [] };

describe('a trace in words', () => {
  test('of a delivery that no rule heard says that nobody is told anything', () => {
    expect(traceText({ ...nothing, deaf: 1 })).toBe(
      '  1 other rule not hearing this type or source\n  nobody is told anything',
    );
    expect(traceText({ ...nothing, deaf: 2 })).toContain('2 other rules not hearing');
  });

  test('has why a rule is out of scope, and what is missing', () => {
    const where = { path: 'domain', op: '$eq', expected: 'a.example', verdict: 'unknown' } as const;
    const because = '"where" cannot be known';
    const text = traceText({ ...nothing, rules: [{ rule: 'r', verdict: 'out-of-scope', because, where }] });
    expect(text).toContain('  rule r: out-of-scope ("where" cannot be known)\n');
    expect(text).toContain('      where domain $eq "a.example", is missing: unknown');
  });

  test('shows what is nested deeper', () => {
    const leaf = { path: 'auth.spf', op: '$ne', expected: 'pass', actual: 'fail', verdict: 'match' } as const;
    const when = { path: 'auth', op: '$or', verdict: 'match', children: [leaf] } as const;
    const text = traceText({
      ...nothing,
      rules: [{ rule: 'r', verdict: 'match', when: { ...when, children: [leaf] } }],
    });
    expect(text.split('\n').slice(1, 3)).toEqual([
      '      when auth $or: match',
      '             auth.spf $ne "pass", is "fail": match',
    ]);
  });

  test('says first that routing failed, and last that details were left out', () => {
    const lines = traceText({ ...nothing, notes: ['a note'], error: 'cannot read this', cut: true }).split('\n');
    expect(lines).toEqual([
      '  routing failed: cannot read this',
      '  note: a note',
      '  (details were left out: the trace was too large)',
    ]);
  });
});

test('a table has columns as wide as their widest cell, and no white space at the end of a line', () => {
  expect(
    table(
      ['a', 'heading', 'c'],
      [
        ['wide cell', 'x', 'last'],
        ['1', '', ''],
      ],
    ),
  ).toBe('a          heading  c\nwide cell  x        last\n1');
});

test('a moment is in UTC, by the second', () => {
  expect(moment(Date.parse('2026-06-23T10:17:48.999Z'))).toBe('2026-06-23 10:17:48Z');
});
