import type { Cause, CauseVerdict, Counting, Mark, RingEntry } from './incident.ts';

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

/**
 * The cause after one event. It is judged from its ring alone, in the order of event time, so that the result does not
 * depend on which delivery was routed first.
 */
export function hear(cause: Cause, heard: Heard): { cause: Cause; effect: Effect } {
  if (cause.floor && compareMarks(heard.mark, cause.floor) <= 0) return { cause, effect: 'late' };
  const heardAt = Math.max(cause.heardAt, heard.receivedAt);
  if (heard.verdict === 'unknown') return { cause: { ...cause, heardAt }, effect: 'noted' };
  const ring = withEntry(cause.ring, { ...heard.mark, verdict: heard.verdict, stale: heard.stale }, heard.counting);
  const newest = ring.at(-1);
  const firing = newest?.firing ?? false;
  return {
    cause: { ...cause, ring, firing, heardAt },
    effect: effectOf(cause.firing, firing, newest?.seq === heard.mark.seq && newest.verdict === 'match'),
  };
}

function effectOf(before: boolean, after: boolean, isNewestMatch: boolean): Effect {
  if (before !== after) return after ? 'fires' : 'ends';
  return after && isNewestMatch ? 'again' : 'noted';
}

/** A cause with nothing in its ring, deaf to what is not newer than the newest that said something. */
export function emptied(cause: Cause, floor: Mark | undefined = newestTelling(cause)): Cause {
  const { said: _said, floor: _floor, ...rest } = cause;
  return { ...rest, firing: false, ring: [], ...(floor ? { floor } : {}) };
}

/** What says nothing either way is no floor: whether it came before or after, a match it follows is news. */
function newestTelling(cause: Cause): Mark | undefined {
  const newest = cause.ring.findLast((entry) => entry.verdict !== 'neither');
  if (!newest) return cause.floor;
  const { at, ends, seq } = newest;
  return { at, ends, seq };
}

/** Entries with their states, told anew from where the new one stands; what came before a full ring is too late. */
function withEntry(ring: RingEntry[], entry: Omit<RingEntry, 'firing'>, counting: Counting): RingEntry[] {
  const kept = Math.max(counting.fire.of, counting.clear) + spareEntries;
  const others = ring.filter((each) => each.seq !== entry.seq);
  const place = others.findLastIndex((each) => compareMarks(each, entry) < 0) + 1;
  if (place === 0 && others.length >= kept) return ring;
  const placed = others.slice(0, place);
  for (const each of [entry, ...others.slice(place)]) {
    placed.push({ ...each, firing: isFiring([...placed, each], placed.at(-1)?.firing ?? false, counting) });
  }
  return placed.slice(-kept);
}

/** Whether it fires after the last of these, given whether it fired before: only a match opens, only a clear ends. */
function isFiring(heard: Omit<RingEntry, 'firing'>[], firing: boolean, counting: Counting): boolean {
  const newest = heard.at(-1);
  if (newest?.verdict === 'match' && !firing) {
    const matches = heard.slice(-counting.fire.of).filter((entry) => entry.verdict === 'match').length;
    return matches >= counting.fire.count && !newest.stale;
  }
  if (newest?.verdict === 'clear' && firing) {
    const run = heard.slice(-counting.clear);
    return !(run.length === counting.clear && run.every((entry) => entry.verdict === 'clear'));
  }
  return firing;
}

/** By event time; at equal times what ends comes after what it ends; then by the ledger's number. */
export function compareMarks(a: Mark, b: Mark): number {
  return a.at - b.at || Number(a.ends) - Number(b.ends) || a.seq - b.seq;
}
