import type { Counts, Event } from '../event.ts';
import type { Tripped } from '../filter/filter.ts';
import type { ByPerson, End, EndReason, Episode, Said, Severity } from '../incident/incident.ts';
import { durationWords } from './duration.ts';
import { endWords, isConfirmedEnd, recoveredWords } from './end-words.ts';
import { comparisonWords, labelOf, typeWords, valueWords } from './value-words.ts';

/** What to say about an episode or a notice, before any channel's format. Plain text from outside: escape it. */
export type Message = {
  state: 'open' | 'resolved' | 'notice';
  /** By which people acknowledge it; the incident's own, also where it is told under another. */
  key: string;
  /** Of the episode: from 2 on it was open before. */
  number: number;
  severity: Severity;
  /** One line: who, and the value that tripped; or what the rule says instead. */
  title: string;
  /** What the rule says besides. Several lines. */
  text?: string;
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
  end?: Ending;
  acknowledged?: ByPerson;
  snoozed?: ByPerson & { until: number };
  /** The label of a destination that could not be told, where this one is told instead. */
  standsInFor?: string;
  /** The event in our words with the sender's `data`, at most 8 KiB of JSON, for whoever keeps details. */
  event: Event;
};

/** How it ended. `lasted` is a duration in words. */
export type Ending = {
  at: number;
  why: EndReason;
  words: string;
  lasted: string;
  /** Something said that it is over: not so where it was quiet, or where no rule feeds it any more. */
  confirmed: boolean;
  /** What tripped, as it is now; or what was heard that ended it. */
  recovered?: string;
  by?: string;
  comment?: string;
};

/** What there is to say of an episode as it is, and to that address. */
export function messageOf(episode: Episode, to: { address?: string } = {}): Message {
  const { said, end, acknowledged, snoozed } = episode;
  const { event, rendered } = said;
  const standIn = episode.standIns?.find((each) => each.address === to.address);
  return {
    state: end ? 'resolved' : episode.kind === 'notice' ? 'notice' : 'open',
    key: episode.key,
    number: episode.number,
    severity: episode.severity,
    title: rendered?.title ?? titleOf(said),
    ...(rendered?.text === undefined ? {} : { text: rendered.text }),
    test: episode.test,
    keyless: episode.keyless,
    facts: rendered?.fields ?? factsOf(event),
    ...(event.counts ? { counts: event.counts } : {}),
    providers: event.providers ?? [],
    failedAuth: failedAuthOf(event),
    source: event.source,
    deliveryId: event.id,
    rules: [...new Set([said.rule, ...episode.firing.map((each) => each.rule)])],
    openedAt: episode.openedAt,
    occurredAt: event.occurredAt,
    ...(end ? { end: endingOf(episode, end) } : {}),
    ...(acknowledged ? { acknowledged } : {}),
    ...(snoozed ? { snoozed } : {}),
    ...(standIn ? { standsInFor: standIn.standsInFor } : {}),
    event,
  };
}

function endingOf({ openedAt, said }: Episode, end: End): Ending {
  const recovered = recoveredWords(end, said.tripped);
  return {
    at: end.at,
    why: end.why,
    words: endWords(end, recovered),
    lasted: durationWords(end.at - openedAt),
    confirmed: isConfirmedEnd(end),
    ...(recovered === undefined ? {} : { recovered }),
    ...(end.by === undefined ? {} : { by: end.by }),
    ...(end.comment === undefined ? {} : { comment: end.comment }),
  };
}

function titleOf({ event, tripped }: Said): string {
  if (event.source === 'tocsin') return `tocsin: ${event.reason}`;
  return `${subjectOf(event)}: ${whatTripped(event, tripped)}`;
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

function factsOf(event: Event): Message['facts'] {
  // Its title says all of it.
  if (event.source === 'tocsin') return [];
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
