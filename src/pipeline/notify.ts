import type { Logger } from 'pino';
import type { Destination } from '../destinations/destination.ts';
import type { Rung } from '../domain/incident/incident.ts';
import { momentWords } from '../domain/message/moment-words.ts';
import type { Place } from '../domain/routing.ts';
import type { Inbox } from '../ledger/inbox.ts';
import type { ClaimedNotification, Outbox, Room } from '../ledger/outbox.ts';
import { attempt } from './telling/attempt.ts';
import { openBudgets } from './telling/budgets.ts';
import { openHolding } from './telling/holding.ts';
import { watchOwner } from './telling/owner.ts';
import type { Parked } from './telling/parking.ts';
import { openParking } from './telling/parking.ts';
import type { AttemptContext } from './telling/recording.ts';

/** What telling needs. */
export type Notify = {
  ledger: Outbox & Pick<Inbox, 'readIncidents' | 'commit'>;
  /** By address: every address something can be told at. */
  destinations: () => ReadonlyMap<string, Destination>;
  /** Who is told where the one at that address could not be told in time. */
  fallback: (address: string) => Place | undefined;
  owner: () => Rung | undefined;
  /** A word to the owner could not be told. */
  onUntellable: () => void;
  log: Logger;
  newToken: () => string;
  chance: () => number;
  elapsedMs: () => number;
};

/** How many calls to one address may be under way. Each address has its own: a slow one delays nobody else. */
const slotsEach = 32;
/** Beyond the destination's own time-out, for reading and recording. */
export const leaseMarginMs = 5_000;
const idleMs = 1_000;

export type Notifier = {
  /** One turn: claims what there is room for and begins to tell it. Returns how long to sleep. */
  turn(): Promise<number>;
  /** Resolves when nothing is in flight any more; after `graceMs` what is under way is cut off, as ambiguous. */
  drain(graceMs: number): Promise<void>;
  /** The credentials that were refused, and wait for another. */
  parked(): Parked[];
  /** What keeps this process from telling, in words. */
  troubles(): string[];
};

export function notifier(notify: Notify, wake: () => void): Notifier {
  const inFlight = new Map<string, { address: string; done: Promise<void> }>();
  const cutOff = new AbortController();
  const budgets = openBudgets(notify.elapsedMs);
  const parking = openParking(notify.elapsedMs);
  const owner = watchOwner(notify);
  const holding = openHolding();
  /** A claim that got no answer, and when it was first asked for: it is repeated, and not left to its leases. */
  let unanswered: { token: string; claimedAtMs: number } | undefined;

  function rooms(): Room[] {
    const used = new Map<string, number>();
    for (const { address } of inFlight.values()) used.set(address, (used.get(address) ?? 0) + 1);
    return [...notify.destinations().values()].flatMap(({ address, timeoutMs, pace, ways }) => {
      const slots = slotsEach - (used.get(address) ?? 0);
      const room = { address, slots, leaseMs: timeoutMs + leaseMarginMs, lateMs: ways.fallbackAfterMs };
      return slots > 0 ? [pace === 'none' ? room : { ...room, pace }] : [];
    });
  }

  function begin(claimed: ClaimedNotification, moment: Pick<AttemptContext, 'now' | 'claimedAtMs' | 'heldBy'>): void {
    const done = attempt(claimed, { notify, budgets, parking, owner, ...moment, signal: cutOff.signal })
      .catch((err) => notify.log.error({ err, notification: claimed.id }, 'attempt.failed'))
      .finally(() => {
        inFlight.delete(claimed.id);
        wake();
      });
    inFlight.set(claimed.id, { address: claimed.address, done });
  }

  /** What waited for a credential that was exchanged is told at once. */
  async function freeExchanged(): Promise<void> {
    if (parking.parked().length === 0) return;
    const ids = parking.freeAllBut(new Set([...notify.destinations().values()].map((each) => each.credential)));
    if (ids.length > 0) await notify.ledger.revive({ ids });
  }

  return {
    async turn() {
      await freeExchanged();
      const open = rooms();
      if (open.length === 0) return idleMs;
      unanswered ??= { token: notify.newToken(), claimedAtMs: notify.elapsedMs() };
      const { token, claimedAtMs } = unanswered;
      const claim = { token, rooms: open, holding: [...inFlight.keys()] };
      const { now, notifications, nextInMs, silences } = await notify.ledger.claimNotifications(claim);
      unanswered = undefined;
      const heldBy = holding(silences, now);
      for (const each of notifications) begin(each, { now, claimedAtMs, heldBy });
      const soonestMs = notifications.length > 0 ? 0 : 1;
      return Math.min(idleMs, Math.max(soonestMs, nextInMs ?? idleMs));
    },
    async drain(graceMs) {
      const timer = setTimeout(() => cutOff.abort(), graceMs);
      await Promise.all([...inFlight.values()].map((each) => each.done));
      clearTimeout(timer);
    },
    parked: parking.parked,
    troubles() {
      const untellable = owner.trouble();
      return [...parking.parked().map(parkedWords), ...(untellable === undefined ? [] : [untellable])];
    },
  };
}

function parkedWords({ destination, why, since, waiting }: Parked): string {
  const count = `${waiting} ${waiting === 1 ? 'notification waits' : 'notifications wait'}`;
  return `the credential of ${destination} is refused since ${momentWords(since)}, and ${count} for it: ${why}`;
}
