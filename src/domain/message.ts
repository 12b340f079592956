import { durationWords } from './duration.ts';
import type { Counts, Event } from './event.ts';
import { valueAt } from './event.ts';
import type { Tripped } from './filter.ts';
import type { End, EndReason, Episode, Severity } from './incident.ts';

/** What to say about an episode or a notice, before any channel's format. Plain text from outside: escape it. */
export type Message = {
  state: 'open' | 'resolved' | 'notice';
  severity: Severity;
  /** One line: who, and the value that tripped. */
  title: string;
  /** Marked TEST: not a live event. */
  test: boolean;
  /** The key had a missing variable: it rang under its default key. */
  keyless: boolean;
  /** Short label and value pairs, in order. */
  facts: { name: string; value: string }[];
  counts?: Counts;
  providers: { provider: string; placement: string }[];
  /** Such as `dmarc: fail`. */
  failedAuth: string[];
  source: string;
  deliveryId: string;
  rules: string[];
  openedAt: number;
  /** ISO 8601: when the sender says it happened. */
  occurredAt: string;
  end?: { at: number; why: EndReason; words: string };
  acknowledged?: { by: string; at: number };
  snoozed?: { by: string; until: number };
  /** The event in our words with the sender's `data`, at most 8 KiB of JSON, for whoever keeps details. */
  event: Event;
};

/** What there is to say of an episode as it is. */
export function messageOf(episode: Episode): Message {
  const { said, end } = episode;
  const { event } = said;
  const what = whatTripped(event, said.tripped);
  return {
    state: end ? 'resolved' : episode.kind === 'notice' ? 'notice' : 'open',
    severity: episode.severity,
    title: event.source === 'tocsin' ? `tocsin: ${event.reason}` : `${subjectOf(event)}: ${what}`,
    test: episode.test,
    keyless: episode.keyless,
    facts: factsOf(event),
    ...(event.counts ? { counts: event.counts } : {}),
    providers: event.providers ?? [],
    failedAuth: failedAuthOf(event),
    source: event.source,
    deliveryId: event.id,
    rules: [...new Set([said.rule, ...episode.firing.map((each) => each.rule)])],
    openedAt: episode.openedAt,
    occurredAt: event.occurredAt,
    ...(end ? { end: { at: end.at, why: end.why, words: endWords(end, said.tripped) } } : {}),
    ...(episode.acknowledged ? { acknowledged: episode.acknowledged } : {}),
    ...(episode.snoozed ? { snoozed: episode.snoozed } : {}),
    event,
  };
}

function subjectOf(event: Event): string {
  const { monitor, alert, domain, test } = event;
  const named = monitor?.name ?? monitor?.id ?? alert?.name ?? domain ?? alert?.id ?? test?.id ?? event.source;
  return domain && named !== domain ? `${named} (${domain})` : named;
}

function whatTripped(event: Event, tripped: readonly Tripped[]): string {
  const compared = tripped.filter((each) => typeof each.actual === 'number' && typeof each.expected === 'number');
  if (compared.length > 0) return compared.map(comparisonWords).join(', ');
  const { metric, value, threshold } = event;
  if (value !== undefined) {
    const limit = threshold === undefined ? '' : ` (threshold ${valueWords(metric, threshold)})`;
    return `${metric ? labelOf(metric) : 'value'} ${valueWords(metric, value)}${limit}`;
  }
  const told = tripped
    .filter((each) => typeof each.actual === 'string' && each.path !== 'type')
    .map((each) => `${labelOf(each.path)} ${each.actual}`);
  const words = [
    typeWords(event),
    ...(metric ? [labelOf(metric)] : []),
    ...told,
    ...(event.reason ? [event.reason] : []),
  ];
  return [...new Set(words)].join(', ');
}

function typeWords({ type }: Event): string {
  return type.replace(/[._]/g, ' ');
}

const comparisons: Record<string, string> = {
  $lt: 'below',
  $lte: 'at most',
  $gt: 'above',
  $gte: 'at least',
  $eq: 'is',
};

function comparisonWords({ path, op, expected, actual }: Tripped): string {
  const comparison = comparisons[op] ?? op;
  return `${labelOf(path)} ${valueWords(path, actual)} (${comparison} ${valueWords(path, expected)})`;
}

/** Shares are told in per cent with one decimal, everything else as it is. */
function valueWords(name: string | undefined, value: unknown): string {
  if (typeof value !== 'number') return String(value);
  if (name && /rate$/i.test(name) && value >= 0 && value <= 1) return `${(value * 100).toFixed(1)}%`;
  return String(Number(value.toPrecision(12)));
}

/** `inboxRate` and `inbox_rate` read `inbox rate`. */
function labelOf(path: string): string {
  return path
    .replace(/^data\./, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[_.]/g, ' ')
    .toLowerCase();
}

function factsOf(event: Event): Message['facts'] {
  const rate = (value: number | undefined) => (value === undefined ? undefined : valueWords('rate', value));
  const named = (each: { id?: string; name?: string } | undefined) =>
    each?.name && each.id ? `${each.name} (${each.id})` : (each?.name ?? each?.id);
  const facts: [string, string | number | undefined][] = [
    ['Domain', event.domain],
    ['Monitor', named(event.monitor)],
    ['Alert', named(event.alert)],
    ['Level', event.level],
    ['Inbox rate', rate(event.inboxRate)],
    ['Spam rate', rate(event.spamRate)],
    ['Missing rate', rate(event.missingRate)],
    ['Metric', event.metric],
    ['Value', event.value === undefined ? undefined : valueWords(event.metric, event.value)],
    ['Threshold', event.threshold === undefined ? undefined : valueWords(event.metric, event.threshold)],
    ['Average', event.average === undefined ? undefined : valueWords(event.metric, event.average)],
    ['Score', event.score],
    ['Grade', event.grade],
    ['Mail subject', event.mailSubject],
    ['Reason', event.reason],
    ['Tags', event.tags?.join(', ')],
    ['Test', event.test?.id],
    ['Event', event.type],
  ];
  return facts.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [{ name, value: String(value) }],
  );
}

function failedAuthOf({ auth }: Event): string[] {
  if (!auth) return [];
  const results = (['spf', 'dkim', 'dmarc'] as const).flatMap((name) => {
    const result = auth[name];
    return result === undefined || result.toLowerCase() === 'pass' ? [] : [`${name}: ${result}`];
  });
  return auth.aligned === false ? [...results, 'dmarc: not aligned'] : results;
}

function endWords(end: End, tripped: readonly Tripped[]): string {
  switch (end.why) {
    case 'quiet':
      return `nothing heard for ${durationWords(end.quietMs ?? 0)}, not confirmed`;
    case 'by-hand':
      return end.by ? `resolved by hand by ${end.by}` : 'resolved by hand';
    case 'orphaned':
      return 'ended: no rule feeds it any more';
    case 'cleared':
      return recoveredWords(end, tripped);
  }
}

/** The value that tripped, as it is now. */
function recoveredWords({ event }: End, tripped: readonly Tripped[]): string {
  if (!event) return 'over';
  const now = tripped.flatMap(({ path }) => {
    const value = valueAt(event, path.split('.'));
    return typeof value === 'number' ? [`${labelOf(path)} ${valueWords(path, value)}`] : [];
  });
  return now.length > 0 ? `recovered: ${[...new Set(now)].join(', ')}` : `recovered: ${typeWords(event)}`;
}
