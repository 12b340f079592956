import { describe, expect, test } from 'vitest';
import { durationWords, parseDuration } from '../../../src/domain/message/duration.ts';
import { durationSchema } from '../../../src/domain/rules/rule.ts';

describe('a duration in the file', () => {
  test.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['6h', 21_600_000],
    ['1h30m', 5_400_000],
    ['1d12h', 129_600_000],
    ['2m500ms', 120_500],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '6', 'h', '6 h', '-6h', '1.5h', '6H', '6h ', '6hours', '1w', '9'.repeat(29).concat('d')])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  test('is more than nothing', () => {
    for (const text of ['0s', '0h0m', 'soon']) {
      expect(durationSchema.safeParse(text).error?.issues[0]?.message).toContain('"6h"');
    }
    expect(durationSchema.parse('1ms')).toBe(1);
  });
});

test.each([
  [0, '0 s'],
  [400, '0 s'],
  [30_000, '30 s'],
  [150_000, '2 min 30 s'],
  [21_600_000, '6 h'],
  [21_660_000, '6 h 1 min'],
  [86_400_000, '1 d'],
  [86_460_000, '1 d'],
  [90_000_000, '1 d 1 h'],
  [-5_000, '0 s'],
])('%i ms is told as %s', (ms, words) => {
  expect(durationWords(ms)).toBe(words);
});
