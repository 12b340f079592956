import type { Event } from '../event.ts';
import type { Tripped } from '../filter/filter.ts';
import type { Said } from './incident.ts';

/** What is kept with an open incident is read and written with every event of its key: it has to stay small. */
const maxEventBytes = 8 * 1024;
const maxListed = 60;
const maxText = 500;

/** What a rule has to say of an event, small enough to be kept with the incident. */
export function saidOf(rule: string, event: Event, tripped: Tripped[]): Said {
  return { rule, event: compactEvent(event), tripped: tripped.slice(0, 10).map(compactTripped) };
}

/**
 * The event within 8 KiB of JSON: without the sender's `data` where that is large, then without long lists and texts,
 * then without lists. What identifies it is never cut.
 */
export function compactEvent(event: Event): Event {
  const known = compacted.get(event);
  if (known) return known;
  const compact = compactOf(event);
  compacted.set(event, compact);
  return compact;
}

/** Several rules say something of one event, which never changes. */
const compacted = new WeakMap<Event, Event>();

function compactOf(event: Event): Event {
  const { data: _data, ...rest } = event;
  const { providers: _providers, tags: _tags, ...single } = rest;
  const cuts = [() => event, () => rest, () => shortEvent(rest, 300), () => shortEvent(single, 100)];
  for (const cut of cuts) {
    const candidate = cut();
    if (sizeOf(candidate) <= maxEventBytes) return candidate;
  }
  // A character may take six bytes of JSON, and some fifteen texts this short fit beside an id and a type of 255.
  return shortEvent(single, 20);
}

function shortEvent(event: Event, length: number): Event {
  const { id, source, type } = event;
  return { ...shortAny(event, length), id, source, type };
}

function compactTripped(tripped: Tripped): Tripped {
  const small = (value: unknown) => (sizeOf(value) <= maxText ? value : fittingText(JSON.stringify(value), maxText));
  return { ...tripped, expected: small(tripped.expected), actual: small(tripped.actual) };
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

function shortAny<T>(value: T, length: number): T;
function shortAny(value: unknown, length: number): unknown {
  if (typeof value === 'string') return fittingText(value, length);
  if (Array.isArray(value)) return value.slice(0, maxListed).map((each) => shortAny(each, length));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shortAny(each, length)]));
}

/** The text, or as much of it as fits. */
export function fittingText(text: string, length: number): string {
  return text.length <= length ? text.toWellFormed() : `${text.slice(0, length).toWellFormed()}…`;
}
