import type { Found } from '../../destinations/destination.ts';
import { afterFailure } from '../../domain/telling/retry.ts';
import { absentRecord, foundRecord, unfindableRecord, withoutCopies } from '../../domain/telling/sought-record.ts';
import type { Telling } from '../../domain/telling/telling.ts';
import { droppedRecord } from '../../domain/telling/told-record.ts';
import type { AttemptRecord } from '../../ledger/outbox.ts';
import { leaseMarginMs } from '../notify.ts';
import { dueAtOnce, givenUp, whatIsLeft } from './answered.ts';
import { withFallback } from './fallback.ts';
import { addressPause, heed, looks, refusedCredential, turnedBack } from './gate.ts';
import type { AttemptContext, Tried } from './recording.ts';
import { finish, record, recordBase } from './recording.ts';

type Looking = Tried<Extract<Telling, { act: 'find' }>>;

/**
 * An attempt that tells nothing: looks whether what may have been told stands there, so that it is not told again.
 */
export async function look(looking: Looking, context: AttemptContext): Promise<void> {
  const { claimed, destination, telling } = looking;
  const { notify, signal } = context;
  const startedMs = notify.elapsedMs();
  if (startedMs - context.claimedAtMs >= leaseMarginMs) return notify.ledger.releaseNotifications([claimed]);
  const waiting = await turnedBack(looking, looks, context);
  if (waiting) return record(waiting, context, claimed);
  const { reply } = telling;
  const sought = reply
    ? { notificationId: `${claimed.id}:${reply.change.revision}`, since: reply.change.at, below: reply.below }
    : { notificationId: claimed.id, since: Math.min(claimed.owedSince, claimed.episode.openedAt) };
  const found = await destination.find(sought, signal);
  heed(found, looking, { budget: looks, budgets: context.budgets });
  const finished = { ...recordBase(claimed), ...addressPause(found), ...whatFollows(found, looking, context) };
  const noSoonerMs = found.kind === 'retry' ? (found.afterMs ?? 0) : 0;
  await finish(
    looking,
    { finished: await withFallback(looking, { finished, noSoonerMs }, context), startedMs },
    context,
  );
}

type Followed = Pick<AttemptRecord, 'outcome' | 'told' | 'next' | 'failures' | 'also'>;

function whatFollows(found: Found, looking: Looking, context: AttemptContext): Followed {
  const { claimed, told, telling } = looking;
  const { notify, now, claimedAtMs } = context;
  const { episode } = claimed;
  const act = 'find' as const;
  switch (found.kind) {
    case 'found': {
      const { refs } = found;
      const after = foundRecord(told, telling, { refs, episode });
      const outcome = { act, result: 'none', ref: refs[0], reason: 'it stands there already' } as const;
      return { outcome, told: after, failures: 0, next: whatIsLeft(looking, after, context) };
    }
    case 'absent': {
      const after = absentRecord(told, telling, { episode, at: now + notify.elapsedMs() - claimedAtMs });
      const outcome = { act, result: 'none', reason: 'it is not there' } as const;
      return { outcome, told: after.told, failures: 0, next: { state: 'due', afterMs: after.afterMs } };
    }
    case 'refused': {
      if (found.credential) {
        const outcome = { act, result: 'refused', reason: found.reason } as const;
        return { outcome, ...refusedCredential(looking, found.reason, context) };
      }
      const follows = told.mayHaveCopies ? 'a copy may stand there' : 'it is told again';
      const reason = `cannot be looked for, so ${follows}: ${found.reason}`;
      const outcome = { act, result: 'refused', reason } as const;
      return { outcome, told: unfindableRecord(told, telling, episode), failures: 0, next: dueAtOnce };
    }
    default:
      return lookLater(found, looking, context);
  }
}

function lookLater(
  found: Extract<Found, { kind: 'retry' | 'ambiguous' }>,
  looking: Looking,
  context: AttemptContext,
): Followed {
  const { claimed, told, telling, owedSince } = looking;
  const { failures, episode } = claimed;
  const { notify, now } = context;
  const ending = episode.end !== undefined;
  const then = afterFailure({ result: found, failures, owedSince, now, ending, chance: notify.chance() });
  const outcome = { act: 'find', result: found.kind, reason: found.reason } as const;
  if (then.again) return { outcome, told, next: { state: 'due', afterMs: then.afterMs }, failures: failures + 1 };
  if (telling.reply) {
    const dropped = droppedRecord(
      told,
      { act: 'reply', change: telling.reply.change, ref: telling.reply.below },
      episode,
    );
    return { outcome, told: dropped, next: whatIsLeft(looking, dropped, context), failures: 0 };
  }
  if (told.parts.length > 0) {
    const known = withoutCopies(told);
    return { outcome, told: known, next: whatIsLeft(looking, known, context), failures: 0 };
  }
  return { outcome, told, ...givenUp(looking, then.reason, context) };
}
