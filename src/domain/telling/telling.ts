import type { Episode, EpisodeChange } from '../incident/incident.ts';
import { severities } from '../incident/incident.ts';
import { doubtRestMs } from './doubt.ts';
import type { Part, Told, Ways } from './notification.ts';
import { fittingKey, lookAgainMs, mostLooks } from './notification.ts';
import { owedReplies } from './thread.ts';

/** The next thing to do for a notification. */
export type Telling =
  | { act: 'open'; key: string }
  | { act: 'notice' }
  | { act: 'update' | 'resolve'; key: string; part: number; ref: string | undefined }
  | { act: 'acknowledge'; key: string; part: number; ref: string }
  | { act: 'reply'; change: EpisodeChange; ref: string }
  /** Look whether it stands there already: the root, copies of it, or a reply below it. */
  | { act: 'find'; reply?: { change: EpisodeChange; below: string } }
  | { act: 'nothing' }
  | Wait
  /** Store that this notification goes under a key of its own, then look again. */
  | { act: 'rekey'; ownKey: string; why: string };

/** Not now: until what `for` names is over, or, without it, until the time has passed. */
export type Wait = { act: 'wait'; for?: string; why: string; afterMs: number };

/** What rings is held back: by the snooze or silence that `for` names, for so long. */
export type Held = { for: string; why: string; restMs: number };

export type Judged = {
  episode: Episode;
  told: Told;
  /** What is late counts from there. */
  owedSince: number;
  predecessor?: { id: string; dead?: true } | undefined;
  held?: Held | undefined;
  now: number;
};

/**
 * What something waits for may be over before its time, and a clock may be set: it is looked at again in between. Below
 * what a ledger takes for a moment from before its clock went back (15 min).
 */
const longestWaitMs = 600_000;

/**
 * The next thing to tell, from what is true now and what was told. `nothing` is said only if what stands at the
 * destination is the truth, or nothing can stand there, and nothing may still come through that says otherwise.
 */
export function nextTelling(judged: Judged, ways: Ways): Telling {
  const next = nextChange(judged, ways);
  if (next.act === 'wait') return { ...next, afterMs: Math.min(next.afterMs, longestWaitMs) };
  const { episode, told, now } = judged;
  const when = { now, isOver: episode.end !== undefined };
  const afterMs = next.act === 'nothing' ? doubtRestMs(told, when, ways) : undefined;
  if (afterMs === undefined) return next;
  return { act: 'wait', why: 'what was told without an answer may still come through: then it is told anew', afterMs };
}

function nextChange(judged: Judged, ways: Ways): Telling {
  const { episode, told, held } = judged;
  const [root] = told.parts;
  if (ways.finds && told.opened === 'maybe' && !root && (told.sought ?? 0) < mostLooks) {
    return lookWait(told, judged.now) ?? { act: 'find' };
  }
  if (episode.kind === 'notice') {
    if (told.opened === 'yes') return { act: 'nothing' };
    return held ? holding(held) : { act: 'notice' };
  }
  if (!root) return firstTelling(judged, ways);
  const edit = nextEdit(judged, root, ways);
  if (edit && edit.act !== 'wait') return edit;
  const reply = ways.threads ? nextReply(judged, root, ways) : undefined;
  if (reply && reply.act !== 'wait') return reply;
  if (told.mayHaveCopies) return { act: 'find' };
  return edit ?? reply ?? { act: 'nothing' };
}

/** What is owed meanwhile makes it due at once, and would make of two looks one. */
function lookWait({ soughtAt = Number.NEGATIVE_INFINITY }: { soughtAt?: number }, now: number): Wait | undefined {
  const sinceMs = now - soughtAt;
  // In the future: the clock went back, and would have to come round again.
  if (Math.abs(sinceMs) >= lookAgainMs) return undefined;
  const why = 'it was not there a moment ago: it is looked for once more';
  return { act: 'wait', why, afterMs: Math.min(lookAgainMs, lookAgainMs - sinceMs) };
}

function holding({ for: holder, why, restMs }: Held): Wait {
  return { act: 'wait', for: holder, why, afterMs: restMs };
}

