import { emptied } from './cause.ts';
import type { Cause, Incident } from './incident.ts';
import type { Settled } from './settle.ts';
import { settle } from './settle.ts';

/** What is needed to say that nothing was heard: when we listened, and what was received and not looked at yet. */
export type Listening = {
  now: number;
  oldestUnroutedAt?: number;
  gaps: readonly { from: number; until: number }[];
};

/** While something older waits to be routed, look again after this long. */
const lookAgainMs = 1_000;

/**
 * The incident after its quiet causes ended: those that were not heard of for `resolveAfterMs` while somebody listened.
 * Otherwise the incident with the moment to look again.
 */
export function afterQuiet(incident: Incident, listening: Listening): Settled {
  const looked = incident.causes.map((cause) => ({ cause, restMs: restMs(cause, listening) }));
  const causes = looked.map(({ cause, restMs }) => (restMs <= 0 ? emptied(cause) : cause));
  const longest = Math.max(
    0,
    ...looked.filter((each) => each.restMs <= 0).map(({ cause }) => cause.resolveAfterMs ?? 0),
  );
  const settled = settle(incident, causes, {
    now: listening.now,
    joining: [],
    keyless: false,
    end: { why: 'quiet', quietMs: longest },
  });
  const rest = Math.min(...looked.filter((each) => each.restMs > 0).map((each) => each.restMs));
  if (!settled.incident.open || rest === Number.POSITIVE_INFINITY) return settled;
  return { ...settled, incident: { ...settled.incident, wakeAt: listening.now + rest } };
}

/** How much longer it must be quiet; infinite where quiet ends nothing. */
function restMs(cause: Cause, { now, oldestUnroutedAt, gaps }: Listening): number {
  if (!cause.firing || cause.resolveAfterMs === undefined) return Number.POSITIVE_INFINITY;
  const deafMs = gaps.reduce(
    (sum, gap) => sum + Math.max(0, Math.min(gap.until, now) - Math.max(gap.from, cause.heardAt)),
    0,
  );
  const overAt = cause.heardAt + cause.resolveAfterMs + deafMs;
  if (overAt > now) return overAt - now;
  return oldestUnroutedAt !== undefined && oldestUnroutedAt <= overAt ? lookAgainMs : 0;
}
