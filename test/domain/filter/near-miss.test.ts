import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/domain/filter/filter.ts';
import { compileFilter } from '../../../src/domain/filter/filter.ts';
import { nearMisses } from '../../../src/domain/filter/near-miss.ts';
import type { RuleTrace } from '../../../src/domain/trace.ts';

/** What nearly made a rule with this filter match such an event, as `path op` with `!` where it was all that was missing. */
function missed(when: unknown, event: unknown, over: Partial<RuleTrace> = {}): string[] {
  const problems: Problem[] = [];
  const trace = compileFilter(when, 'when', problems)(event);
  expect(problems).toEqual([]);
  const verdict = trace.verdict === 'match' ? 'match' : 'neither';
  return nearMisses({ rule: 'r', verdict, when: trace, ...over }).map(
    ({ condition, of, alone }) => `${of} ${condition.path} ${condition.op}${alone ? '!' : ''}`,
  );
}

describe('a near miss', () => {
  test('is a number that lies close to where it would have matched', () => {
    const low = { inboxRate: { $lt: 0.8 } };
    expect(missed(low, { inboxRate: 0.81 })).toEqual(['match inboxRate $lt!']);
    expect(missed(low, { inboxRate: 0.8 })).toEqual(['match inboxRate $lt!']);
    expect(missed(low, { inboxRate: 0.99 })).toEqual([]);
    expect(missed(low, { inboxRate: 0.5 })).toEqual([]);
    expect(missed({ score: { $between: [10, 60] } }, { score: 61 })).toEqual(['match score $between!']);
    expect(missed({ counts: { spam: { $gt: 0 } } }, { counts: { spam: 0 } })).toEqual(['match counts.spam $gt!']);
  });

  test('is a count that lacks one element', () => {
    const twoInSpam = { providers: { $count: { where: { placement: 'spam' }, $gte: 2 } } };
    const providers = [{ placement: 'spam' }, { placement: 'inbox' }];
    expect(missed(twoInSpam, { providers })).toEqual(['match providers $count!']);
    expect(missed({ providers: { $count: 5 } }, { providers })).toEqual([]);
  });

  test('is all that was missing beside others that matched, however far off', () => {
    const both = { level: 'page', inboxRate: { $lt: 0.5 } };
    expect(missed(both, { level: 'page', inboxRate: 0.99 })).toEqual(['match inboxRate $lt!']);
    expect(missed(both, { level: 'warn', inboxRate: 0.1 })).toEqual(['match level $eq!']);
    expect(missed(both, { level: 'warn', inboxRate: 0.99 })).toEqual([]);
    expect(missed(both, { level: 'warn', inboxRate: 0.51 })).toEqual(['match inboxRate $lt']);
  });

  test('is what cannot be known where all else matched', () => {
    expect(missed({ level: 'page', auth: { dmarc: 'fail' } }, { level: 'page' }, { verdict: 'unknown' })).toEqual([
      'match auth.dmarc $eq!',
    ]);
  });

  test('of several ways is the one that lacks least', () => {
    const either = { $or: [{ level: 'page', inboxRate: { $lt: 0.5 } }, { score: { $lt: 10 } }] };
    expect(missed(either, { level: 'page', inboxRate: 0.9, score: 99 })).toEqual(['match inboxRate $lt!']);
    expect(missed(either, { level: 'warn', inboxRate: 0.9, score: 99 })).toEqual([]);
    expect(missed({ $or: [{ a: { $lt: 1 } }, { b: { $lt: 1 } }] }, { a: 9.1, b: 1.01 })).toEqual(['match b $lt!']);
  });

  test('is found among the elements of a list', () => {
    const gmailInSpam = { providers: { provider: 'gmail', placement: 'spam' } };
    const providers = [
      { provider: 'outlook', placement: 'inbox' },
      { provider: 'gmail', placement: 'promo' },
    ];
    expect(missed(gmailInSpam, { providers })).toEqual(['match providers[1].placement $eq!']);
    expect(missed(gmailInSpam, { providers: providers.slice(0, 1) })).toEqual([]);
    expect(missed(gmailInSpam, { providers: [] })).toEqual([]);
  });

  test('of what must not be is the whole of it', () => {
    const filter = { level: 'page', $not: { domain: 'a.example' } };
    expect(missed(filter, { level: 'page', domain: 'a.example' })).toEqual(['match  $not!']);
  });

  test('of a rule that matched there is none', () => {
    expect(missed({ inboxRate: { $lt: 0.8 } }, { inboxRate: 0.79 })).toEqual([]);
  });

  test('may be of the clear, or of what put it out of scope', () => {
    const condition = { path: 'inboxRate', op: '$gte', expected: 0.85, actual: 0.84, verdict: 'no-match' } as const;
    expect(missed({ inboxRate: { $lt: 0.5 } }, { inboxRate: 0.84 }, { clear: condition })).toEqual([
      'clear inboxRate $gte!',
    ]);
    expect(nearMisses({ rule: 'r', verdict: 'out-of-scope', where: condition })).toMatchObject([{ of: 'scope' }]);
  });

  test('may be of what is usual, where all else matched', () => {
    const fall = { path: 'inboxRate', op: 'baseline', actual: 0.8, verdict: 'no-match' } as const;
    expect(missed({ level: 'page' }, { level: 'page' }, { verdict: 'neither', baseline: fall })).toEqual([
      'match inboxRate baseline!',
    ]);
  });
});