/** Nothing is known to stand there. */
function firstTelling(judged: Judged, ways: Ways): Telling {
  const { episode, told, held, predecessor } = judged;
  const key = told.ownKey ?? episode.key;
  if (episode.end) {
    return told.opened === 'no' ? { act: 'nothing' } : { act: 'resolve', key, part: 0, ref: undefined };
  }
  if (held) return holding(held);
  if (!ways.folds || !predecessor || told.ownKey !== undefined) return { act: 'open', key };
  return besidePredecessor(judged, predecessor, ways);
}

function besidePredecessor(judged: Judged, predecessor: { id: string; dead?: true }, ways: Ways): Telling {
  const { episode, told, owedSince, now } = judged;
  // What a late holder may have told under the incident's key is ended under it: only what surely was not told may leave it.
  const isBound = told.opened === 'maybe';
  const ownKey = fittingKey(`${episode.key}#${episode.number}`);
  if (predecessor.dead) {
    if (isBound) return { act: 'open', key: episode.key };
    return { act: 'rekey', ownKey, why: `the end of the episode before was given up here: goes under ${ownKey}` };
  }
  const afterMs = isBound ? ways.fallbackAfterMs : owedSince + ways.fallbackAfterMs - now;
  if (afterMs <= 0) return { act: 'rekey', ownKey, why: `the episode before has not ended here: goes under ${ownKey}` };
  const why = 'the end of the episode before is still to be told here';
  return { act: 'wait', for: predecessor.id, why, afterMs };
}

/** What stands there is brought to the truth: what cannot wait first, and an acknowledgement before all but an end. */
function nextEdit(judged: Judged, root: Part, ways: Ways): Telling | undefined {
  const { episode, told } = judged;
  const key = told.ownKey ?? episode.key;
  const isThere = root.revision >= 0;
  const { acknowledged } = episode;
  if (ways.acknowledges && isThere && acknowledged && !episode.end && root.acknowledged !== acknowledged.at) {
    return { act: 'acknowledge', key, part: 0, ref: root.ref };
  }
  const waits: Wait[] = [];
  for (const [index, part] of told.parts.entries()) {
    if (!isBehind(part, episode, ways)) continue;
    const wait = editWait(judged, part, ways);
    if (!wait) return { act: episode.end ? 'resolve' : 'update', key, part: index, ref: part.ref };
    waits.push(wait);
  }
  return waits.toSorted((a, b) => a.afterMs - b.afterMs)[0];
}

/**
 * Where nothing can be edited, only an end or another severity is worth saying again; where who has it is told by a call
 * of its own, what people did besides is nothing that is seen there, and might ring what was ended there.
 */
function isBehind(part: Part, episode: Episode, ways: Ways): boolean {
  const heard = ways.acknowledges && !episode.end ? episode.heardRevision : undefined;
  if (part.revision >= (heard ?? episode.revision)) return false;
  return ways.edits || part.revision < 0 || episode.end !== undefined || part.severity !== episode.severity;
}

/** How long an edit waits: one that rings for whoever holds that back, one that is not urgent for the next. */
function editWait({ episode, held, now }: Judged, part: Part, ways: Ways): Wait | undefined {
  if (episode.end) return undefined;
  const isRise = severities.indexOf(episode.severity) < severities.indexOf(part.severity);
  const rings = ways.edits ? isRise && ways.folds : isRise || part.revision < 0;
  if (rings && held) return holding(held);
  const isUrgent = isRise || episode.changes?.some((change) => change.revision > part.revision);
  const sinceMs = now - part.at;
  // Told in the future: the clock went back, and would have to come round again.
  const isRecent = Math.abs(sinceMs) < ways.editEveryMs;
  if (isUrgent || !isRecent) return undefined;
  const afterMs = Math.min(ways.editEveryMs, ways.editEveryMs - sinceMs);
  return { act: 'wait', why: 'it was told a moment ago: what changed since is told in one edit', afterMs };
}

/** A reply about a rise rings, and is held back without holding up the others. */
function nextReply({ episode, told, held, now }: Judged, root: Part, ways: Ways): Telling | undefined {
  const owed = owedReplies(told, episode);
  const first = owed.find(({ change }) => !held || change.what !== 'raised');
  if (first) {
    const { change, reply } = first;
    const isToBeFound = ways.finds && reply !== undefined && (reply.sought ?? 0) < mostLooks;
    if (isToBeFound) return lookWait(reply, now) ?? { act: 'find', reply: { change, below: root.ref } };
    return { act: 'reply', change, ref: root.ref };
  }
  return held && owed.length > 0 && !episode.end ? holding(held) : undefined;
}
