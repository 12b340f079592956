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
  const entry: RingEntry = { ...heard.mark, verdict: heard.verdict, stale: heard.stale };
  const ring = withEntry(cause.ring, entry, heard.counting);
  const firing = isFiring(ring, cause.firing, heard.counting);
  return {
    cause: { ...cause, ring, firing, heardAt },
    effect: effectOf(cause.firing, firing, ring.at(-1) === entry && entry),
  };
}

function effectOf(before: boolean, after: boolean, newest: RingEntry | false): Effect {
  if (before !== after) return after ? 'fires' : 'ends';
  return after && newest && newest.verdict === 'match' ? 'again' : 'noted';
}

/** A cause with nothing in its ring, deaf to what is not newer than it heard so far. */
export function emptied(cause: Cause, floor: Mark | undefined = newestMark(cause)): Cause {
  const { said: _said, floor: _floor, ...rest } = cause;
  return { ...rest, firing: false, ring: [], ...(floor ? { floor } : {}) };
}

function newestMark(cause: Cause): Mark | undefined {
  const newest = cause.ring.at(-1);
  if (!newest) return cause.floor;
  const { at, ends, seq } = newest;
  return { at, ends, seq };
}

function withEntry(ring: readonly RingEntry[], entry: RingEntry, counting: Counting): RingEntry[] {
  const others = ring.filter((each) => each.seq !== entry.seq);
  const place = others.findLastIndex((each) => compareMarks(each, entry) < 0) + 1;
  const kept = Math.max(counting.fire.of, counting.clear) + spareEntries;
  return others.toSpliced(place, 0, entry).slice(-kept);
}

/** Trailing entries that say nothing either way are passed over: in whichever order they came, they turn nothing. */
function isFiring(ring: readonly RingEntry[], firing: boolean, counting: Counting): boolean {
  const telling = ring.slice(0, ring.findLastIndex((entry) => entry.verdict !== 'neither') + 1);
  const newest = telling.at(-1);
  if (newest?.verdict === 'match' && !firing) {
    const matches = telling.slice(-counting.fire.of).filter((entry) => entry.verdict === 'match').length;
    return matches >= counting.fire.count && !newest.stale;
  }
  if (newest?.verdict === 'clear' && firing) {
    const run = telling.slice(-counting.clear);
    return !(run.length === counting.clear && run.every((entry) => entry.verdict === 'clear'));
  }
  return firing;
}

/** By event time; at equal times what ends comes after what it ends; then by the ledger's number. */
export function compareMarks(a: Mark, b: Mark): number {
  return a.at - b.at || Number(a.ends) - Number(b.ends) || a.seq - b.seq;
}
