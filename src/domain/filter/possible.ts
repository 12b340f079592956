import type { Wanted } from './asked-set.ts';
import type { Conflict, Places, Spot, World } from './possible-state.ts';
import { elementSpot, narrow, sizeSpot, valuesAt, wholeEvent } from './possible-state.ts';
import type { Goal, Step, Way } from './possible-steps.ts';
import { checksStep, filterStep } from './possible-steps.ts';
import { everyNumber, ofKinds } from './value-set.ts';

/** A filter, where it stands in the file, and what it is to say of an event, or (`spot`) of what stands there. */
export type Demand = { filter: unknown; at: string; wanted: Wanted; spot?: Spot };

export const isMatch: Wanted = { verdict: 'match', is: true };
export const isNoMatch: Wanted = { verdict: 'no-match', is: true };
export const isNotMatch: Wanted = { verdict: 'match', is: false };

type Choice = { spot: Spot; at: string; ways: readonly Way[] };
type Elements = { some: readonly Spot[]; each: readonly ((element: Spot) => Goal)[] };

/** What is still to be looked at of one kind of event that may be. */
type Search = {
  places: Places;
  goals: Goal[];
  choices: readonly Choice[];
  /** By the list's key: the elements that there must be, and what holds of each. */
  elements: Map<string, Elements>;
  /** Over all ways. */
  left: { steps: number; element: number };
};

/** More steps are not taken: then anything counts as possible. */
const mostSteps = 2_000;

/**
 * Why no event of this world can meet all demands; `undefined` where one may. It may miss a reason, and finds no false
 * one: whatever is not understood here is taken as possible.
 */
export function impossibility(demands: readonly Demand[], world: World): Conflict | undefined {
  return solve({
    places: { world, cells: new Map() },
    goals: demands.map(goalOf),
    choices: [],
    elements: new Map(),
    left: { steps: mostSteps, element: 0 },
  });
}

function goalOf({ filter, at, wanted, spot = wholeEvent }: Demand): Goal {
  return { of: 'filter', json: filter, spot, at, wanted };
}

function solve(search: Search): Conflict | undefined {
  for (let goal = search.goals.shift(); goal; goal = search.goals.shift()) {
    search.left.steps -= 1;
    if (search.left.steps < 0) return undefined;
    const conflict = take(goal, search);
    if (conflict) return conflict;
  }
  const [choice, ...choices] = search.choices;
  if (!choice) return undefined;
  const conflicts: Conflict[] = [];
  for (const way of choice.ways) {
    const { places, elements, left } = search;
    const copy = { world: places.world, cells: new Map(places.cells) };
    const branch = { places: copy, goals: [], choices, elements: new Map(elements), left };
    const conflict = takeWay(way, choice, branch) ?? solve(branch);
    if (!conflict) return undefined;
    conflicts.push(conflict);
  }
  // That it is no list, or one, nobody asked for: another way says more.
  return conflicts.find(({ reasons }) => !reasons.some(({ isWay }) => isWay)) ?? conflicts[0];
}

function take(goal: Goal, search: Search): Conflict | undefined {
  if ('goal' in goal) return (goal.of === 'some' ? takeSome : takeEach)(goal.goal, goal, search);
  if (goal.of === 'filter') return takeStep(filterStep(goal, valuesAt(search.places, goal.spot)), goal, search);
  return takeStep(checksStep(goal), goal, search);
}

function takeStep(step: Step, { spot, at }: Placed, search: Search): Conflict | undefined {
  search.goals.push(...(step.goals ?? []));
  for (const [place, reason] of step.narrow ?? []) {
    const conflict = narrow(search.places, place, reason);
    if (conflict) return conflict;
  }
  if (!step.ways) return undefined;
  const [only, ...others] = step.ways;
  if (only && others.length === 0) return takeWay(only, { spot, at }, search);
  search.choices = [...search.choices, { spot, at, ways: step.ways }];
  return undefined;
}

type Placed = { spot: Spot; at: string };

function takeWay({ set, goals }: Way, { spot, at }: Placed, search: Search): Conflict | undefined {
  search.goals.push(...goals);
  return narrow(search.places, spot, { at, words: 'of another kind', set, isWay: true });
}

const oneOrMore = { ...ofKinds('number'), numbers: [{ ...everyNumber, low: 1 }] };

function takeSome(goal: (element: Spot) => Goal, { spot: list, at }: Placed, search: Search): Conflict | undefined {
  search.left.element += 1;
  const element = elementSpot(list, search.left.element);
  const { some, each } = elementsOf(list, search);
  search.elements.set(list.key, { some: [...some, element], each });
  search.goals.push(goal(element), ...each.map((make) => make(element)));
  return (
    narrow(search.places, list, { at, words: 'a list', set: ofKinds('list') }) ??
    narrow(search.places, sizeSpot(list), { at, words: 'at least 1', set: oneOrMore })
  );
}

function takeEach(goal: (element: Spot) => Goal, { spot: list, at }: Placed, search: Search): Conflict | undefined {
  const { some, each } = elementsOf(list, search);
  search.elements.set(list.key, { some, each: [...each, goal] });
  search.goals.push(...some.map(goal));
  return narrow(search.places, list, { at, words: 'a list', set: ofKinds('list') });
}

function elementsOf(list: Spot, { elements }: Search): Elements {
  return elements.get(list.key) ?? { some: [], each: [] };
}
