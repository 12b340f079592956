import { createHash } from 'node:crypto';
import type { Episode, Severity } from './incident.ts';

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
  owedSince: number;
  dueAt: number;
  told: Told;
  /** Claims so far. */
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

/** One thing that stands at the destination: its reference there, and the revision it speaks of. */
export type Part = { ref: string; revision: number; severity: Severity };

/** The record of what was told. The first part is the root; others are copies that stray calls left. */
export type Told = {
  /** Whether an open arrived: `maybe` is owed its end. */
  opened: 'no' | 'maybe' | 'yes';
  parts: Part[];
  /** Told under this key instead of the incident's: decided, and stored, before it is used. */
  ownKey?: string;
  /** How often what may stand there was looked for in vain; all of it, where it cannot be looked for. */
  sought?: number;
};

export const nothingTold: Told = { opened: 'no', parts: [] };

/** What a late holder told after all. */
export type Stray = {
  act: 'open' | 'update' | 'resolve' | 'notice';
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
  /** How long an open waits for that end before it opens under a key of its own. */
  fallbackAfterMs: number;
};

/** The next thing to do for a notification. */
export type Telling =
  | { act: 'open'; key: string }
  | { act: 'notice' }
  | { act: 'update' | 'resolve'; key: string; part: number; ref: string | undefined }
  /** Look whether it stands there already. */
  | { act: 'find' }
  | { act: 'nothing' }
  | { act: 'wait'; for: string; afterMs: number }
  /** Store that this notification goes under a key of its own, then look again. */
  | { act: 'rekey'; ownKey: string };

type Judged = {
  episode: Episode;
  told: Told;
  owedSince: number;
  predecessor?: { id: string } | undefined;
  now: number;
};

/** The id of the one notification for this episode at this address: 24 hex digits. */
export function notificationId(key: string, number: number, address: string): string {
  return createHash('sha256')
    .update(JSON.stringify([key, number, address]))
    .digest('hex')
    .slice(0, 24);
}

/**
 * The next thing to tell, from what is true now and what was told. `nothing` is said only if what stands at the
 * destination is the truth, or nothing can stand there.
 */
export function nextTelling(judged: Judged, ways: Ways): Telling {
  const { episode, told } = judged;
  if (ways.finds && told.opened === 'maybe' && !told.parts[0] && (told.sought ?? 0) < mostLooks) return { act: 'find' };
  if (episode.kind === 'notice') return told.opened === 'yes' ? { act: 'nothing' } : { act: 'notice' };
  const key = told.ownKey ?? episode.key;
  const root = told.parts[0];
  if (!root) {
    if (!episode.end) return firstOpen(judged, ways);
    return told.opened === 'no' ? { act: 'nothing' } : { act: 'resolve', key, part: 0, ref: undefined };
  }
  const part = told.parts.findIndex((each) => isBehind(each, episode, ways));
  if (part < 0) return { act: 'nothing' };
  return { act: episode.end ? 'resolve' : 'update', key, part, ref: told.parts[part]?.ref };
}

function firstOpen({ episode, told, owedSince, predecessor, now }: Judged, ways: Ways): Telling {
  if (!ways.folds || !predecessor || told.ownKey) return { act: 'open', key: told.ownKey ?? episode.key };
  // What a late holder may have told under the incident's key is ended under it: only what surely was not told may leave it.
  const isBound = told.opened === 'maybe';
  const afterMs = isBound ? ways.fallbackAfterMs : owedSince + ways.fallbackAfterMs - now;
  if (afterMs > 0) return { act: 'wait', for: predecessor.id, afterMs };
  return { act: 'rekey', ownKey: keyWithNumber(episode.key, episode.number) };
}

/** Where nothing can be edited, only an end or another severity is worth saying again. */
function isBehind(part: Part, episode: Episode, ways: Ways): boolean {
  if (part.revision >= episode.revision) return false;
  return ways.edits || episode.end !== undefined || part.severity !== episode.severity;
}

/**
 * The record with what nobody recorded at the time: an attempt that was begun and never ended may have arrived, and
 * what late holders told stands there until it is brought to the truth.
 */
export function absorb(told: Told, unrecorded: { interrupted: boolean; strays: Stray[] }, ways: Ways): Told {
  const opened = unrecorded.interrupted && told.opened === 'no' ? 'maybe' : told.opened;
  return unrecorded.strays.reduce((before, stray) => absorbStray(before, stray, ways), { ...told, opened });
}

function absorbStray(told: Told, stray: Stray, ways: Ways): Told {
  const [root, ...copies] = told.parts;
  if (!root) {
    const mayBeOfAnother = ways.folds && stray.act !== 'notice';
    if (mayBeOfAnother || stray.ref === undefined) return { ...told, opened: 'maybe' };
    return { ...told, opened: 'yes', parts: [{ ref: stray.ref, revision: stray.revision, severity: stray.severity }] };
  }
  if (!ways.folds && ways.edits && stray.ref !== undefined && stray.ref !== root.ref) {
    const known = copies.filter((copy) => copy.ref !== stray.ref);
    const copy = { ref: stray.ref, revision: stray.revision, severity: stray.severity };
    return { ...told, parts: [root, ...known, copy] };
  }
  const revision = Math.min(root.revision, stray.revision);
  return { ...told, parts: [{ ...root, revision, severity: stray.severity }, ...copies] };
}

/** The record after the destination said that it was told. */
export function toldRecord(told: Told, telling: Telling, ref: string, episode: Episode): Told {
  const part: Part = { ref, revision: episode.revision, severity: episode.severity };
  if (telling.act === 'update' || telling.act === 'resolve') {
    const parts = told.parts.length > 0 ? told.parts.with(telling.part, part) : [part];
    return { ...told, opened: 'yes', parts };
  }
  return { ...told, opened: 'yes', parts: [part, ...told.parts.slice(1)] };
}

/** Twice: what was told a moment ago may not be found yet. */
const mostLooks = 2;
const lookAgainMs = 3_000;

/** The record after it was found: it stands there, and what it says is brought to the truth next. */
export function foundRecord(told: Told, ref: string, episode: Episode): Told {
  const { sought: _sought, ...rest } = told;
  return { ...rest, opened: 'yes', parts: [{ ref, revision: -1, severity: episode.severity }] };
}

/** The record after a look in vain, and when to look again. What was not there twice did not arrive. */
export function absentRecord(told: Told): { told: Told; afterMs: number } {
  const { sought = 0, ...rest } = told;
  if (sought + 1 < mostLooks) return { told: { ...told, sought: sought + 1 }, afterMs: lookAgainMs };
  return { told: { ...rest, opened: 'no' }, afterMs: 0 };
}

/** The record where it cannot be looked for: it is told again, rather than not at all. */
export function unfindableRecord(told: Told): Told {
  return { ...told, sought: mostLooks };
}

/** The record after nobody knows whether a call arrived. */
export function maybeRecord(told: Told): Told {
  if (told.parts[0]) return told;
  const { sought: _sought, ...rest } = told;
  return { ...rest, opened: 'maybe' };
}

/** The record after what stood there turned out to be gone: it is told anew, and its end is still owed. */
export function lostRecord(told: Told, telling: Telling): Told {
  if (telling.act !== 'update' && telling.act !== 'resolve') return told;
  return { ...told, opened: 'maybe', parts: told.parts.toSpliced(telling.part, 1) };
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

function keyWithNumber(key: string, number: number): string {
  return fittingKey(`${key}#${number}`);
}
