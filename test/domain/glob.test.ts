import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/domain/filter.ts';
import { compileFilter } from '../../src/domain/filter.ts';
import { globMatcher } from '../../src/domain/glob.ts';

describe('a glob', () => {
  test.each([
    ['placement:*', 'placement:news.example.com', true],
    ['placement:*', 'placement:', true],
    ['placement:*', 'a placement:x', false],
    ['*', '', true],
    ['', '', true],
    ['', 'x', false],
    ['*.example.com', 'news.example.com', true],
    ['*.example.com', 'news.example.com.evil', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['m?n', 'mön', true],
    ['m?n', 'm🔔n', true],
    ['m?n', 'mn', false],
    ['News*', 'news', false],
    ['a.c', 'abc', false],
    ['a+(b)[c]', 'a+(b)[c]', true],
  ])('%j says of %j: %j', (pattern, text, said) => {
    expect(globMatcher(pattern)(text)).toBe(said);
  });

  test('says the same as the regular expression it stands for', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }), (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(globMatcher(pattern)(text)).toBe(expression.test(text));
      }),
    );
  });

  test('that matches nearly everywhere is soon done with a long text', () => {
    const startedAt = performance.now();
    expect(globMatcher('*a*a*a*a*a*a*a*a*a*a*b')('a'.repeat(4_096))).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('$glob', () => {
  const verdictOf = (value: unknown) => compileFilter({ key: { $glob: 'a*' } }, 'filter', [])({ key: value }).verdict;

  test('is unknown of what is no text, or is too long', () => {
    expect(['abc', 'xyz', 5, undefined, null, `a${'b'.repeat(4_096)}`].map(verdictOf)).toEqual([
      'match',
      'no-match',
      'unknown',
      'unknown',
      'unknown',
      'unknown',
    ]);
  });

  test('of a list is said of some element', () => {
    expect(verdictOf(['xyz', 'abc'])).toBe('match');
  });

  test('takes text alone', () => {
    const problems: Problem[] = [];
    compileFilter({ key: { $glob: 5 } }, 'filter', problems);
    expect(problems).toEqual([{ path: 'filter.key.$glob', message: 'takes text such as "placement:*", not 5' }]);
  });
});
