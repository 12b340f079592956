import type { Event, Named, Normalised } from '../domain/event.ts';
import { durationWords } from '../domain/message/duration.ts';
import { type FieldReader, isText } from './field-reader.ts';

/** The fields that are there. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** The fields that are there, or nothing if none is. */
export function anyGiven<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } | undefined {
  const there = given(fields);
  return Object.keys(there).length > 0 ? there : undefined;
}

/** The event as it was read, and what is to be said of that. */
export function normalised(event: Event, { notes, misread }: FieldReader): Normalised {
  return { event, notes: [...notes], ...(misread.size > 0 ? { misread: [...misread] } : {}) };
}

/** A clock of ours and one of the sender's are never quite together: less is not worth a word. */
const worthNotingMs = 60_000;

/** The signed moment, never later than the receipt; the receipt where there is none. */
export function occurredAt(read: FieldReader, path: string, receivedAt: number): string {
  const signedAt = signedMoment(read, path);
  if (signedAt === undefined) return new Date(receivedAt).toISOString();
  const aheadMs = signedAt - receivedAt;
  if (aheadMs > worthNotingMs) read.note(`${path} is ${durationWords(aheadMs)} after the receipt: clamped to it`);
  return new Date(Math.min(signedAt, receivedAt)).toISOString();
}

/** A moment without its offset could be any hour of the day: not read. */
const isoMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/i;

function signedMoment(read: FieldReader, path: string): number | undefined {
  const text = read.text(path);
  const at = text !== undefined && isoMoment.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(at)) return at;
  read.note(`${path} is ${text === undefined ? 'missing' : 'not an ISO 8601 moment'}: the receipt stands in for it`);
  return undefined;
}

/** The first of these paths that holds a domain, or an address at one. */
export function domain(read: FieldReader, paths: readonly string[]): string | undefined {
  return read.field('domain', () => firstDomain(read, paths));
}

function firstDomain(read: FieldReader, paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const text = read.text(path);
    if (text === undefined) continue;
    const found = domainIn(text);
    if (found !== undefined) return found;
    read.note(`${path} holds no domain: left out`);
  }
  return undefined;
}

/** Of `a@b.c` and `Name <a@b.c>`, what follows the last `@`. Domains have no case, and may be written with the root's dot. */
function domainIn(text: string): string | undefined {
  const written = text.slice(text.lastIndexOf('@') + 1).trim();
  const bare = (text.trimEnd().endsWith('>') ? written.slice(0, -1).trim() : written).replace(/\.$/, '').toLowerCase();
  return /^[^\s<>@"(),;:\\/\p{Cc}]{1,253}$/u.test(bare) && bare.isWellFormed() ? bare : undefined;
}

/** What neither sender writes down, by the names it goes under. */
export function undocumentedFields(read: FieldReader, type: string) {
  return {
    monitor: type.startsWith('monitor.') ? monitor(read) : undefined,
    alert: type.startsWith('alert.') ? alert(read) : undefined,
    level: read.field('level', () => read.text('data.severity')),
    metric: read.field('metric', () => read.text('data.metric')),
    threshold: read.field('threshold', () => read.number('data.threshold')),
    value: read.field('value', () => read.number('data.value')),
    average: read.field('average', () => read.number('data.average', 'data.rollingAverage', 'data.rolling_average')),
    tags: read.field('tags', () => read.list('data.tags', 'strings', (tag) => (isText(tag) ? tag : undefined))),
    reason: read.field('reason', () => read.text('data.reason', 'data.error')),
  } satisfies { [K in keyof Event]?: Event[K] | undefined };
}

/** Its own name first: beside it, a bare `id` may be the alert's. */
function monitor(read: FieldReader): Named | undefined {
  return anyGiven({
    id: read.field('monitor.id', () => read.looseIdentity('data.monitorId', 'data.monitor_id', 'data.id')),
    name: read.field('monitor.name', () => read.text('data.monitorName', 'data.monitor_name', 'data.name')),
  });
}

/** `id` first: what joins an alert with its end is assumed to be that. */
function alert(read: FieldReader): Named | undefined {
  return anyGiven({
    id: read.field('alert.id', () => read.looseIdentity('data.id', 'data.alertId', 'data.alert_id')),
    name: read.field('alert.name', () => read.text('data.name', 'data.alertName', 'data.alert_name')),
  });
}

/** More levels than any sender writes, and few enough for whoever writes the event as JSON again. */
const maxLevels = 100;

/** The sender's `data`, as it came. */
export function rawData(read: FieldReader, data: unknown): unknown {
  return read.field('data', () => {
    if (!nestsDeeper(data, maxLevels)) return data;
    read.note(`data is nested deeper than ${maxLevels} levels: left out`);
    return undefined;
  });
}

function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => nestsDeeper(inner, levels - 1));
}

export type Placement = { provider: string; placement: string };

/** A share of the total; of nothing there is none. */
export function share(read: FieldReader, part: number | undefined, total: number | undefined): number | undefined {
  if (part === undefined || total === undefined || total === 0) return undefined;
  if (part <= total) return part / total;
  read.note(`${part} of ${total} is no share: left out`);
  return undefined;
}
