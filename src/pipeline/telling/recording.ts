import type { Destination } from '../../destinations/destination.ts';
import type { Episode } from '../../domain/incident/incident.ts';
import type { Told } from '../../domain/telling/notification.ts';
import type { Held, Telling } from '../../domain/telling/telling.ts';
import { LedgerUnavailable } from '../../ledger/ledger.ts';
import type { AttemptRecord, ClaimedNotification } from '../../ledger/outbox.ts';
import type { Notify } from '../notify.ts';
import type { Budgets } from './budgets.ts';
import type { OwnerWatch } from './owner.ts';
import type { Parking } from './parking.ts';
import { credentialRefused } from './parking.ts';

/** What an attempt goes by. */
export type AttemptContext = {
  notify: Notify;
  /** The ledger's clock at the claim. */
  now: number;
  /** When the claim was asked for, by our own clock: the lease is younger than that. */
  claimedAtMs: number;
  /** Cuts off a call under way, when the process has to go. */
  signal: AbortSignal;
  /** What holds back whatever rings about an episode. */
  heldBy: (episode: Episode) => Held | undefined;
  budgets: Budgets;
  parking: Parking;
  owner: OwnerWatch;
};

/** One attempt as it was decided: what is to be done, given what was told. */
export type Tried<Act extends Telling = Telling> = {
  claimed: ClaimedNotification;
  told: Told;
  telling: Act;
  destination: Destination;
  /** What is late counts from there. */
  owedSince: number;
};

/** What an attempt's record begins with. */
export function recordBase({ id, token, strays }: ClaimedNotification) {
  return { id, token, absorbed: strays.length };
}

const againMs = 250;

/** Asks until the ledger answers, or the process has to go. */
export async function untilKept<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof LedgerUnavailable) || signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  }
}

/** The outcome is worth waiting for: lost, it would be told again, or be marked as told perhaps. */
export async function record(
  finished: AttemptRecord,
  { notify, signal }: AttemptContext,
  claimed: ClaimedNotification,
): Promise<void> {
  const answer = await untilKept(() => notify.ledger.record(finished), signal);
  if (answer === 'recorded') return;
  const { id, key, destination } = claimed;
  notify.log.warn({ notification: id, key, destination }, 'attempt.late');
}

/** Ends an attempt that made a call: its line in the log, its record, and what follows for others. */
export async function finish(
  { claimed, destination }: Tried,
  done: { finished: AttemptRecord; startedMs: number },
  context: AttemptContext,
): Promise<void> {
  const { notify, owner, parking, signal } = context;
  const { outcome, next, told } = done.finished;
  logAttempt(claimed, done, notify);
  await record(done.finished, context, claimed);
  if (outcome.result === 'told') {
    owner.told(claimed);
    const ids = parking.free(destination.credential);
    if (ids.length > 0) await untilKept(() => notify.ledger.revive({ ids }), signal);
  } else if (next.state === 'dead' || told.fellBack || outcome.reason?.startsWith(credentialRefused)) {
    owner.untold(claimed, outcome.reason ?? '');
  }
}

/** The one line an attempt leaves. */
function logAttempt(
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
