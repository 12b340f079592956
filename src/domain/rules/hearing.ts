import type { Event, SourceTraits } from '../event.ts';
import type { RuleText } from './rule.ts';
import type { Literal } from './rule-index.ts';
import { literalIndex, literalsIn } from './rule-index.ts';
import type { Rule } from './rule-set.ts';
import { isOn } from './type-pattern.ts';

/** How a rule hears a type from a source: as one of its own types, or as the end of one. */
export type Hearing = { rule: Rule; ending: boolean };

/** A rule, and what it says in the file. */
export type Hearer = { text: RuleText; rule: Rule };

/** At most so many (type, source) pairs are remembered: types come from outside. */
const rememberedPairs = 1_000;

/** So few rules are all asked, so that the trace shows of each why it did not match. */
const askedAnyway = 50;

type Find = (event: Event, misread?: readonly string[]) => readonly Hearing[];

/**
 * Finds the rules that an event may concern: by its type and source, and of many by the plain values that their
 * `where` demands. What is heard as an end is found whatever `where` says.
 */
export function hearingIndex(hearers: readonly Hearer[], sources: ReadonlyMap<string, SourceTraits>): Find {
  const remembered = new Map<string, Find>();
  const shared = new Map<string, Find>();
  return (event, misread) => {
    const pair = `${event.source} ${event.type}`;
    const find = remembered.get(pair) ?? findAmong(heard(hearers, event, sources.get(event.source)), shared);
    if (!remembered.has(pair)) remember(remembered, pair, find);
    return find(event, misread);
  };
}

function remember(remembered: Map<string, Find>, pair: string, find: Find): void {
  const [oldest] = remembered.keys();
  if (oldest !== undefined && remembered.size >= rememberedPairs) remembered.delete(oldest);
  remembered.set(pair, find);
}

type Heard = { item: Hearing; literals: readonly Literal[] };

/** Pairs of which the same rules hear the same share one index: types nobody knows would each bring their own. */
function findAmong(heard: readonly Heard[], shared: Map<string, Find>): Find {
  const name = heard.map(({ item: { rule, ending } }) => `${rule.order}${ending ? '!' : ''}`).join();
  const known = shared.get(name);
  if (known) return known;
  const hearings = heard.map(({ item }) => item);
  const find = hearings.length <= askedAnyway ? () => hearings : literalIndex(heard);
  if (shared.size >= rememberedPairs) shared.clear();
  shared.set(name, find);
  return find;
}

function heard(hearers: readonly Hearer[], { type, source }: Event, traits: SourceTraits | undefined): Heard[] {
  const ended = traits && Object.hasOwn(traits.endings, type) ? traits.endings[type] : undefined;
  return hearers.flatMap(({ text, rule }) => {
    if (text.from && !text.from.includes(source)) return [];
    const ending = ended !== undefined && hasEndings(rule) && isOn(text.on, ended);
    if (!ending && !isOn(text.on, type)) return [];
    return [{ item: { rule, ending }, literals: ending ? [] : literalsIn(text.where) }];
  });
}

/** A notice has no end, and what is absent ends by its own kind of event. */
function hasEndings({ notice, absentMs }: Rule): boolean {
  return !notice && absentMs === undefined;
}
