import type { Event } from './event.ts';
import type { Tripped } from './filter.ts';
import type { Said } from './incident.ts';

/** What is kept with an open incident is read and written with every event of its key: it has to stay small. */
const maxEventBytes = 8 * 1024;
const maxProviders = 60;
const maxText = 500;

/** What a rule has to say of an event, small enough to be kept with the incident. */
export function saidOf(rule: string, event: Event, tripped: Tripped[]): Said {
  return { rule, event: compactEvent(event), tripped: tripped.slice(0, 10).map(compactTripped) };
}

/** The event within 8 KiB of JSON: without the sender's `data` where that is large, then without long lists and texts. */
export function compactEvent(event: Event): Event {
  if (sizeOf(event) <= maxEventBytes) return event;
  const { data: _data, ...rest } = event;
  if (sizeOf(rest) <= maxEventBytes) return rest;
  const { providers, tags, ...others } = rest;
  const cut: Event = {
    ...shortTexts(others),
    ...(providers ? { providers: providers.slice(0, maxProviders).map(shortTexts) } : {}),
    ...(tags ? { tags: tags.slice(0, 20).map((tag) => shortText(tag, 60)) } : {}),
  };
  return sizeOf(cut) <= maxEventBytes ? cut : shortTexts(others);
}

function compactTripped(tripped: Tripped): Tripped {
  const small = (value: unknown) => (sizeOf(value) <= maxText ? value : shortText(JSON.stringify(value), maxText));
  return { ...tripped, expected: small(tripped.expected), actual: small(tripped.actual) };
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

function shortTexts<T extends object>(value: T): T {
  const entries = Object.entries(value).map(([name, each]) => [name, shortAny(each)]);
  return Object.fromEntries(entries) as T;
}

function shortAny(value: unknown): unknown {
  if (typeof value === 'string') return shortText(value, 300);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? shortTexts(value) : value;
}

function shortText(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).toWellFormed()}…`;
}
