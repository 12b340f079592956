import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Misuse } from '../../src/cli/misuse.ts';
import { momentOption, windowEnd } from '../../src/cli/window-option.ts';

const now = Date.parse('2026-03-02T17:00:00Z');
const hour = 3_600_000;

function inZone(zone: string): void {
  vi.stubEnv('TZ', zone);
}
afterEach(() => vi.unstubAllEnvs());

const read = (text: string) => new Date(momentOption('--until', text, now)).toISOString();

describe('a moment on the command line', () => {
  test.each([
    ['2026-03-02T18:30Z', '2026-03-02T18:30:00.000Z'],
    ['2026-03-02 18:30Z', '2026-03-02T18:30:00.000Z'],
    ['2026-03-02t18:30:15z', '2026-03-02T18:30:15.000Z'],
    ['2026-03-02T18:30:15.250+01:00', '2026-03-02T17:30:15.250Z'],
    ['2026-03-02T18:30+0100', '2026-03-02T17:30:00.000Z'],
    ['2026-03-02 12:30 -0500', '2026-03-02T17:30:00.000Z'],
    ['2028-02-29T00:00Z', '2028-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(read(text)).toBe(iso);
  });

  test('without a zone is in that of the machine', () => {
    inZone('Europe/Berlin');
    expect(read('2026-03-02T18:30')).toBe('2026-03-02T17:30:00.000Z');
    inZone('America/New_York');
    expect(read('2026-03-02 18:30')).toBe('2026-03-02T23:30:00.000Z');
  });

  test('that is a time of day is the next one, today or tomorrow', () => {
    inZone('Europe/Berlin');
    expect(read('18:30')).toBe('2026-03-02T17:30:00.000Z');
    expect(read('18:00')).toBe('2026-03-03T17:00:00.000Z');
    expect(read('9:00')).toBe('2026-03-03T08:00:00.000Z');
    expect(read('00:00')).toBe('2026-03-02T23:00:00.000Z');
  });

  test('that is a time of day is so late by the clock, also when the clocks go forward in between', () => {
    inZone('Europe/Berlin');
    const before = Date.parse('2026-03-28T20:00:00Z');
    expect(new Date(momentOption('--until', '9:00', before)).toISOString()).toBe('2026-03-29T07:00:00.000Z');
  });

  test.each([
    '',
    'soon',
    'tomorrow 9:00',
    '24:00',
    '18:60',
    '1830',
    '2026-03-05',
    '2026-02-30T10:00Z',
    '2026-13-01T10:00Z',
    '2026-03-02T25:00Z',
    '02.03.2026 18:30',
    '2026-03-02T18:30+25:99',
  ])('is not %j, and the form is said', (text) => {
    expect(() => momentOption('--until', text, now)).toThrow(
      new Misuse(
        `--until takes a moment such as "18:30" (today or tomorrow) or 2026-03-02T18:30 (local, or with Z or +01:00), not "${text}"`,
      ),
    );
  });

  test('that is over is refused, with how long ago', () => {
    expect(() => read('2026-03-02T16:00Z')).toThrow('--until is over: 2026-03-02 16:00:00Z was 1 h ago.');
    expect(() => read('2026-03-02T17:00Z')).toThrow('--until is over');
  });

  test('is to come or refused, whatever is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789:-+TZ '), maxLength: 28 }), (text) => {
        try {
          expect(momentOption('--until', text, now)).toBeGreaterThan(now);
        } catch (error) {
          expect(error).toBeInstanceOf(Misuse);
        }
      }),
    );
  });
});

describe('the end of a window', () => {
  test('is so long after it begins, or then', () => {
    expect(windowEnd({ for: '1h30m' }, { now })).toBe(now + 1.5 * hour);
    expect(windowEnd({ for: '2h' }, { now, from: now + hour })).toBe(now + 3 * hour);
    expect(windowEnd({ until: '2026-03-02T19:00Z' }, { now, from: now + hour })).toBe(now + 2 * hour);
  });

  test.each([
    [{}, 'How long? Give --for'],
    [{ for: '1h', until: '18:30' }, 'How long? Give --for'],
    [{ for: '' }, '--for takes a duration such as 90s, 2h or 1h30m, not ""'],
    [{ for: '0s' }, '--for takes a duration'],
    [{ for: '-1h' }, '--for takes a duration'],
    [{ for: '2 hours' }, '--for takes a duration'],
    [{ for: '400d' }, 'a year at the most'],
    [{ until: '2099-01-01T00:00Z' }, 'a year at the most'],
  ])('is not %j', (options, words) => {
    expect(() => windowEnd(options, { now })).toThrow(Misuse);
    expect(() => windowEnd(options, { now })).toThrow(words);
  });

  test('is after it begins', () => {
    expect(() => windowEnd({ until: '2026-03-02T18:00Z' }, { now, from: now + 2 * hour })).toThrow(
      '--until (2026-03-02 18:00:00Z) is not after --from (2026-03-02 19:00:00Z)',
    );
  });
});
