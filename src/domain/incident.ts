import type { Event } from './event.ts';
import type { Tripped } from './filter.ts';

/** PagerDuty's words, the most severe first. */
export const severities = ['critical', 'error', 'warning', 'info'] as const;
export type Severity = (typeof severities)[number];

export const verdicts = ['match', 'clear', 'neither', 'unknown'] as const;
/** What one event says to one rule's cause: bad, over, nothing either way, or not to be known. */
export type CauseVerdict = (typeof verdicts)[number];

/** A place in a cause's order: event time, then what ends after what it ends, then the ledger's number. */
export type Mark = { at: number; ends: boolean; seq: number };

/**
 * One event in a cause's memory, and whether the cause fired once it had happened. A stale one counts and orders, but
 * opens nothing.
 */
export type RingEntry = Mark & { verdict: Exclude<CauseVerdict, 'unknown'>; stale: boolean; firing: boolean };

/** What there is to say about a cause: the event that last matched and what in it tripped the rule. */
export type Said = {
  rule: string;
  event: Event;
  tripped: Tripped[];
};

/** How many matches open a cause, and how many clears end it. */
export type Counting = { fire: { count: number; of: number }; clear: number };

/** What one rule, hearing one source, contributes to an incident. */
export type Cause = {
  rule: string;
  source: string;
  /** Tells a rule from another of the same id: a fingerprint of its key and its event types. */
  fingerprint: string;
  /** The rule's place in the file when it last matched: the earlier speaks first among equals. */
  order: number;
  firing: boolean;
  severity: Severity;
  ring: RingEntry[];
  /** What is not newer than this is over. */
  floor?: Mark;
  /** Receipt of the last event that was in scope and not late. */
  heardAt: number;
  /** How long it must be quiet, while we listen, before the cause ends by itself. */
  resolveAfterMs?: number;
  said?: Said;
};

/** An address that was told, or is owed, something about the open episode, and the label it goes by. */
export type Rung = { address: string; destination: string };

/** One trouble, by its dedup key. */
export type Incident = {
  key: string;
  /** Raised by one with every change; what compare-and-set compares. 0 means not stored yet. */
  revision: number;
  open: boolean;
  /** The number of the current or last episode; 0 before the first. */
  episode: number;
  openedAt?: number;
  causes: Cause[];
  rung: Rung[];
  acknowledged?: { by: string; at: number };
  snoozed?: { by: string; until: number };
  /** How the last episode went, while none is open. */
  last?: { severity: Severity; openedAt: number; endedAt: number; why: EndReason };
  /** When time alone may change something here. */
  wakeAt?: number;
  /** The match rang although its key had a missing variable. */
  keyless?: boolean;
};

export const endReasons = ['cleared', 'quiet', 'by-hand', 'orphaned'] as const;
export type EndReason = (typeof endReasons)[number];

/** How an episode ended. Kept, and never changed. */
export type End = {
  at: number;
  why: EndReason;
  by?: string;
  /** How long it had been quiet, where that is why. */
  quietMs?: number;
  /** The event that ended it, where one did. */
  event?: Event;
  tripped?: Tripped[];
};

/** One opening of an incident until it is resolved, or one notice: what a notification tells about. */
export type Episode = {
  key: string;
  number: number;
  kind: 'incident' | 'notice';
  /** The incident's revision at the last change that people can see. */
  revision: number;
  openedAt: number;
  severity: Severity;
  said: Said;
  /** Every cause that fires, the one that speaks first. */
  firing: { rule: string; source: string }[];
  test: boolean;
  keyless: boolean;
  acknowledged?: { by: string; at: number };
  snoozed?: { by: string; until: number };
  end?: End;
};
