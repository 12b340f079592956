import type { SourceTraits } from '../event.ts';
import type { Problem } from '../filter/filter.ts';
import type { Findings } from '../filter/filter-doubts.ts';
import type { Demand } from '../filter/possible.ts';
import { impossibility, isMatch, isNoMatch, isNotMatch } from '../filter/possible.ts';
import type { Conflict, World } from '../filter/possible-state.ts';
import type { TextForm } from '../filter/value-set.ts';
import { keyVariables } from './key.ts';
import { neverWords, placeOf } from './never-words.ts';
import type { RuleText } from './rule.ts';
import { isNotice } from './rule-checks.ts';
import type { KnownSources } from './rule-set.ts';
import { isOn } from './type-pattern.ts';

/** The events of sources of one type, and what those promise. */
type Origin = { world: World; traits: SourceTraits };

/** A way in which a rule's incident ends. */
type Ending = { demands: Demand[]; world: World };

/** Looks at a rule whose parts are each without fault: whether an event can open it, and another one end it. */
export function possibilityOf(text: RuleText, at: string, sources: KnownSources): Findings {
  const origins = originsOf(text, sources);
  const isEnded = hasEnd(text);
  const isFine = origins.some((origin) => {
    return !impossibility(openingOf(text, at), origin.world) && (isEnded || endsSurely(text, at, origin));
  });
  if (isFine && (!isEnded || text.clear === undefined)) return nothing;
  const openings = origins.map(({ world }) => impossibility(openingOf(text, at), world));
  const opening = origins.filter((_, i) => openings[i] === undefined);
  const never = tellingOf(openings);
  if (opening.length === 0) return never ? faultAt(never, at, text) : nothing;
  const ofClear = findingsOfClear(text, at, opening);
  if (isEnded || ofClear.faults.length > 0) return ofClear;
  return { faults: faultsOfEnd({ text, at, opening }), doubts: [] };
}

const nothing: Findings = { faults: [], doubts: [] };

/** It ends whatever comes, or has no end at all. */
function hasEnd(text: RuleText): boolean {
  return isNotice(text) || text.absent !== undefined || text.resolveAfter !== undefined;
}

/** The likeliest case in one question: what ends it, in the way it says itself, has its own key. */
function endsSurely(text: RuleText, at: string, origin: Origin): boolean {
  if (text.key === undefined) return false;
  const inKey = keyDemands(neededIn(text), at);
  const own = endingsOf(text, at, origin).slice(text.clear === undefined ? 0 : -1);
  return own.some(({ demands, world }) => !impossibility([...demands, ...inKey], world));
}

type Whole = { text: RuleText; at: string; opening: readonly Origin[] };

function faultsOfEnd({ text, at, opening }: Whole): Problem[] {
  const endings = opening.flatMap((origin) => endingsOf(text, at, origin));
  const effective = endings.filter(({ demands, world }) => !impossibility(demands, world));
  if (effective.length === 0) return [{ path: at, message: endlessWords(text) }];
  return text.key === undefined
    ? faultsOfDefaultKey({ text, at, opening }, effective)
    : faultsOfKey(text, at, effective);
}

/** The sources a rule hears, those of one type together. */
export function originsOf({ on, from }: Pick<RuleText, 'on' | 'from'>, sources: KnownSources): Origin[] {
  const heard = [...sources].filter(([name]) => !from || from.includes(name));
  const types = on?.includes('*') ? undefined : on?.map(formOf);
  return [...Map.groupBy(heard, ([, traits]) => traits)].map(([traits, named]) => ({
    traits,
    world: { types, sources: named.map(([name]) => name), lacks: traits.lacks },
  }));
}

function formOf(pattern: string): TextForm {
  return pattern.endsWith('.*') ? { text: pattern.slice(0, -1), whole: false } : { text: pattern, whole: true };
}

function demand(filter: unknown, at: string, wanted = isMatch): Demand[] {
  return filter === undefined ? [] : [{ filter, at, wanted }];
}

function openingOf({ where, when, baseline }: RuleText, at: string): Demand[] {
  const metric = baseline && presenceOf(baseline.metric);
  return [...demand(where, `${at}.where`), ...demand(when, `${at}.when`), ...demand(metric, `${at}.baseline.metric`)];
}

function presenceOf(path: string): unknown {
  return path.split('.').reduceRight<unknown>((inner, step) => ({ [step]: inner }), { $exists: true });
}

function faultAt(conflict: Conflict, at: string, { when, where }: RuleText): Findings {
  const own = `${at}.${when !== undefined ? 'when' : where !== undefined ? 'where' : 'baseline'}`;
  const place = conflict.reasons.some((reason) => reason.at.startsWith(own)) ? own : at;
  return {
    faults: [{ path: placeOf(conflict, place), message: `can never match: ${neverWords(conflict, place)}` }],
    doubts: [],
  };
}

/** `when` wins over `clear`; with a baseline it says only half of what is bad. */
function clearingOf({ where, when, clear, baseline }: RuleText, at: string): Demand[] {
  const outside = baseline ? [] : demand(when, `${at}.when`, isNotMatch);
  return [...demand(where, `${at}.where`), ...demand(clear, `${at}.clear`), ...outside];
}

