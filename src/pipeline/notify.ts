import type { Logger } from 'pino';
import type { Destination } from '../destinations/destination.ts';
import type { ClaimedNotification, Outbox, Room } from '../ledger/outbox.ts';
import { attempt } from './attempt.ts';

/** What telling needs. */
export type Notify = {
  ledger: Outbox;
  /** By address: every address something can be told at. */
  destinations: () => ReadonlyMap<string, Destination>;
  owner: () => { address: string; destination: string } | undefined;
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
};

export function notifier(notify: Notify, wake: () => void): Notifier {
  const inFlight = new Map<string, { address: string; done: Promise<void> }>();
  const cutOff = new AbortController();

  function rooms(): Room[] {
    const used = new Map<string, number>();
    for (const { address } of inFlight.values()) used.set(address, (used.get(address) ?? 0) + 1);
    return [...notify.destinations().values()].flatMap(({ address, timeoutMs, pace }) => {
      const slots = slotsEach - (used.get(address) ?? 0);
      const room = { address, slots, leaseMs: timeoutMs + leaseMarginMs };
      return slots > 0 ? [pace === 'none' ? room : { ...room, pace }] : [];
    });
  }

  function begin(claimed: ClaimedNotification, moment: { now: number; claimedAtMs: number }): void {
    const done = attempt(claimed, { notify, ...moment, signal: cutOff.signal })
      .catch((err) => notify.log.error({ err, notification: claimed.id }, 'attempt.failed'))
      .finally(() => {
        inFlight.delete(claimed.id);
        wake();
      });
    inFlight.set(claimed.id, { address: claimed.address, done });
  }

  return {
    async turn() {
      const open = rooms();
      if (open.length === 0) return idleMs;
      const claimedAtMs = notify.elapsedMs();
      const claim = { token: notify.newToken(), rooms: open, holding: [...inFlight.keys()] };
      const { now, notifications, nextInMs } = await notify.ledger.claimNotifications(claim);
      for (const each of notifications) begin(each, { now, claimedAtMs });
      const soonestMs = notifications.length > 0 ? 0 : 1;
      return Math.min(idleMs, Math.max(soonestMs, nextInMs ?? idleMs));
    },
    async drain(graceMs) {
      const timer = setTimeout(() => cutOff.abort(), graceMs);
      await Promise.all([...inFlight.values()].map((each) => each.done));
      clearTimeout(timer);
    },
  };
}
