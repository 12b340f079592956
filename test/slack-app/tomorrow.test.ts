import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tomorrowAtNine } from '../../src/slack-app/tomorrow.ts';

const day = 86_400_000;
const zones = Intl.supportedValuesOf('timeZone');

function shown(at: number, timeZone: string) {
  const clock = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
    hourCycle: 'h23',
  });
  const [date = '', time = ''] = clock.format(at).split(', ');
  return { date, time };
}

test.each([
  ['2026-08-01T12:00:00Z', 'UTC', '2026-08-02T09:00:00.000Z'],
  ['2026-08-01T00:30:00Z', 'America/New_York', '2026-08-01T13:00:00.000Z'],
  ['2026-08-01T20:00:00Z', 'Asia/Tokyo', '2026-08-03T00:00:00.000Z'],
  // The clock is put forward, and back, in the night between.
  ['2026-03-28T20:00:00Z', 'Europe/Berlin', '2026-03-29T07:00:00.000Z'],
  ['2026-03-07T20:00:00Z', 'America/Los_Angeles', '2026-03-08T16:00:00.000Z'],
  ['2026-10-24T20:00:00Z', 'Europe/Berlin', '2026-10-25T08:00:00.000Z'],
  ['2026-12-31T20:00:00Z', 'Asia/Kathmandu', '2027-01-02T03:15:00.000Z'],
])('at %s in %s it is %s', (now, zone, at) => {
  expect(new Date(tomorrowAtNine(Date.parse(now), zone) ?? 0).toISOString()).toBe(at);
});

test('it is nine there, and the day after that of now, whenever and wherever', () => {
  // Some zones have skipped a day, at the date line; none has since.
  const moment = fc.date({ min: new Date('2012-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(moment, fc.constantFrom(...zones), (now, zone) => {
      const at = tomorrowAtNine(now.getTime(), zone) ?? 0;
      const { date, time } = shown(at, zone);
      expect(time).toBe('09:00:00');
      expect(date).toBe(new Date(Date.parse(shown(now.getTime(), zone).date) + day).toISOString().slice(0, 10));
    }),
    { numRuns: 300 },
  );
});

test('what is no time zone has none', () => {
  for (const zone of ['', 'Mars/Olympus', '__proto__', '<!channel>']) expect(tomorrowAtNine(0, zone)).toBeUndefined();
});
