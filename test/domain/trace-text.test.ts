import { describe, expect, test } from 'vitest';
import type { Trace } from '../../src/domain/trace.ts';
import { traceText } from '../../src/domain/trace-text.ts';

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
    expect(text).toContain('      where  domain  $eq "a.example"  is missing  unknown');
  });

  test('shows what is nested deeper', () => {
    const leaf = { path: 'auth.spf', op: '$ne', expected: 'pass', actual: 'fail', verdict: 'match' } as const;
    const when = { path: 'auth', op: '$or', verdict: 'match', children: [leaf] } as const;
    const text = traceText({
      ...nothing,
      rules: [{ rule: 'r', verdict: 'match', when: { ...when, children: [leaf] } }],
    });
    expect(text.split('\n').slice(1, 3)).toEqual([
      '      when  auth $or                           match',
      '              auth.spf  $ne "pass"  is "fail"  match',
    ]);
  });

  test('names what an operand leads to, and compares with what is usual in words', () => {
    const compared = { path: 'inboxRate', op: '$lt', expected: 0.8, ref: 'threshold', actual: 0.9 } as const;
    const fell = { path: 'inboxRate', op: 'baseline', expected: 'at least 0.15 below 0.92', actual: 0.9 } as const;
    const when = { ...compared, verdict: 'no-match' } as const;
    const text = traceText({
      ...nothing,
      rules: [{ rule: 'r', verdict: 'neither', when, baseline: { ...fell, verdict: 'no-match' } }],
    });
    expect(text).toContain('      when      inboxRate  $lt threshold (0.8)       is 0.9  no-match\n');
    expect(text).toContain('      baseline  inboxRate  at least 0.15 below 0.92  is 0.9  no-match\n');
  });

  test('keeps its columns where one value is long', () => {
    const long = { path: 'reason', op: '$eq', expected: 'x'.repeat(100), actual: 'y', verdict: 'no-match' } as const;
    const short = { path: 'level', op: '$eq', expected: 'page', actual: 'warn', verdict: 'no-match' } as const;
    const when = { path: '', op: '$and', verdict: 'no-match', children: [long, short] } as const;
    const lines = traceText({
      ...nothing,
      rules: [{ rule: 'r', verdict: 'neither', when: { ...when, children: [long, short] } }],
    }).split('\n');
    expect(lines[3]).toBe('              level   $eq "page"  is "warn"  no-match');
  });

  test('says why a rule did not speak in its own words, and where else it is open', () => {
    const rule = { rule: 'r', verdict: 'clear', key: 'k:b', template: 'title: no such thing' } as const;
    const keys = ['k:1', 'k:2', 'k:3', 'k:4', 'k:5', 'k:6', 'k:7'];
    expect(traceText({ ...nothing, rules: [rule] }, { elsewhere: new Map([['r', keys]]) }).split('\n')).toEqual([
      '  rule r: clear',
      '      key    k:b',
      '      words  not its own: title: no such thing',
      '      open   under other keys: k:1, k:2, k:3, k:4, k:5 and 2 more (a clear ends only what has its own key)',
      '  nobody is told anything',
    ]);
  });

  test.each([
    [{ op: '$eq', expected: 'page', actual: 'warn' }, 'level "warn", needs "page"'],
    [{ op: '$ne', expected: 'page', actual: 'page' }, 'level "page", needs anything but "page"'],
    [{ op: '$in', expected: ['a', 'b'], actual: 'c' }, 'level "c", needs one of ["a","b"]'],
    [{ op: '$exists', expected: true }, 'level is missing, needs to be there'],
    [{ op: '$glob', expected: 'p*', actual: 'w' }, 'level "w", needs to look like "p*"'],
  ])('has as a near miss what alone was missing: %j', (leaf, words) => {
    const met = { path: 'domain', op: '$eq', expected: 'a', actual: 'a', verdict: 'match' } as const;
    const missed = { path: 'level', ...leaf, verdict: 'no-match' } as const;
    const when = { path: '', op: '$and', verdict: 'no-match' as const, children: [met, missed] };
    const text = traceText({ ...nothing, rules: [{ rule: 'r', verdict: 'neither', when }] });
    expect(text).toContain(`near  ${words}: the only thing that kept it from matching`);
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
