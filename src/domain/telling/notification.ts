import { createHash } from 'node:crypto';
import type { Severity } from '../incident/incident.ts';

export const notificationStates = ['due', 'waiting', 'settled', 'dead'] as const;
export type NotificationState = (typeof notificationStates)[number];

/** What one destination has been told, and is owed, about one episode. */
export type Notification = {
  id: string;
  key: string;
  number: number;
  /** Where: what is told there must be ended there. */
  address: string;
  /** The address's label when it was first owed. */
  destination: string;
  state: NotificationState;
  owedRevision: number;
  /** Since when something is owed that was not told; of what was raised in flight, since it was first raised. */
  owedSince: number;
  dueAt: number;
  told: Told;
  /** Claims so far, also those that left no attempt of their own. */
  attempts: number;
  /** Failures in a row of what is owed now. */
  failures: number;
  /** Why it is dead, or what it was last told by the destination. */
  reason?: string;
};

/** That an address is owed the truth about an episode, as of a revision. The smaller the rank, the sooner when paced. */
export type Owed = Pick<Notification, 'id' | 'key' | 'number' | 'address' | 'destination'> & {
  revision: number;
  rank: number;
};

/**
 * One thing that stands at the destination: its reference there, the revision it speaks of (-1: nobody knows what it
 * says), and when it was last told. `acknowledged`: it was told there that somebody has it, since that moment.
 */
export type Part = { ref: string; revision: number; severity: Severity; at: number; acknowledged?: number };

/**
 * A reply below the root, for the change of that revision; without `ref` nobody knows whether it arrived. `sought`: how
 * often it was looked for in vain, `soughtAt`: when last; all of it, where it cannot be looked for. `dropped`: it was
 * given up, and is not tried again.
 */
export type Reply = { of: number; ref?: string; sought?: number; soughtAt?: number; dropped?: true };

/** The record of what was told. The first part is the root; others are copies that stray calls left. */
export type Told = {
  /** Whether an open arrived: `maybe` is owed its end. */
  opened: 'no' | 'maybe' | 'yes';
  parts: Part[];
  /** The revision the root opened with: what changed before that needs no reply. */
  since?: number;
  replies?: Reply[];
  /** The full form was refused: what is told here is told in the short one. */
  short?: true;
  /** What stands there as it was told before: it could not be changed any more, and the root was told anew. */
  former?: string;
  /** Told under this key instead of the incident's: decided, and stored, before it is used. */
  ownKey?: string;
  /** How often what may stand there was looked for in vain; all of it, where it cannot be looked for. */
  sought?: number;
  /** When it was last looked for in vain. */
  soughtAt?: number;
  /** Calls that got no answer, and may still happen. */
  doubt?: Doubt;
  /** Beside the root there may stand what was posted without an answer: it is to be looked for. */
  mayHaveCopies?: true;
  /** It was held back until then: what is late counts from there. */
  heldUntil?: number;
  /** The destination asked to be told no sooner. */
  notBefore?: number;
  /** It was not told in time, and whoever is told instead was. */
  fellBack?: true;
  /** The owner heard that its end is not told in time. */
  lateEnd?: true;
};

/** What may have been told is looked for twice, with a pause: what was told a moment ago may not be found yet. */
export const mostLooks = 2;
export const lookAgainMs = 3_000;

/** Calls that got no answer, taken together. */
export type Doubt = {
  /** When the last of them was given up. */
  at: number;
  /** The oldest revision that any of them speaks of. */
  revision: number;
  /** How severe it is by those that say that it is not over. */
  severities: Severity[];
  /** Any of them says that it is. */
  isOver: boolean;
  /** Any of them is a new message, and not an edit. */
  posts: boolean;
};

export const nothingTold: Told = { opened: 'no', parts: [] };

/**
 * What a late holder told after all; of a reply, `revision` is the change's. A late acknowledgement leaves none: it can
 * not be taken back, and where it is true it is told again.
 */
export type Stray = {
  act: 'open' | 'update' | 'reply' | 'resolve' | 'notice';
  ref?: string;
  revision: number;
  severity: Severity;
};

/** What a kind of destination can do. */
export type Ways = {
  /** What was told can be changed in place. */
  edits: boolean;
  /** All episodes of an incident are one thing there, by its key: the next waits for the end of the one before. */
  folds: boolean;
  /** What may have been told can be looked for, by our id. */
  finds: boolean;
  /** What changes is also told as a reply below the root. */
  threads: boolean;
  /** It keeps whether somebody has it, and is told so by a call of its own. */
  acknowledges: boolean;
  /** Edits that cannot be urgent are told no more often than this; 0 for at once. */
  editEveryMs: number;
  /** How long an open may be owed before somebody else is told, and waits for that end before it goes under its own key. */
  fallbackAfterMs: number;
};

/** The id of the one notification for this episode at this address: 24 hex digits. */
export function notificationId(key: string, number: number, address: string): string {
  return createHash('sha256')
    .update(JSON.stringify([key, number, address]))
    .digest('hex')
    .slice(0, 24);
}

const maxKeyLength = 255;

/**
 * A key no longer than PagerDuty allows (255, https://developer.pagerduty.com/docs/events-api-v2/trigger-events/): a
 * longer one ends in its hash. Well-formed, since a ledger gives back half a character as another.
 */
export function fittingKey(text: string): string {
  const key = text.toWellFormed();
  if (key.length <= maxKeyLength) return key;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16);
  return `${key.slice(0, maxKeyLength - hash.length - 1).toWellFormed()}~${hash}`;
}
