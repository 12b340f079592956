import type { DatabaseSync } from 'node:sqlite';
import type { Room } from '../outbox.ts';

/** Spent further ahead than this beyond the burst: it was drawn before the clock went back. */
const clockBackMs = 60_000;

/** In place of what a token costs: none was drawn, and nothing is told. */
export const beyondPace = -1;

type Pace = NonNullable<Room['pace']>;

/** The pace of each address, one for all openings. Within a write. */
export type Paces = {
  /** How many may be claimed there now, and from when on there is at least one. */
  room(room: Room, now: number): { tokens: number; opensAt: number };
  /** Draws tokens; what each of them costs, to be given back with `refund`. */
  draw(room: Room, count: number, now: number): number;
  refund(address: string, drawnMs: number): void;
  pause(address: string, pauseMs: number, now: number): void;
};

/**
 * A token bucket kept as one moment, until when the pace is spent: each token moves it one interval on, and the burst
 * is how far it may run ahead of the clock.
 */
export function makePaces(db: DatabaseSync): Paces {
  const find = db.prepare('SELECT spent_until, paused_at, paused_until FROM paces WHERE address = :address');
  const spend = db.prepare(
    `INSERT INTO paces (address, spent_until) VALUES (:address, :until)
     ON CONFLICT (address) DO UPDATE SET spent_until = excluded.spent_until`,
  );
  const refund = db.prepare('UPDATE paces SET spent_until = spent_until - :drawnMs WHERE address = :address');
  const pause = db.prepare(
    `INSERT INTO paces (address, paused_at, paused_until) VALUES (:address, :now, :until)
     ON CONFLICT (address) DO UPDATE SET paused_at = excluded.paused_at,
       paused_until = max(paused_until, excluded.paused_until)`,
  );
  const rowOf = (address: string) => find.get({ address }) as PaceRow | undefined;

  return {
    room({ address, pace }, now) {
      const row = rowOf(address);
      const pausedUntil = row && now >= row.paused_at - clockBackMs ? row.paused_until : 0;
      if (pausedUntil > now) return { tokens: 0, opensAt: pausedUntil };
      if (!pace) return { tokens: Number.POSITIVE_INFINITY, opensAt: now };
      const interval = intervalMs(pace);
      const ahead = spentUntil(row, pace, now) - now;
      return {
        tokens: Math.max(0, Math.floor(pace.burst - ahead / interval + rounding)),
        opensAt: now + Math.max(0, ahead - (pace.burst - 1) * interval),
      };
    },
    draw({ address, pace }, count, now) {
      if (!pace || count === 0) return 0;
      const interval = intervalMs(pace);
      spend.run({ address, until: spentUntil(rowOf(address), pace, now) + count * interval });
      return interval;
    },
    refund: (address, drawnMs) => void refund.run({ address, drawnMs: Math.max(0, drawnMs) }),
    pause: (address, pauseMs, now) => void pause.run({ address, now, until: Math.ceil(now + pauseMs) }),
  };
}

/** Keeps a whole token whole where intervals are no whole milliseconds. */
const rounding = 1e-6;

type PaceRow = { spent_until: number; paused_at: number; paused_until: number };

const intervalMs = (pace: Pace) => 60_000 / pace.perMinute;

function spentUntil(row: PaceRow | undefined, pace: Pace, now: number): number {
  const spent = row?.spent_until ?? 0;
  const goneBack = spent > now + pace.burst * intervalMs(pace) + clockBackMs;
  return goneBack ? now : Math.max(spent, now);
}
