import type { Cause } from './incident.ts';

/** What is needed to say that nothing was heard: when we listened, and what was received and not looked at yet. */
export type Listening = {
  now: number;
  oldestUnroutedAt?: number;
  gaps: readonly { from: number; until: number }[];
};

/** While something older waits to be routed, look again after this long. */
const lookAgainMs = 1_000;

/** How much longer it must be quiet, while somebody listens, until the cause is over; infinite where quiet ends nothing. */
export function quietRestMs(cause: Cause, { now, oldestUnroutedAt, gaps }: Listening): number {
  if (!cause.firing || cause.resolveAfterMs === undefined) return Number.POSITIVE_INFINITY;
  const deafMs = gaps.reduce(
    (sum, gap) => sum + Math.max(0, Math.min(gap.until, now) - Math.max(gap.from, cause.heardAt)),
    0,
  );
  const overAt = cause.heardAt + cause.resolveAfterMs + deafMs;
  if (overAt > now) return overAt - now;
  return oldestUnroutedAt !== undefined && oldestUnroutedAt <= overAt ? lookAgainMs : 0;
}
