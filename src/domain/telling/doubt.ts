import type { Severity } from '../incident/incident.ts';
import type { Told, Ways } from './notification.ts';
import { mostLooks } from './notification.ts';
import type { Telling } from './telling.ts';

/**
 * A call that was given up may still come through, after what was told since: its server is slow, or a proxy had kept
 * it. Hardly anybody keeps one for so long after whoever made it has gone, and the next episode waits no longer for it.
 */
const doubtMs = 10_000;

type Call = { act: Telling['act']; ref?: string | undefined; revision: number; severity: Severity };

/** The record with a call that may still come through. */
export function doubted(told: Told, { act, ref, revision, severity }: Call, at: number): Told {
  if (act === 'reply' || act === 'notice') return told;
  const before = told.doubt ?? { revision, severities: [], isOver: false, posts: false };
  return {
    ...told,
    doubt: {
      at,
      revision: Math.min(before.revision, revision),
      severities: act === 'resolve' ? before.severities : [...new Set([...before.severities, severity])],
      isOver: before.isOver || act === 'resolve',
      posts: before.posts || ref === undefined,
    },
  };
}

type Now = { now: number; isOver: boolean };

/**
 * How long until what may still come through, and says otherwise, has; `undefined` where nothing does. An end is waited
 * for also where it says what is true: it would end the next episode, where that goes under the same key.
 */
export function doubtRestMs(told: Told, { now, isOver }: Now, ways: Ways): number | undefined {
  const { doubt } = told;
  if (!doubt) return undefined;
  const endsNext = ways.folds && doubt.isOver;
  return endsNext || saysOtherwise(told, isOver, ways) ? restMs(doubt.at, now) : undefined;
}

function restMs(at: number, now: number): number {
  const sinceMs = now - at;
  // Far in the future: the clock went back, and how long it has been nobody knows.
  return Math.abs(sinceMs) >= doubtMs ? 0 : Math.min(doubtMs, doubtMs - sinceMs);
}

/**
 * Whether what may still come through says something else than what stands there. Of a message that cannot be edited
 * only the opposite and another severity matter; where nothing stands, anything does that may be found and ended.
 */
function saysOtherwise({ doubt, parts, opened }: Told, isOver: boolean, ways: Ways): boolean {
  if (parts.length === 0) return ways.finds && opened === 'no';
  const { severities = [] } = doubt ?? {};
  if (!ways.edits) return severities.some((severity) => isOver || severity !== parts[0]?.severity);
  return parts.some(({ revision }) => revision !== doubt?.revision);
}

/**
 * The record once whatever may still come through has: where that says otherwise, what stands there is told once more,
 * and what may have been posted is looked for.
 */
export function withoutDoubt(told: Told, when: Now, ways: Ways): Told {
  const { doubt, ...rest } = told;
  if (!doubt || restMs(doubt.at, when.now) > 0) return told;
  const isMisled = saysOtherwise(told, when.isOver, ways);
  if (told.parts.length === 0) return isMisled ? { ...rest, opened: 'maybe', sought: mostLooks - 1 } : rest;
  const known: Told = ways.finds && doubt.posts ? { ...rest, mayHaveCopies: true } : rest;
  if (!isMisled) return known;
  // A late end of the episode before may have closed what somebody had acknowledged.
  return { ...known, parts: told.parts.map(({ acknowledged: _a, ...part }) => ({ ...part, revision: -1 })) };
}
