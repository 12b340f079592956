import type { Order, Result } from '../../destinations/destination.ts';
import { messageOf } from '../../domain/message/message.ts';
import { heardRecord } from '../../domain/telling/heard-record.ts';
import { nextTelling } from '../../domain/telling/telling.ts';
import { absorb, heldRecord } from '../../domain/telling/told-record.ts';
import type { AttemptRecord, ClaimedNotification } from '../../ledger/outbox.ts';
import { leaseMarginMs } from '../notify.ts';
import type { Call } from './answered.ts';
import { answered, dueAtOnce, settledAt } from './answered.ts';
import { withFallback } from './fallback.ts';
import { heed, turnedBack } from './gate.ts';
import { look } from './look.ts';
import type { AttemptContext, Tried } from './recording.ts';
import { finish, record, recordBase } from './recording.ts';

/**
 * One attempt at one notification: reads what is true and what was told, makes at most one call, records the outcome.
 */
export async function attempt(claimed: ClaimedNotification, context: AttemptContext): Promise<void> {
  const destination = context.notify.destinations().get(claimed.address);
  if (!destination) return context.notify.ledger.releaseNotifications([claimed]);
  const tried = decided(claimed, destination, context);
  const { telling } = tried;
  switch (telling.act) {
    case 'nothing':
    case 'wait':
    case 'rekey':
      return record(withoutCall({ ...tried, telling }), context, claimed);
    case 'find':
      return look({ ...tried, telling }, context);
    default:
      return call({ ...tried, telling }, context);
  }
}

/** What is to be done, from what is true, what was told, and what holds back whatever rings. */
function decided(claimed: ClaimedNotification, destination: Tried['destination'], context: AttemptContext): Tried {
  const { now, heldBy } = context;
  const { episode, predecessor } = claimed;
  const { ways } = destination;
  const absorbed = heardRecord(absorb(claimed.told, { ...claimed, now }, ways), claimed);
  const held = heldBy(episode);
  const owedSince = Math.max(claimed.owedSince, Math.min(now, absorbed.heldUntil ?? 0));
  const telling = nextTelling({ episode, told: absorbed, owedSince, predecessor, held, now }, ways);
  const isHeld = telling.act === 'wait' && telling.for !== undefined && telling.for === held?.for;
  const told = heldRecord(absorbed, isHeld ? held.restMs : 0, now);
  return { claimed, told, telling, destination, owedSince };
}

type NoCall = Extract<Tried['telling'], { act: 'nothing' | 'wait' | 'rekey' }>;

function withoutCall({ claimed, told, telling }: Tried<NoCall>): AttemptRecord {
  const base = { ...recordBase(claimed), told, refund: true };
  switch (telling.act) {
    case 'nothing':
      return { ...base, outcome: { act: 'nothing', result: 'none' }, next: settledAt(claimed.episode), failures: 0 };
    case 'rekey': {
      const { ownKey, why } = telling;
      const outcome = { act: 'wait', result: 'none', reason: why } as const;
      return { ...base, told: { ...told, ownKey }, outcome, next: dueAtOnce, failures: 0 };
    }
    case 'wait': {
      const { for: awaited, afterMs: restMs, why } = telling;
      const afterMs = Math.ceil(restMs);
      const outcome = { act: 'wait', result: 'none', reason: why } as const;
      const next =
        awaited === undefined
          ? { state: 'due' as const, afterMs }
          : { state: 'waiting' as const, for: awaited, afterMs };
      return { ...base, outcome, next, failures: claimed.failures };
    }
  }
}

async function call(tried: Tried<Call>, context: AttemptContext): Promise<void> {
  const { claimed, destination } = tried;
  const { notify } = context;
  const startedMs = notify.elapsedMs();
  if (startedMs - context.claimedAtMs >= leaseMarginMs) return notify.ledger.releaseNotifications([claimed]);
  const order = orderOf(tried);
  const budget = destination.budget(order);
  const waiting = await turnedBack(tried, budget, context);
  if (waiting) return record(waiting, context, claimed);
  const result = await destination.tell(order, context.signal);
  heed(result, tried, { budget, budgets: context.budgets });
  const finished = answered(tried, result, context);
  const noSoonerMs = askedMs(result);
  await finish(tried, { finished: await withFallback(tried, { finished, noSoonerMs }, context), startedMs }, context);
}

const askedMs = (result: Result) => (result.kind === 'retry' ? (result.afterMs ?? 0) : 0);

function orderOf({ claimed, told, telling, destination }: Tried<Call>): Order {
  const { episode, id, before, key } = claimed;
  const { act } = telling;
  return {
    act,
    ref: 'ref' in telling ? telling.ref : undefined,
    key: 'key' in telling ? telling.key : (told.ownKey ?? key),
    notificationId: act === 'reply' ? `${id}:${telling.change.revision}` : id,
    message: messageOf(episode, { address: destination.address }),
    ...(act === 'reply' ? { change: telling.change } : {}),
    ...(act !== 'reply' && act !== 'notice' && before ? { before } : {}),
    ...(told.former === undefined ? {} : { former: told.former }),
    short: told.short === true,
  };
}
