import { createHash } from 'node:crypto';
import type { Order, Result } from '../../destinations/destination.ts';
import type { Episode } from '../../domain/incident/incident.ts';
import type { Stray, Told } from '../../domain/telling/notification.ts';
import { afterFailure } from '../../domain/telling/retry.ts';
import type { Telling } from '../../domain/telling/telling.ts';
import { nextTelling } from '../../domain/telling/telling.ts';
import { droppedRecord, maybeRecord, refusedRecord, toldRecord } from '../../domain/telling/told-record.ts';
import type { AttemptRecord, Next } from '../../ledger/outbox.ts';
import { addressPause, refusedCredential } from './gate.ts';
import { tellOwner } from './owner.ts';
import { credentialRefused } from './parking.ts';
import type { AttemptContext, Tried } from './recording.ts';
import { recordBase } from './recording.ts';

/** What tells: all but looking, waiting, and finding nothing to do. */
export type Call = Extract<Telling, { act: Order['act'] }>;

export const dueAtOnce: Next = { state: 'due', afterMs: 0 };
export const settledAt = (episode: Episode): Next => ({ state: 'settled', revision: episode.revision });

/** What is recorded of a call, by its answer. */
export function answered(tried: Tried<Call>, result: Result, context: AttemptContext): AttemptRecord {
  const { claimed, told, telling, destination } = tried;
  const { episode } = claimed;
  const outcome = {
    act: telling.act,
    result: result.kind,
    ...('reason' in result ? { reason: result.reason } : {}),
    ...('ref' in result ? { ref: result.ref } : {}),
  };
  const base = { ...recordBase(claimed), ...lateHolders(tried, result), ...addressPause(result), outcome, failures: 0 };
  if (result.kind === 'told') {
    const after = toldRecord(told, telling, { ref: result.ref, episode, at: momentOf(context) });
    return { ...base, told: after, next: whatIsLeft(tried, after, context) };
  }
  if (result.kind !== 'refused') return { ...base, ...failed(tried, result, context) };
  if (result.credential) {
    const reason = `${credentialRefused}: ${result.reason}`;
    return { ...base, outcome: { ...outcome, reason }, ...refusedCredential(tried, result.reason, context) };
  }
  const after = refusedRecord(told, telling, { result, ways: destination.ways, episode });
  if (!after) return { ...base, ...failed(tried, result, context) };
  return { ...base, told: after, next: whatIsLeft(tried, after, context) };
}

/** By the ledger's clock. */
const momentOf = ({ now, notify, claimedAtMs }: AttemptContext) => now + notify.elapsedMs() - claimedAtMs;

/** Kept if this holder turns out to be late: what may stand there now through it. */
function lateHolders(
  { claimed, told, telling, destination }: Tried<Call>,
  result: Result,
): Pick<AttemptRecord, 'stray'> {
  const { act } = telling;
  if (act === 'acknowledge' || (result.kind !== 'told' && result.kind !== 'ambiguous')) return {};
  const revision = act === 'reply' ? telling.change.revision : claimed.episode.revision;
  const ref = 'ref' in result ? { ref: result.ref } : {};
  const stray: Stray = { act, revision, severity: claimed.episode.severity, ...ref };
  return { stray: { stray, at: destination.ways.folds && told.ownKey === undefined ? 'newest' : 'self' } };
}

/** Due at once if there is more to do, so that each call is an attempt of its own. */
export function whatIsLeft(
  { claimed, owedSince, destination }: Tried,
  told: Told,
  { now, heldBy }: AttemptContext,
): Next {
  const { episode, predecessor } = claimed;
  const next = nextTelling({ episode, told, owedSince, predecessor, held: heldBy(episode), now }, destination.ways);
  return next.act === 'nothing' ? settledAt(episode) : dueAtOnce;
}

function failed(
  tried: Tried<Call>,
  result: Exclude<Result, { kind: 'told' }>,
  context: AttemptContext,
): Pick<AttemptRecord, 'told' | 'next' | 'failures' | 'also'> {
  const { claimed, telling, owedSince, destination } = tried;
  const { notify, now } = context;
  const { episode, failures } = claimed;
  const { ways } = destination;
  const pendingAt = 'pending' in result ? momentOf(context) : undefined;
  const told =
    result.kind === 'ambiguous' ? maybeRecord(tried.told, telling, { episode, ways, pendingAt }) : tried.told;
  const ending = telling.act === 'resolve';
  const then = afterFailure({ result, failures, owedSince, now, ending, chance: notify.chance() });
  if (then.again) return { told, next: { state: 'due', afterMs: then.afterMs }, failures: failures + 1 };
  const dropped = droppedRecord(told, telling, episode);
  if (telling.act === 'reply') return { told: dropped, next: whatIsLeft(tried, dropped, context), failures: 0 };
  return { ...givenUp(tried, then.reason, context), told: dropped };
}

const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** A dead letter, told to the owner: once a day for each destination and reason, and each end. */
export function givenUp(
  { claimed, telling, told }: Tried,
  reason: string,
  { notify, now }: AttemptContext,
): Pick<AttemptRecord, 'next' | 'failures' | 'also'> {
  const { episode, destination, address, key } = claimed;
  const isEnd = episode.end !== undefined;
  const still = isEnd ? ` It is still open there, under ${told.ownKey ?? key}.` : '';
  const words = `${destination} could not be told about ${key} (${telling.act}): ${reason}.${still}`;
  // An end that is not told leaves something open for somebody to close: each is a word of its own.
  const of = `${address}:${isEnd ? claimed.id : `${telling.act}:${shortHash(reason)}`}`;
  const also = tellOwner(claimed, { kind: 'dead', of, words }, { notify, now });
  const next = { state: 'dead', revision: episode.revision, reason } as const;
  return { next, failures: 0, ...(also ? { also } : {}) };
}
