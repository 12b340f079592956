import { isObject } from '../json.ts';
import { askedSet, askedWords, flipped, isRef, type Wanted } from './asked-set.ts';
import { aboutOf } from './filter.ts';
import { quantifierStep } from './possible-elements.ts';
import type { Reason, Spot } from './possible-state.ts';
import { fieldSpot, refSpot } from './possible-state.ts';
import type { ValueSet } from './value-set.ts';
import { butKinds, mayBe, ofKinds } from './value-set.ts';

/** Something that is to hold of what stands at a place. */
export type Goal = Filtering | Checking | OfElements;

type Placed = { spot: Spot; at: string };
type Filtering = Placed & { of: 'filter'; json: unknown; wanted: Wanted };
/** Of that value itself, also where it is a list. */
type Checking = Placed & { of: 'checks'; json: Record<string, unknown>; wanted: Wanted; isPlain?: boolean };
/** Of one element of the list there, or of each. */
type OfElements = Placed & { of: 'some' | 'each'; goal: (element: Spot) => Goal };

/** One way of several in which something comes about: with only these values at the place, and these goals. */
export type Way = { set: ValueSet; goals: readonly Goal[] };

/** What follows from a goal: values that are left at places, more goals, and ways of which one has to be taken. */
export type Step = { narrow?: [Spot, Reason][]; goals?: readonly Goal[]; ways?: readonly Way[] };

/** A plain value, or an object of checks: of a single value, or of a list as a whole and of one of its elements. */
export function filterStep(goal: Filtering, values: ValueSet): Step {
  const { json, spot, at } = goal;
  if (Array.isArray(json)) return {};
  const checks = isObject(json) ? json : { $eq: json };
  const single: Checking = { of: 'checks', json: checks, spot, at, wanted: goal.wanted, isPlain: !isObject(json) };
  if (!mayBe(values, 'list')) return { goals: [single] };
  const ofList = listGoals(checks, single).map((goals): Way => ({ set: ofKinds('list'), goals }));
  const ofSingle = { set: butKinds('list'), goals: [single] };
  if (values.kinds === ofKinds('list').kinds) return { ways: ofList };
  // What is likelier first: it may do, and otherwise says best why not.
  return { ways: spot.shape.kind === 'list' ? [...ofList, ofSingle] : [ofSingle, ...ofList] };
}

/** Whether all parts have to say what is wanted of an "and": to match, or not to say no match. */
const wantsAll = ({ verdict, is }: Wanted) => (verdict === 'match') === is;

/** The ways in which a list satisfies checks. */
function listGoals(checks: Record<string, unknown>, { spot, at, wanted, isPlain = false }: Checking): Goal[][] {
  const entries = Object.entries(checks);
  const besideFields = entries.some(([name]) => !name.startsWith('$'));
  const isWhole = ([name, expected]: [string, unknown]) => {
    const about = name.startsWith('$') ? aboutOf(name, expected) : 'element';
    return about === 'whole' || (about === 'either' && !besideFields);
  };
  const whole = entries
    .filter(isWhole)
    .map(([name, each]): Goal => ({ of: 'checks', json: { [name]: each }, spot, at, wanted }));
  const rest = Object.fromEntries(entries.filter((entry) => !isWhole(entry)));
  const ofElement: Goal = {
    of: wantsAll(wanted) ? 'some' : 'each',
    spot,
    at,
    goal: (element) => ({ of: 'checks', json: rest, spot: element, at, wanted, isPlain }),
  };
  const all = Object.keys(rest).length > 0 ? [...whole, ofElement] : whole;
  return wantsAll(wanted) ? [all] : all.map((each) => [each]);
}

/** Checks side by side are and-ed. */
export function checksStep(goal: Checking): Step {
  const { json, spot, at, wanted } = goal;
  const entries = Object.entries(json);
  const [only, ...others] = entries;
  if (only && others.length === 0) return checkStep(only, goal);
  const parts = entries.map(([name, each]): Goal => ({ of: 'checks', json: { [name]: each }, spot, at, wanted }));
  return wantsAll(wanted) ? { goals: parts } : { ways: asWays(parts) };
}

function asWays(goals: readonly Goal[]): Way[] {
  return goals.map((goal) => ({ set: butKinds(), goals: [goal] }));
}

function checkStep([name, json]: [string, unknown], { spot, at, wanted, isPlain }: Checking): Step {
  const inside = { at: isPlain ? at : `${at}.${name}`, wanted };
  if (!name.startsWith('$')) {
    return { goals: [{ of: 'filter', json, spot: fieldSpot(spot, name), ...inside }] };
  }
  if (name === '$not') {
    return { goals: [{ of: 'filter', json, spot, at: inside.at, wanted: flipped(wanted) }] };
  }
  if (name === '$and' || name === '$or') {
    if (!Array.isArray(json)) return {};
    const goals = json.map((each, i): Goal => ({ of: 'filter', json: each, spot, at: `${at}.${name}[${i}]`, wanted }));
    return wantsAll(wanted) === (name === '$and') ? { goals } : { ways: asWays(goals) };
  }
  return quantifierStep(name, json, { spot, ...inside }) ?? leafStep(name, json, { spot, ...inside });
}

function leafStep(
  op: string,
  expected: unknown,
  { spot, at, wanted }: { spot: Spot; at: string; wanted: Wanted },
): Step {
  const set = askedSet(op, expected, wanted);
  if (!set) return {};
  const asked: [Spot, Reason] = [spot, { at, words: askedWords(op, expected, wanted), set }];
  const elsewhere = op === '$ref' ? expected : isObject(expected) && isRef(expected) ? expected.$ref : undefined;
  const found = typeof elsewhere === 'string' && op !== '$ne' && op !== '$nin' ? refSpot(elsewhere) : undefined;
  return { narrow: found ? [asked, [found, { at, words: 'there', set: butKinds('nothing') }]] : [asked] };
}
