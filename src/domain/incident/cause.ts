import type { Cause, CauseVerdict, Counting, Floor, Mark, RingEntry } from './incident.ts';

/** One event, as one cause hears it. */
export type Heard = {
  mark: Mark;
  verdict: CauseVerdict;
  /** Too old at receipt to open anything. */
  stale: boolean;
  receivedAt: number;
  counting: Counting;
};

/**
 * What hearing it did. `late`: it is not newer than what is over, and changed nothing. `fires`, `ends`: the cause
 * turned. `again`: the newest match of a cause that fires. `noted`: it took its place, or only broke the quiet.
 */
export type Effect = 'late' | 'fires' | 'again' | 'ends' | 'noted';

/** Entries kept beyond those that count, so that late arrivals find their place. */
const spareEntries = 8;

/** One match opens, one clear ends. */
export const once: Counting = { fire: { count: 1, of: 1 }, clear: 1 };

/**
 * The cause after one event. It is judged from its ring alone, in the order of event time, so that the result does not
 * depend on which delivery was routed first.
 */
export function hear(cause: Cause, heard: Heard): { cause: Cause; effect: Effect } {
  if (cause.floor && compareMarks(heard.mark, cause.floor) <= 0) return { cause, effect: 'late' };
  const after = { ...cause, heardAt: Math.max(cause.heardAt, heard.receivedAt) };
  const { mark, verdict, stale, counting } = heard;
  if (verdict === 'unknown' || (cause.forgotten && compareMarks(mark, cause.forgotten) <= 0)) {
    return { cause: after, effect: 'noted' };
  }
  const entry = { ...mark, verdict, stale, ...(isOnce(counting) ? {} : { counting }) };
  const remembered = withEntry(cause.ring, entry);
  const newest = remembered.ring.at(-1);
  const firing = newest?.firing ?? false;
  const isNewestMatch = newest?.seq === mark.seq && newest.verdict === 'match';
  return { cause: { ...after, ...remembered, firing }, effect: effectOf(cause.firing, firing, isNewestMatch) };
}

function effectOf(before: boolean, after: boolean, isNewestMatch: boolean): Effect {
  if (before !== after) return after ? 'fires' : 'ends';
  return after && isNewestMatch ? 'again' : 'noted';
}

/**
 * A cause with nothing in its ring, over with that episode: deaf to what is not newer than the newest that said
 * something, than what is forgotten, and than `until`. Nobody waits any more for what was absent, unless it came.
 */
export function emptied(cause: Cause, episode: number, until?: Mark): Cause {
  const { said, absent, usual, forgotten, floor: before, orphan: _orphan, ...rest } = cause;
  const ends = [newestTelling(cause.ring), forgotten, until].flatMap((mark) => (mark ? [floorAt(mark, episode)] : []));
  const floor = latest([...(before ? [before] : []), ...ends]);
  return {
    ...rest,
    firing: false,
    ring: [],
    ...(floor ? { floor } : {}),
    ...(usual ? { usual: { metric: usual.metric, values: usual.values } } : {}),
    ...(absent && said && !cause.firing ? { absent, said } : {}),
  };
}

/** The newest event that ended one of these; `undefined` where none was ended by an event. */
export function endOf(causes: readonly Cause[]): Mark | undefined {
  const ends = causes.flatMap(({ ring }) => ring.filter((entry, i) => !entry.firing && ring[i - 1]?.firing));
  return ends.toSorted(compareMarks).at(-1);
}

/** As `emptied`, but for what is newer than the event that ended it: that was heard too early, and counts from now on. */
export function emptiedUpTo(end: Mark, cause: Cause, episode: number): Cause {
  const isLater = (entry: RingEntry) => compareMarks(entry, end) > 0;
  const ring = cause.ring.filter((entry) => !isLater(entry));
  return { ...emptied({ ...cause, ring }, episode), ring: cause.ring.filter(isLater) };
}

/** What says nothing either way is no floor: whether it came before or after, a match it follows is news. */
function newestTelling(ring: RingEntry[]): Mark | undefined {
  return ring.findLast((entry) => entry.verdict !== 'neither');
}

export function floorAt({ at, ends, seq }: Mark, episode: number): Floor {
  return { at, ends, seq, episode };
}

export function latest(floors: Floor[]): Floor | undefined {
  return floors.reduce<Floor | undefined>(
    (late, each) => (late && compareMarks(late, each) >= 0 ? late : each),
    undefined,
  );
}

/**
 * Entries with their states, told anew from where the new one stands. Each is judged by how the rule counted when it
 * was heard, and those that may be judged again have all before them that counts.
 */
function withEntry(ring: RingEntry[], entry: Omit<RingEntry, 'firing'>): Pick<Cause, 'ring' | 'forgotten'> {
  const others = ring.filter((each) => each.seq !== entry.seq);
  const place = others.findLastIndex((each) => compareMarks(each, entry) < 0) + 1;
  const placed = others.slice(0, place);
  for (const each of [entry, ...others.slice(place)]) {
    placed.push({ ...each, firing: isFiring([...placed, each], placed.at(-1)?.firing ?? false, countingOf(each)) });
  }
  const counted = Math.max(...placed.map((each) => widthOf(countingOf(each))));
  const kept = placed.slice(-(counted + spareEntries));
  const oldest = placed.length > kept.length ? kept[counted - 1] : undefined;
  return { ring: kept, ...(oldest ? { forgotten: { at: oldest.at, ends: oldest.ends, seq: oldest.seq } } : {}) };
}

/** Whether it fires after the last of these, given whether it fired before: only a match opens, only a clear ends. */
function isFiring(heard: Omit<RingEntry, 'firing'>[], firing: boolean, counting: Counting): boolean {
  const newest = heard.at(-1);
  if (newest?.verdict === 'match' && !firing) {
    return matchesIn(heard, counting) >= counting.fire.count && !newest.stale;
  }
  if (newest?.verdict === 'clear' && firing) return clearsIn(heard) < counting.clear;
  return firing;
}

/** How many of the last that count are matches. */
export function matchesIn(heard: readonly Pick<RingEntry, 'verdict'>[], { fire }: Counting): number {
  return heard.slice(-fire.of).filter((entry) => entry.verdict === 'match').length;
}

/** How many clears in a row these end with. */
export function clearsIn(heard: readonly Pick<RingEntry, 'verdict'>[]): number {
  return heard.length - 1 - heard.findLastIndex((entry) => entry.verdict !== 'clear');
}

const countingOf = (entry: Pick<RingEntry, 'counting'>): Counting => entry.counting ?? once;

const widthOf = ({ fire, clear }: Counting): number => Math.max(fire.of, clear);

export const isOnce = (counting: Counting): boolean => widthOf(counting) === 1;

/** By event time; at equal times what ends comes after what it ends; then by the ledger's number. */
export function compareMarks(a: Mark, b: Mark): number {
  return a.at - b.at || Number(a.ends) - Number(b.ends) || a.seq - b.seq;
}
