import { describe, expect, it } from 'vitest';
import { escaped, fittingLines, inTheirZone, moment } from '../../../src/destinations/slack/mrkdwn.ts';

describe('text for Slack', () => {
  it.each([
    ['a<b>&c', 99, 'a&lt;b&gt;&amp;c'],
    ['abcdef', 6, 'abcdef'],
    ['abcdefg', 6, 'abcde…'],
    ['abc&', 8, 'abc&amp;'],
    ['abc&d', 8, 'abc…'],
    ['abcd😀', 6, 'abcd😀'],
    ['abcde😀', 6, 'abcde…'],
    ['', 6, ''],
  ])('%j within %i is %j', (text, max, shown) => {
    expect(escaped(text, max)).toBe(shown);
    expect(shown.length).toBeLessThanOrEqual(max);
  });

  it('shows as many lines as fit, and counts the rest', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
    expect(fittingLines(lines, { units: 1_000, lines: 30 })).toEqual(lines);
    expect(fittingLines(lines, { units: 1_000, lines: 2 })).toEqual(['line 0', 'line 1', 'and 28 more']);
    expect(fittingLines(lines, { units: 1_000, lines: 2, of: 400 })).toEqual(['line 0', 'line 1', 'and 398 more']);
    const few = fittingLines(lines, { units: 60, lines: 30 });
    expect(few.join('\n').length).toBeLessThanOrEqual(60);
    expect(few.at(-1)).toBe('and 25 more');
  });

  it('shows a moment in the reader’s time, or in UTC', () => {
    const at = Date.UTC(2026, 7, 1, 11, 59, 30, 250);
    expect(moment(at)).toBe('<!date^1785585570^{date_short_pretty} at {time}|2026-08-01 11:59 UTC>');
  });

  it('shows moments that stand in a text in the reader’s time, and leaves what is none', () => {
    expect(inTheirZone('over at 2026-08-01 11:59 UTC, or 2026-99-01 11:59 UTC')).toBe(
      'over at <!date^1785585540^{date_short_pretty} at {time}|2026-08-01 11:59 UTC>, or 2026-99-01 11:59 UTC',
    );
  });
});