/** A `clear` that nothing meets, or nothing that is not bad as well: a fault where nothing else ends it. */
function findingsOfClear(text: RuleText, at: string, origins: readonly Origin[]): Findings {
  if (text.clear === undefined || isNotice(text)) return nothing;
  const alone = { ...text, when: undefined };
  const own = `${at}.clear`;
  const never = conflictInAll(clearingOf(alone, at), origins);
  if (never) {
    const found = [{ path: placeOf(never, own), message: `can never match: ${neverWords(never, own)}` }];
    return text.resolveAfter === undefined ? { faults: found, doubts: [] } : { faults: [], doubts: found };
  }
  if (!conflictInAll(clearingOf(text, at), origins)) return nothing;
  const words = 'ends nothing: whatever matches it matches "when" as well, which wins';
  if (text.resolveAfter !== undefined) return { faults: [], doubts: [{ path: own, message: words }] };
  return { faults: [{ path: own, message: `${words}; narrow it, or add "resolveAfter" such as "6h"` }], doubts: [] };
}

function conflictInAll(demands: readonly Demand[], origins: readonly Origin[]): Conflict | undefined {
  const conflicts: Conflict[] = [];
  for (const { world } of origins) {
    const conflict = impossibility(demands, world);
    if (!conflict) return undefined;
    conflicts.push(conflict);
  }
  return tellingOf(conflicts);
}

/** That an event comes from another sender is the least of it. */
function tellingOf(conflicts: readonly (Conflict | undefined)[]): Conflict | undefined {
  return conflicts.find((each) => each && each.path !== 'source') ?? conflicts[0];
}

function endingsOf(text: RuleText, at: string, { world, traits }: Origin): Ending[] {
  const { on, when, clear, baseline } = text;
  const ended = Object.entries(traits.endings).filter(([, type]) => on !== undefined && isOn(on, type));
  const byType = ended.map(
    ([type]): Ending => ({ demands: [], world: { ...world, types: [{ text: type, whole: true }] } }),
  );
  if (clear !== undefined) return [...byType, { demands: clearingOf(text, at), world }];
  if (baseline) return [...byType, { demands: openingOf({ ...text, when: undefined }, at), world }];
  if (when === undefined) return byType;
  const states = traits.states.filter((type) => isOn(on, type)).map((type) => ({ text: type, whole: true }));
  const demands = [...demand(text.where, `${at}.where`), ...demand(when, `${at}.when`, isNoMatch)];
  return states.length === 0 ? byType : [...byType, { demands, world: { ...world, types: states } }];
}

function endlessWords({ clear }: RuleText): string {
  const because = clear === undefined ? '"when" never says that it is over' : '"clear" never takes effect';
  return `this rule can open an incident and never end it, since ${because}: add "clear", "resolveAfter" such as "6h", or "lifecycle": "notice"`;
}

type Needed = readonly { path: string }[];

function neededIn({ key = '' }: RuleText): Needed {
  return keyVariables(key).filter(({ hasDefault }) => !hasDefault);
}

function keyDemands(needed: Needed, at: string): Demand[] {
  return needed.flatMap(({ path }) => demand(presenceOf(path), `${at}.key`));
}

/** What ends it has to come under the key of what it ends. */
function faultsOfKey(text: RuleText, at: string, endings: readonly Ending[]): Problem[] {
  const needed = neededIn(text);
  const isMade = (paths: Needed) =>
    endings.some(({ demands, world }) => !impossibility([...demands, ...keyDemands(paths, at)], world));
  if (needed.length === 0 || isMade(needed)) return [];
  const path = (needed.find((each) => !isMade([each])) ?? needed[0])?.path;
  const message = `what ends it has no ${path}, which the key needs: nothing ends what it opens`;
  return [{ path: `${at}.key`, message: `${message}; choose another key, or add "resolveAfter" such as "6h"` }];
}

/** What a default key is made of, by what the type of an event is. */
const things: { thing: string; filter: unknown }[] = [
  { thing: 'the monitor', filter: { type: { $glob: 'monitor.*' } } },
  { thing: 'the alert', filter: { type: { $glob: 'alert.*' } } },
  {
    thing: 'the domain',
    filter: { $not: { $or: [{ type: { $glob: 'monitor.*' } }, { type: { $glob: 'alert.*' } }] } },
  },
];

function faultsOfDefaultKey({ text, at, opening }: Whole, effective: readonly Ending[]): Problem[] {
  const opens = opening.map(({ world }) => ({ demands: openingOf(text, at), world }));
  const thingsOf = (ways: readonly Ending[]) =>
    things.filter(({ filter }) =>
      ways.some(({ demands, world }) => !impossibility([...demands, ...demand(filter, at)], world)),
    );
  const ends = thingsOf(effective);
  const begins = thingsOf(opens);
  if (begins.some((each) => ends.includes(each))) return [];
  const named = (found: typeof things) => found.map(({ thing }) => thing).join(' or ');
  const message = `without "key", what opens it stands under ${named(begins)}, and what ends it under ${named(ends)}: nothing ends what it opens`;
  return [{ path: at, message: `${message}; give it a key that both have, or "resolveAfter" such as "6h"` }];
}
