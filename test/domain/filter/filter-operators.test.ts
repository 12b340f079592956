import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compiled, verdictOf } from '../compiled.ts';

const event = {
  domain: 'news.example.com',
  mailSubject: 'Spring sale\nand more',
  value: 0.7,
  threshold: 0.8,
  score: 92,
  tags: ['weekly', 'eu'],
  empty: [],
  nothing: null,
  providers: [
    { provider: 'gmail', placement: 'spam' },
    { provider: 'outlook', placement: 'inbox' },
    { provider: 'yahoo' },
  ],
};

describe('$between', () => {
  test.each([
    [{ score: { $between: [90, 95] } }, 'match'],
    [{ score: { $between: [92, 95] } }, 'match'],
    [{ score: { $between: [90, 92] } }, 'match'],
    [{ score: { $between: [93, 95] } }, 'no-match'],
    [{ domain: { $between: [0, 1] } }, 'unknown'],
    [{ missing: { $between: [0, 1] } }, 'unknown'],
  ])('%j: %s', (filter, verdict) => {
    expect(verdictOf(filter, event)).toBe(verdict);
  });
});

describe('$glob asks of the whole text', () => {
  test.each([
    [{ domain: { $glob: '*.example.com' } }, 'match'],
    [{ domain: { $glob: 'example' } }, 'no-match'],
    [{ domain: { $glob: '*EXAMPLE*' } }, 'no-match'],
    [{ domain: { $glob: 'news?example.com' } }, 'match'],
    [{ domain: { $glob: 'news?.example.com' } }, 'no-match'],
    [{ domain: { $glob: 'news.example.co.' } }, 'no-match'],
    [{ domain: { $glob: 'n[e]ws*' } }, 'no-match'],
    [{ mailSubject: { $glob: 'Spring*more' } }, 'match'],
    [{ tags: { $glob: 'week*' } }, 'match'],
    [{ score: { $glob: '9*' } }, 'unknown'],
  ])('%j: %s', (filter, verdict) => {
    expect(verdictOf(filter, event)).toBe(verdict);
  });

  test('a backslash takes a star as a star', () => {
    expect(verdictOf({ a: { $glob: '5\\*' } }, { a: '5*' })).toBe('match');
    expect(verdictOf({ a: { $glob: '5\\*' } }, { a: '55' })).toBe('no-match');
  });

  test('a text without special characters asks for itself', () => {
    const plain = fc.string({ minLength: 1, maxLength: 50, unit: 'binary' }).filter((text) => !/[*?\\]/.test(text));
    fc.assert(
      fc.property(plain, plain, (glob, text) => {
        expect(verdictOf({ a: { $glob: glob } }, { a: glob })).toBe('match');
        expect(verdictOf({ a: { $glob: glob } }, { a: text })).toBe(glob === text ? 'match' : 'no-match');
      }),
    );
  });
});

describe('$regex asks of any part of the text', () => {
  test.each([
    [{ domain: { $regex: 'example' } }, 'match'],
    [{ domain: { $regex: '^example' } }, 'no-match'],
    [{ domain: { $regex: 'EXAMPLE' } }, 'no-match'],
    [{ domain: { $regex: '(?i)EXAMPLE' } }, 'match'],
    [{ tags: { $regex: '^e' } }, 'match'],
    [{ score: { $regex: '9' } }, 'unknown'],
    [{ missing: { $regex: '.' } }, 'unknown'],
  ])('%j: %s', (filter, verdict) => {
    expect(verdictOf(filter, event)).toBe(verdict);
  });

  test('a text over 4 KiB is unknown, whatever stands in it', () => {
    const filter = { a: { $regex: 'x' } };
    expect(verdictOf(filter, { a: 'x'.repeat(4_096) })).toBe('match');
    expect(verdictOf(filter, { a: 'x'.repeat(4_097) })).toBe('unknown');
    expect(verdictOf(filter, { a: `x${'é'.repeat(2_048)}` })).toBe('unknown');
  });

  test('a pattern that others take for ever over is answered at once', () => {
    expect(verdictOf({ a: { $regex: '^(a+)+$' } }, { a: `${'a'.repeat(4_000)}!` })).toBe('no-match');
  });
});

