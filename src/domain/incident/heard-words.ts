import type { Judgement } from '../judge.ts';
import type { Effect } from './cause.ts';
import { clearsIn, matchesIn } from './cause.ts';
import type { Cause, Incident } from './incident.ts';

/** What hearing it did to the cause, for the trace. */
export function heardWords(effect: Exclude<Effect, 'late'>, { open }: Incident, noted: Noted): string {
  return effect === 'noted' ? notedWords(open, noted) : effectWords[effect];
}

export function lateWords({ floor }: Cause): string {
  const by = floor?.episode === undefined ? 'what is over' : `what ended in episode ${floor.episode}`;
  return `late: not newer than ${by}, it changed nothing`;
}

const effectWords = { fires: 'fires', again: 'fires already', ends: 'over' } as const;

/** The cause after it, and its number. */
type Noted = { cause: Cause; judgement: Judgement; seq: number };

/** Why it turned nothing: how many it takes, or what else kept it from counting. */
function notedWords(open: boolean, { cause: { ring, firing }, judgement, seq }: Noted): string {
  const { rule, verdict } = judgement;
  if (verdict !== 'match' && verdict !== 'clear') return 'kept';
  const entry = ring.find((each) => each.seq === seq);
  if (!entry) return 'kept, and not counted: too much that is newer stands';
  if (verdict === 'clear' && !firing)
    return open ? 'kept: this rule does not fire' : 'kept: nothing is open under this key';
  if (entry !== ring.at(-1)) return 'kept: something newer stands';
  if (verdict === 'clear') return `kept: clear ${clearsIn(ring)} of ${rule.counting.clear} needed in a row`;
  const { count, of } = rule.counting.fire;
  const matches = matchesIn(ring, rule.counting);
  if (matches >= count) return 'kept: too old to open anything';
  return `kept: match ${matches} of ${count} needed in the last ${of}`;
}
