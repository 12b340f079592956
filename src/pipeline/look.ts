import type { Destination, Found } from '../destinations/destination.ts';
import type { Told } from '../domain/notification.ts';
import { absentRecord, foundRecord, unfindableRecord } from '../domain/notification.ts';
import { afterFailure } from '../domain/retry.ts';
import type { AttemptRecord, ClaimedNotification } from '../ledger/outbox.ts';
import { leaseMarginMs } from './notify.ts';
import type { AttemptContext } from './recording.ts';
import { logAttempt, record } from './recording.ts';

type Looking = { claimed: ClaimedNotification; told: Told; destination: Destination };

/**
 * An attempt that tells nothing: looks whether what may have been told stands there, so that it is not told again.
 */
export async function look({ claimed, told, destination }: Looking, context: AttemptContext): Promise<void> {
  const { notify } = context;
  const startedMs = notify.elapsedMs();
  if (startedMs - context.claimedAtMs >= leaseMarginMs) return notify.ledger.releaseNotifications([claimed]);
  const found = await destination.find({ notificationId: claimed.id, since: claimed.owedSince }, context.signal);
  const finished: AttemptRecord = {
    id: claimed.id,
    token: claimed.token,
    absorbed: claimed.strays.length,
    ...whatFollows(found, { claimed, told, context }),
  };
  logAttempt(claimed, { finished, startedMs }, notify);
  await record(finished, context, claimed);
}

type Followed = Pick<AttemptRecord, 'outcome' | 'told' | 'next' | 'failures'>;
type Looked = { claimed: ClaimedNotification; told: Told; context: AttemptContext };

function whatFollows(found: Found, { claimed, told, context }: Looked): Followed {
  const act = 'find' as const;
  switch (found.kind) {
    case 'found': {
      const after = foundRecord(told, found.ref, claimed.episode);
      const outcome = { act, result: 'none', ref: found.ref, reason: 'it stands there already' } as const;
      return { outcome, told: after, failures: 0, next: { state: 'due', afterMs: 0 } };
    }
    case 'absent': {
      const after = absentRecord(told);
      const outcome = { act, result: 'none', reason: 'it is not there' } as const;
      return { outcome, told: after.told, failures: 0, next: { state: 'due', afterMs: after.afterMs } };
    }
    case 'refused': {
      const reason = `cannot be looked for, so it is told again: ${found.reason}`;
      const outcome = { act, result: 'refused', reason } as const;
      return { outcome, told: unfindableRecord(told), failures: 0, next: { state: 'due', afterMs: 0 } };
    }
    default:
      return lookLater(found, { claimed, told, context });
  }
}

/** Over the limit for looking is not over the limit for telling: nothing else waits for it. */
function lookLater(
  found: Extract<Found, { kind: 'retry' | 'ambiguous' }>,
  { claimed, told, context }: Looked,
): Followed {
  const { failures, owedSince, episode } = claimed;
  const ending = episode.end !== undefined;
  const failed = afterFailure({
    result: found,
    failures,
    owedSince,
    now: context.now,
    ending,
    chance: context.notify.chance(),
  });
  const outcome = { act: 'find', result: found.kind, reason: found.reason } as const;
  const next: AttemptRecord['next'] = failed.again
    ? { state: 'due', afterMs: failed.afterMs }
    : { state: 'dead', revision: episode.revision, reason: failed.reason };
  return { outcome, told, failures: failures + 1, next };
}
