import type { Cause } from './incident.ts';

/** What is needed to say that nothing was heard: when we listened, and what was received and not looked at yet. */
export type Listening = {
  now: number;
  oldestUnroutedAt?: number;
  gaps: readonly { from: number; until: number }[];
};

/** While something older waits to be routed it is looked at again, at first after this long, then ever less often. */
export const lookAgainMs = 1_000;
const longestPauseMs = 60_000;

/** What is absent for so many times as long as it takes to open is given up. */
const mostPeriods = 10;

/** How long nothing must be heard until that changes the cause; infinite where it changes nothing. */
export function quietMsOf({ firing, absent, resolveAfterMs = Number.POSITIVE_INFINITY }: Cause): number {
  if (absent) return firing ? mostPeriods * absent.forMs : absent.forMs;
  return firing ? resolveAfterMs : Number.POSITIVE_INFINITY;
}

/** How much longer nothing must be heard, while somebody listens, until that changes the cause. */
export function quietRestMs(cause: Cause, { now, oldestUnroutedAt, gaps }: Listening): number {
  const quietMs = quietMsOf(cause);
  if (quietMs === Number.POSITIVE_INFINITY) return quietMs;
  const deafMs = gaps.reduce(
    (sum, gap) => sum + Math.max(0, Math.min(gap.until, now) - Math.max(gap.from, cause.heardAt)),
    0,
  );
  const overAt = cause.heardAt + quietMs + deafMs;
  if (overAt > now) return overAt - now;
  const isWaiting = oldestUnroutedAt !== undefined && oldestUnroutedAt <= overAt;
  return isWaiting ? Math.min(longestPauseMs, Math.max(lookAgainMs, now - overAt)) : 0;
}
