import { durationWords, parseDuration } from '../domain/message/duration.ts';
import { Misuse } from './misuse.ts';
import { moment } from './table.ts';

/** How a moment is written on the command line, for help texts. */
export const momentForm = 'such as "18:30" (today or tomorrow) or 2026-03-02T18:30 (local, or with Z or +01:00)';

const longestMs = 365 * 86_400_000;

/** The end of a window that begins at `from`: `--until`, or `--for` so long. Refuses the past, and what lasts a year. */
export function windowEnd(options: { until?: string; for?: string }, { now, from = now }: Window): number {
  if ((options.until === undefined) === (options.for === undefined)) {
    throw new Misuse(
      `How long? Give --for with a duration such as 2h or 1h30m, or --until with a moment ${momentForm}`,
    );
  }
  const end =
    options.for === undefined
      ? momentOption('--until', options.until ?? '', now)
      : from + durationOption('--for', options.for);
  if (end <= from) throw new Misuse(`--until (${moment(end)}) is not after --from (${moment(from)})`);
  if (end - from > longestMs) throw new Misuse(`That is ${durationWords(end - from)}: it may be a year at the most.`);
  return end;
}

type Window = { now: number; from?: number };

/** A duration above nothing, in milliseconds. */
export function durationOption(name: string, text: string): number {
  const ms = parseDuration(text) ?? 0;
  if (ms > 0) return ms;
  throw new Misuse(`${name} takes a duration such as 90s, 2h or 1h30m, not "${text}"`);
}

/** A moment to come, by the clock of this machine's zone where the text names none. */
export function momentOption(name: string, text: string, now: number): number {
  const at = timeOfDay(text, now) ?? dateTime(text);
  if (at === undefined) throw new Misuse(`${name} takes a moment ${momentForm}, not "${text}"`);
  if (at <= now) throw new Misuse(`${name} is over: ${moment(at)} was ${durationWords(now - at)} ago.`);
  return at;
}

/** The next time that it is so late. */
function timeOfDay(text: string, now: number): number | undefined {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hour === undefined) return undefined;
  const at = new Date(now);
  at.setHours(Number(hour), Number(minute), 0, 0);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1);
  return at.getTime();
}

const dateTimeForm = /^(\d{4}-\d{2}-(\d{2}))[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?) ?(Z|[+-]\d{2}:?\d{2})?$/i;

function dateTime(text: string): number | undefined {
  const [, date, day, time, zone = ''] = dateTimeForm.exec(text) ?? [];
  if (date === undefined || time === undefined) return undefined;
  // The 31st of a shorter month would become the 1st of the next one.
  if (new Date(`${date}T00:00Z`).getUTCDate() !== Number(day)) return undefined;
  const at = Date.parse(`${date}T${time}${zone.toUpperCase().replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`);
  return Number.isNaN(at) ? undefined : at;
}
