const hour = 9;

/** Tomorrow at nine by the clock of that time zone (an IANA name); `undefined` where there is no such zone. */
export function tomorrowAtNine(now: number, zone: string): number | undefined {
  if (!isZone(zone)) return undefined;
  const clock = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...fields });
  const today = new Date(readAs(clock, now));
  const wanted = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() + 1, hour);
  // The zone's offset is that of the moment itself, which is known only nearly at first: a clock may be put forward in between.
  const nearly = wanted - (readAs(clock, wanted) - wanted);
  return nearly - (readAs(clock, nearly) - wanted);
}

const fields = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const;

function isZone(zone: string): boolean {
  try {
    return Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** What the clock shows at that moment, as if it were UTC. */
function readAs(clock: Intl.DateTimeFormat, at: number): number {
  const shown = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
