import type { Destination, Order, Result } from '../destinations/destination.ts';
import type { Episode } from '../domain/incident.ts';
import { messageOf } from '../domain/message.ts';
import { ownerNotice } from '../domain/notice.ts';
import type { Told } from '../domain/notification.ts';
import { absorb, lostRecord, maybeRecord, nextTelling, toldRecord } from '../domain/notification.ts';
import { owedFor } from '../domain/owed.ts';
import { afterFailure } from '../domain/retry.ts';
import type { AttemptRecord, ClaimedNotification, Next } from '../ledger/outbox.ts';
import { look } from './look.ts';
import type { Notify } from './notify.ts';
import { leaseMarginMs } from './notify.ts';
import type { AttemptContext } from './recording.ts';
import { logAttempt, record } from './recording.ts';

/** Calls that tell: what `nextTelling` says besides looking again. */
type Call = Exclude<ReturnType<typeof nextTelling>, { act: 'nothing' | 'wait' | 'rekey' | 'find' }>;

/**
 * One attempt at one notification: reads what is true and what was told, makes at most one call, records the outcome.
 */
export async function attempt(claimed: ClaimedNotification, context: AttemptContext): Promise<void> {
  const { notify } = context;
  const destination = notify.destinations().get(claimed.address);
  if (!destination) return notify.ledger.releaseNotifications([claimed]);
  const told = absorb(claimed.told, claimed, destination.ways);
  const telling = nextTelling({ ...claimed, told, now: context.now }, destination.ways);
  const base = { id: claimed.id, token: claimed.token, told, failures: 0, absorbed: claimed.strays.length };
  const none = { act: telling.act === 'rekey' ? 'wait' : telling.act, result: 'none' } as const;
  switch (telling.act) {
    case 'nothing':
      return record({ ...base, outcome: none, next: settledAt(claimed.episode), refund: true }, context, claimed);
    case 'wait': {
      const { afterMs } = telling;
      const outcome = { ...none, reason: 'the end of the episode before is still to be told here' };
      return record(
        { ...base, outcome, next: { state: 'waiting', for: telling.for, afterMs }, refund: true },
        context,
        claimed,
      );
    }
    case 'rekey': {
      const outcome = { ...none, reason: `the episode before has not ended here: goes under ${telling.ownKey}` };
      const rekeyed = { ...told, ownKey: telling.ownKey };
      return record({ ...base, told: rekeyed, outcome, next: dueAtOnce, refund: true }, context, claimed);
    }
    case 'find':
      return look({ claimed, told, destination }, context);
    default:
      return call({ claimed, told, telling, destination }, context);
  }
}

const dueAtOnce: Next = { state: 'due', afterMs: 0 };
const settledAt = (episode: Episode): Next => ({ state: 'settled', revision: episode.revision });

type Calling = { claimed: ClaimedNotification; told: Told; telling: Call; destination: Destination };

async function call(calling: Calling, context: AttemptContext): Promise<void> {
  const { claimed, telling, destination } = calling;
  const { notify } = context;
  const startedMs = notify.elapsedMs();
  if (startedMs - context.claimedAtMs >= leaseMarginMs) return notify.ledger.releaseNotifications([claimed]);
  const order: Order = {
    act: telling.act,
    ref: 'ref' in telling ? telling.ref : undefined,
    key: 'key' in telling ? telling.key : claimed.key,
    notificationId: claimed.id,
    message: messageOf(claimed.episode),
  };
  const result = await destination.tell(order, context.signal);
  const finished = recordOf(calling, result, context);
  logAttempt(claimed, { finished, startedMs }, notify);
  await record(finished, context, claimed);
}

function recordOf(
  { claimed, told, telling, destination }: Calling,
  result: Result,
  { notify, now }: AttemptContext,
): AttemptRecord {
  const { episode } = claimed;
  const base = { id: claimed.id, token: claimed.token, absorbed: claimed.strays.length };
  const outcome = {
    act: telling.act,
    result: result.kind,
    ...('reason' in result ? { reason: result.reason } : {}),
    ...('ref' in result ? { ref: result.ref } : {}),
  };
  const maybeThere = result.kind === 'told' || result.kind === 'ambiguous';
  const stray = { act: telling.act, revision: episode.revision, severity: episode.severity };
  const strayed = 'ref' in result ? { ...stray, ref: result.ref } : stray;
  const at = destination.ways.folds && !told.ownKey ? ('newest' as const) : ('self' as const);
  const late = maybeThere ? { stray: { stray: strayed, at } } : {};
  if (result.kind === 'told') {
    const after = toldRecord(told, telling, result.ref, episode);
    const more = nextTelling({ ...claimed, told: after, now }, destination.ways).act !== 'nothing';
    return { ...base, ...late, outcome, told: after, failures: 0, next: more ? dueAtOnce : settledAt(episode) };
  }
  if (result.kind === 'refused' && result.lost) {
    return { ...base, ...late, outcome, told: lostRecord(told, telling), failures: 0, next: dueAtOnce };
  }
  const failed = afterFailure({
    result,
    failures: claimed.failures,
    owedSince: claimed.owedSince,
    now,
    ending: telling.act === 'resolve',
    chance: notify.chance(),
  });
  const pause = result.kind === 'retry' && result.pauseMs !== undefined ? { pauseMs: result.pauseMs } : {};
  const after = result.kind === 'ambiguous' ? maybeRecord(told) : told;
  const failing = { ...base, ...late, ...pause, outcome, told: after, failures: claimed.failures + 1 };
  if (failed.again) return { ...failing, next: { state: 'due', afterMs: failed.afterMs } };
  const next: Next = { state: 'dead', revision: episode.revision, reason: failed.reason };
  return { ...failing, failures: 0, next, ...tellOwner(claimed, { telling, reason: failed.reason, notify, now }) };
}

/** What was given up is told to the owner: once a day for each destination and reason, and each end. Not the owner's own. */
function tellOwner(
  claimed: ClaimedNotification,
  { telling, reason, notify, now }: { telling: Call; reason: string; notify: Notify; now: number },
): Pick<AttemptRecord, 'also'> {
  const owner = notify.owner();
  if (!owner || claimed.key.startsWith('owner:')) return {};
  const day = new Date(now).toISOString().slice(0, 10);
  const still = telling.act === 'resolve' ? ' It is still open there.' : '';
  const words = `${claimed.destination} could not be told about ${claimed.key} (${telling.act}): ${reason}.${still}`;
  // An end that is not told leaves something open for somebody to close: each is a word of its own. The reason comes
  // last, since it may be long and is cut.
  const each = telling.act === 'resolve' ? `${claimed.id}` : `${telling.act}:${reason}`;
  const about = `dead:${day}:${claimed.address}:${each}`.slice(0, 200).toWellFormed();
  const notice = ownerNotice({ about, words, severity: 'error', now });
  const owed = owedFor({ change: 'opened', episode: notice, joined: [owner] }, [owner]).map((each) => each.owed);
  return { also: { episodes: [notice], owed } };
}
