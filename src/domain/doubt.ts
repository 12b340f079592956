import type { Told, Ways } from './notification.ts';
import { mostLooks } from './notification.ts';
import type { Telling } from './telling.ts';

/**
 * A call that was given up may still come through, after what was told since: its server is slow, or a proxy had kept
 * it. Hardly anybody keeps one for so long after whoever made it has gone.
 */
const doubtMs = 30_000;

/** The record with a call that may still come through. */
export function doubted(told: Told, call: { act: Telling['act']; ref?: string | undefined }, at: number): Told {
  const { act, ref } = call;
  if (act === 'reply' || act === 'notice') return told;
  const { isOpen = false, posts = false } = told.doubt ?? {};
  return { ...told, doubt: { at, isOpen: isOpen || act !== 'resolve', posts: posts || ref === undefined } };
}

/** How long until what may still come through has; `undefined` where nothing may. */
export function doubtRestMs({ doubt }: Told, now: number): number | undefined {
  if (!doubt) return undefined;
  // In the future: the clock went back, and would have to come round again.
  return Math.max(0, Math.min(doubtMs, doubt.at + doubtMs - now));
}

/**
 * The record once whatever may still come through has: what stands there is told once more, and what may have been
 * posted is looked for. A post that cannot be edited is repeated only where it said the opposite.
 */
export function withoutDoubt(told: Told, { now, isOver }: { now: number; isOver: boolean }, ways: Ways): Told {
  const { doubt, ...rest } = told;
  if (!doubt || doubtRestMs(told, now) !== 0) return told;
  if (told.parts.length === 0) {
    const isSoughtOnceMore = ways.finds && told.opened === 'no';
    return isSoughtOnceMore ? { ...rest, opened: 'maybe', sought: mostLooks - 1 } : rest;
  }
  if (!ways.edits && !(isOver && doubt.isOpen)) return rest;
  // A late end of the episode before may have closed what somebody had acknowledged.
  const parts = told.parts.map(({ acknowledged: _a, ...part }) => ({ ...part, revision: -1 }));
  return { ...rest, parts, ...(ways.finds && doubt.posts ? { mayHaveCopies: true } : {}) };
}
