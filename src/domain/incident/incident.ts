import type { Event } from '../event.ts';
import type { Tripped } from '../filter/filter.ts';
import type { Rendered } from '../rules/rendered.ts';
import type { Usual } from './baseline.ts';

/** PagerDuty's words, the most severe first. */
export const severities = ['critical', 'error', 'warning', 'info'] as const;
export type Severity = (typeof severities)[number];

export const verdicts = ['match', 'clear', 'neither', 'unknown'] as const;
/** What one event says to one rule's cause: bad, over, nothing either way, or not to be known. */
export type CauseVerdict = (typeof verdicts)[number];

/** A place in a cause's order: event time, then what ends after what it ends, then the ledger's number. */
export type Mark = { at: number; ends: boolean; seq: number };

/** Where something ended: what is not newer is late. `episode` is the one it ended with. */
export type Floor = Mark & { episode?: number };

/** How many matches open a cause, and how many clears end it. */
export type Counting = { fire: { count: number; of: number }; clear: number };

/**
 * One event in a cause's memory, and whether the cause fired once it had happened. A stale one counts and orders, but
 * opens nothing. `counting`: how the rule counted when it was heard, so that an edit turns nothing that was judged
 * before; left out where one match opens and one clear ends.
 */
export type RingEntry = Mark & {
  verdict: Exclude<CauseVerdict, 'unknown'>;
  stale: boolean;
  firing: boolean;
  counting?: Counting;
};

/** What there is to say about a cause: the event that last matched and what in it tripped the rule. */
export type Said = {
  rule: string;
  event: Event;
  tripped: Tripped[];
  /** In the rule's own words, where it has some. */
  rendered?: Rendered;
};

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
  /** What is not newer than this finds no place in the ring: too much of what it followed is forgotten. */
  forgotten?: Mark;
  /** What is not newer than this is over. */
  floor?: Floor;
  /** Receipt of the last event that was in scope and not late. */
  heardAt: number;
  /** How long it must be quiet, while we listen, before the cause ends by itself. */
  resolveAfterMs?: number;
  said?: Said;
  /** What its rule's baseline compares with. */
  usual?: Usual;
  /**
   * It is to open, if it does not fire yet, when nothing was heard for so long; left out where nobody waits for it. Who
   * waits has something to say: the event that was heard last.
   */
  absent?: { forMs: number };
  /** It is in shadow, and nobody is told: the key it would have if it were live. */
  shadow?: string;
  /** No rule in force feeds it: since when that is known, and when it is ended unless the rule comes back. */
  orphan?: { since: number; until: number };
};

/**
 * An address that was told, or is owed, something about the open episode, and the label it goes by. `standsInFor`: the
 * label of a destination that could not be told.
 */
export type Rung = { address: string; destination: string; standsInFor?: string };

/**
 * What a person said or did about an open episode. `there`: the address where they did it, so that it stands there
 * already.
 */
export type ByPerson = { by: string; at: number; comment?: string; there?: string };

export const changeKinds = ['raised', 'acknowledged', 'snoozed', 'ended'] as const;

/**
 * One change of an episode that matters to whoever was told, in the order they happened; `revision` is the incident's
 * after it. `from` and `to`: severities of a rise. `until`: the end of a snooze.
 */
export type EpisodeChange = {
  revision: number;
  at: number;
  what: (typeof changeKinds)[number];
  by?: string;
  comment?: string;
  from?: Severity;
  to?: Severity;
  until?: number;
};

/** What stands for an episode at PagerDuty, as was last heard from there. */
export type Page = {
  /** PagerDuty's id of its incident. */
  id: string;
  episode: number;
  number?: number;
  url?: string;
  priority?: string;
  /** The names of whoever it is assigned to. */
  assigned?: string;
  /** When somebody last took it on there, or let go of it. */
  saidAt?: number;
};

/** One trouble, by its dedup key. */
export type Incident = {
  key: string;
  /** Raised by one with every change; what compare-and-set compares. 0 means not stored yet. */
  revision: number;
  open: boolean;
  /** The number of the current or last episode; 0 before the first. */
  episode: number;
  openedAt?: number;
  /** While open, the revision of the last change that people can see: the episode's. */
  shown?: number;
  /** While open, the revision of the last of those that was heard, as against what people did: the episode's. */
  heardRevision?: number;
  causes: Cause[];
  /** Where a person ended all of it, also for the causes that are still to come. */
  floor?: Floor;
  rung: Rung[];
  /** Of this episode and those before, the newest last. */
  pages?: Page[];
  acknowledged?: ByPerson;
  snoozed?: ByPerson & { until: number };
  /** Of the open episode, the newest 20. */
  changes?: EpisodeChange[];
  /** How the last episode went, while none is open. */
  last?: { severity: Severity; openedAt: number; endedAt: number; why: EndReason; by?: string };
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
  comment?: string;
  /** The address where it was ended, so that it may stand there already. */
  there?: string;
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
  /**
   * The incident's revision at the last of those that was heard, as against what people did: a pager is told of nothing
   * else, but for acknowledgement and end. Left out where that is not known.
   */
  heardRevision?: number;
  openedAt: number;
  severity: Severity;
  said: Said;
  /** Every cause that fires, the one that speaks first. */
  firing: { rule: string; source: string }[];
  test: boolean;
  keyless: boolean;
  acknowledged?: ByPerson;
  snoozed?: ByPerson & { until: number };
  /** The newest 20, its end included; left out where nothing changed yet. */
  changes?: EpisodeChange[];
  /** Who is told instead of another: by address, the label of the one that could not be told. */
  standIns?: { address: string; standsInFor: string }[];
  end?: End;
};