describe('$all, $none, $any', () => {
  test.each([
    [{ tags: { $all: { $glob: '*e*' } } }, 'match'],
    [{ tags: { $all: 'eu' } }, 'no-match'],
    [{ providers: { $all: { provider: { $exists: true } } } }, 'match'],
    [{ providers: { $all: { placement: 'inbox' } } }, 'no-match'],
    [{ providers: { $all: { placement: { $in: ['inbox', 'spam'] } } } }, 'unknown'],
    [{ tags: { $none: 'us' } }, 'match'],
    [{ tags: { $none: 'eu' } }, 'no-match'],
    [{ providers: { $none: { placement: 'missing' } } }, 'unknown'],
    [{ tags: { $any: 'eu' } }, 'match'],
    [{ tags: { $any: { $eq: 'us' } } }, 'no-match'],
    [{ providers: { $any: { provider: 'gmail', placement: 'inbox' } } }, 'no-match'],
    [{ empty: { $all: 'a' } }, 'unknown'],
    [{ empty: { $none: 'a' } }, 'unknown'],
    [{ empty: { $any: 'a' } }, 'no-match'],
    [{ missing: { $all: 'a' } }, 'unknown'],
    [{ missing: { $none: 'a' } }, 'unknown'],
    [{ missing: { $any: 'a' } }, 'unknown'],
    [{ domain: { $all: 'a' } }, 'unknown'],
    [{ domain: { $none: 'a' } }, 'unknown'],
  ])('%j: %s', (filter, verdict) => {
    expect(verdictOf(filter, event)).toBe(verdict);
  });
});

describe('$count', () => {
  test.each([
    [{ providers: { $count: 3 } }, 'match'],
    [{ providers: { $count: { $gte: 3, $lt: 4 } } }, 'match'],
    [{ providers: { $count: { where: { provider: 'gmail' }, $gte: 1 } } }, 'match'],
    [{ providers: { $count: { where: { provider: 'gmail' }, $gte: 2 } } }, 'no-match'],
    [{ tags: { $count: { where: 'eu', $eq: 1 } } }, 'match'],
    [{ empty: { $count: 0 } }, 'match'],
    [{ empty: { $count: { where: { provider: 'gmail' }, $eq: 0 } } }, 'match'],
    [{ missing: { $count: 0 } }, 'unknown'],
    [{ nothing: { $count: 0 } }, 'unknown'],
    [{ domain: { $count: 1 } }, 'unknown'],
  ])('%j: %s', (filter, verdict) => {
    expect(verdictOf(filter, event)).toBe(verdict);
  });

  test('what is not known of an element leaves open only what hangs on it', () => {
    const spam = { placement: 'spam' };
    expect(verdictOf({ providers: { $count: { where: spam, $gte: 1 } } }, event)).toBe('match');
    expect(verdictOf({ providers: { $count: { where: spam, $gte: 2 } } }, event)).toBe('unknown');
    expect(verdictOf({ providers: { $count: { where: spam, $gte: 3 } } }, event)).toBe('no-match');
    expect(compiled({ providers: { $count: { where: spam, $gte: 2 } } })(event).actual).toBe('1 to 2');
  });
});

describe('$ref leads elsewhere in the event', () => {
  test.each([
    [{ value: { $lt: { $ref: 'threshold' } } }, 'match'],
    [{ value: { $gte: { $ref: 'threshold' } } }, 'no-match'],
    [{ value: { $ref: 'value' } }, 'match'],
    [{ value: { $ne: { $ref: 'threshold' } } }, 'match'],
    [{ domain: { $in: { $ref: 'tags' } } }, 'no-match'],
    [{ value: { $lt: { $ref: 'missing' } } }, 'unknown'],
    [{ value: { $ne: { $ref: 'missing' } } }, 'unknown'],
    [{ value: { $lt: { $ref: 'domain' } } }, 'unknown'],
    [{ providers: { provider: { $ref: 'domain' } } }, 'no-match'],
    [{ $not: { value: { $lt: { $ref: 'threshold' } } } }, 'no-match'],
    [{ tags: { $any: { $ne: { $ref: 'domain' } } } }, 'match'],
  ])('%j: %s', (filter, verdict) => {
    expect(verdictOf(filter, event)).toBe(verdict);
  });

  test('the trace shows the path and what stood there', () => {
    expect(compiled({ value: { $lt: { $ref: 'threshold' } } })(event)).toStrictEqual({
      path: 'value',
      op: '$lt',
      expected: 0.8,
      ref: 'threshold',
      actual: 0.7,
      verdict: 'match',
    });
  });

  test('only what the event itself holds is found', () => {
    expect(verdictOf({ value: { $eq: { $ref: 'constructor' } } }, event)).toBe('unknown');
    expect(verdictOf({ value: { $eq: { $ref: '__proto__.a' } } }, event)).toBe('unknown');
  });
});
