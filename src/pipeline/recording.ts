import { LedgerUnavailable } from '../ledger/ledger.ts';
import type { AttemptRecord, ClaimedNotification } from '../ledger/outbox.ts';
import type { Notify } from './notify.ts';

/** What an attempt goes by. */
export type AttemptContext = {
  notify: Notify;
  /** The ledger's clock at the claim. */
  now: number;
  /** When the claim was asked for, by our own clock: the lease is younger than that. */
  claimedAtMs: number;
  /** Cuts off a call under way, when the process has to go. */
  signal: AbortSignal;
};

const recordAgainMs = 250;

/** The outcome is worth waiting for: lost, it would be told again, or be marked as told perhaps. */
export async function record(
  finished: AttemptRecord,
  { notify, signal }: AttemptContext,
  claimed: ClaimedNotification,
): Promise<void> {
  for (;;) {
    try {
      const answer = await notify.ledger.record(finished);
      if (answer === 'late') {
        notify.log.warn(
          { notification: claimed.id, key: claimed.key, destination: claimed.destination },
          'attempt.late',
        );
      }
      return;
    } catch (error) {
      if (!(error instanceof LedgerUnavailable) || signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, recordAgainMs));
    }
  }
}

/** The one line an attempt leaves. */
export function logAttempt(
  claimed: ClaimedNotification,
  { finished, startedMs }: { finished: AttemptRecord; startedMs: number },
  notify: Notify,
): void {
  const { outcome, next } = finished;
  const line = {
    destination: claimed.destination,
    act: outcome.act,
    result: outcome.result,
    key: claimed.key,
    episode: claimed.number,
    notification: claimed.id,
    attempt: claimed.attempts,
    tookMs: Math.round(notify.elapsedMs() - startedMs),
    ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
    ...(next.state === 'due' && next.afterMs > 0 ? { againInMs: next.afterMs } : {}),
    ...(next.state === 'dead' ? { dead: true } : {}),
    ...(claimed.interrupted ? { interrupted: true } : {}),
  };
  if (outcome.result === 'told' || outcome.result === 'none') notify.log.info(line, `attempt.${outcome.result}`);
  else if (next.state === 'dead') notify.log.error(line, 'attempt.dead');
  else notify.log.warn(line, `attempt.${outcome.result}`);
}
