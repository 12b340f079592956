import type { ConditionTrace } from './filter/filter.ts';
import type { Episode } from './incident/incident.ts';
import { fittingText } from './incident/said.ts';
import type { Judgement, Unscoped } from './judge.ts';
import { ownerNotice } from './notice.ts';
import type { RuleTrace } from './trace.ts';

/** Something in an event that could not be known, so that a rule could not say whether it is bad. */
export type Unknown = { rule: string; path: string; words: string };

/** A delivery may lack more than people want to hear of. */
const most = 3;
const maxValue = 100;
const maxNote = 200;

/**
 * What kept a rule from a verdict, each path once; nothing where it asks for none of it. A usual that is not
 * known yet is no trouble.
 */
export function unknownsOf({ rule, trace, missing }: Judgement): Unknown[] {
  if (trace.verdict !== 'unknown' || rule.onUnknown === 'ignore') return [];
  const conditions = [...(missing === undefined ? [] : [missingIn(missing)]), ...unknownLeaves(trace)];
  return eachPathOnce(conditions, { rule: rule.id, asked: 'asked was' });
}

/** What kept a rule from knowing whether an event is in its scope. */
export function unknownScope({ rule, conditions }: Unscoped): Unknown[] {
  if (rule.onUnknown === 'ignore') return [];
  return eachPathOnce(conditions, { rule: rule.id, asked: 'asked in "where" was' });
}

function eachPathOnce(conditions: readonly ConditionTrace[], { rule, asked }: { rule: string; asked: string }) {
  const words = new Map<string, string>();
  for (const each of conditions) {
    const path = pathOf(each);
    if (!words.has(path)) words.set(path, wordsOf(each, asked));
  }
  return [...words].slice(0, most).map(([path, each]): Unknown => ({ rule, path, words: each }));
}

/** With what was noted of its field when the event was read: what stands there in the wrong type is not in the event. */
export function withNote(unknown: Unknown, notes: readonly string[]): Unknown {
  const field = unknown.path.split(/[.[]/).findLast((step) => /\w/.test(step)) ?? '';
  const note = notes.find((each) => each.toLowerCase().includes(field.toLowerCase()));
  return note === undefined ? unknown : { ...unknown, words: `${unknown.words}; ${fittingText(note, maxNote)}` };
}

/** A word to the owner: told once a day for each rule, source and path. */
export function unknownNotice({ rule, path, words }: Unknown, { source, id, now }: Heard): Episode {
  const day = new Date(now).toISOString().slice(0, 10);
  const trouble = `The rule ${rule} cannot tell whether delivery ${id} of ${source} is bad: ${words}`;
  return ownerNotice({
    about: `unknown:${day}:${rule}:${source}:${path}`,
    words: `${trouble}. Narrow the rule, or give it "onUnknown": "ignore". Told once a day.`,
    severity: 'warning',
    now,
  });
}

type Heard = { source: string; id: string; now: number };

function missingIn(path: string): ConditionTrace {
  return { path, op: 'key', verdict: 'unknown' };
}

function unknownLeaves({ when, clear, baseline }: RuleTrace): ConditionTrace[] {
  const found = [when, clear, baseline].flatMap((condition) => (condition ? leavesIn(condition) : []));
  return found.filter(({ op, actual }) => op !== 'baseline' || typeof actual !== 'number');
}

function leavesIn(condition: ConditionTrace): ConditionTrace[] {
  if (condition.verdict !== 'unknown') return [];
  return condition.children ? condition.children.flatMap(leavesIn) : [condition];
}

/** Where the trouble is: what a value is compared with may be what is missing. */
function pathOf({ path, ref, expected, actual }: ConditionTrace): string {
  return ref !== undefined && expected === undefined && actual !== undefined ? ref : placeOf(path);
}

/** Whichever element of a list it is, it is one trouble. */
function placeOf(path: string): string {
  return path.replace(/\[\d+\]/g, '[]') || 'the event';
}

function wordsOf(condition: ConditionTrace, askedWas: string): string {
  const { path, op, expected, actual, ref } = condition;
  const at = pathOf(condition);
  if (at === ref) return `${at} is missing (${askedWas} ${placeOf(path)} ${op} ${ref})`;
  const found = actual === undefined ? 'is missing' : `is ${valueIn(actual)}`;
  const asked =
    op === 'key' ? 'the key needs it' : `${askedWas} ${op}${expected === undefined ? '' : ` ${valueIn(expected)}`}`;
  return `${at} ${found} (${asked})`;
}

function valueIn(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= maxValue ? text : `${text.slice(0, maxValue).toWellFormed()}…`;
}
