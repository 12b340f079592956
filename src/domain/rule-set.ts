import { createHash } from 'node:crypto';
import type { SourceTraits } from './event.ts';
import type { Filter, Problem } from './filter.ts';
import { compileFilter } from './filter.ts';
import type { Counting, Severity } from './incident.ts';
import type { KeyTemplate } from './key.ts';
import { compileKey } from './key.ts';
import type { RuleText } from './rule.ts';

/** A rule ready to be asked. */
export type Rule = {
  id: string;
  /** Its place in the file. */
  order: number;
  /** Of its key and event types: another one is another rule to the causes it opened. */
  fingerprint: string;
  where?: Filter;
  when?: Filter;
  clear?: Filter;
  severity: Severity;
  key?: KeyTemplate;
  to: string[];
  notice: boolean;
  counting: Counting;
  resolveAfterMs?: number;
  testsAsLive: boolean;
};

/** How a rule hears a type from a source: as one of its own types, or as the end of one. */
export type Hearing = { rule: Rule; ending: boolean };

/** The rules in force, found by what they hear. */
export type RuleSet = {
  rules: readonly Rule[];
  hearing(type: string, source: string): readonly Hearing[];
};

/** What a rule may refer to: the configured sources. */
export type KnownSources = ReadonlyMap<string, SourceTraits>;

/** At most so many (type, source) pairs are remembered: types come from outside. */
const rememberedPairs = 1_000;

/** A rule as it stands in the file, and its place there. */
export type PlacedRule = { text: RuleText; order: number };

/** Compiles the enabled rules. Faults are added to `problems` with paths below `rules`. */
export function compileRules(placed: readonly PlacedRule[], sources: KnownSources, problems: Problem[]): RuleSet {
  const compiled = placed.map(({ text, order }) => ({ text, rule: compileRule(text, order, { sources, problems }) }));
  const live = compiled.filter(({ text }) => text.enabled);
  const remembered = new Map<string, readonly Hearing[]>();
  const hearing = (type: string, source: string): readonly Hearing[] => {
    const pair = `${source} ${type}`;
    const known = remembered.get(pair);
    if (known) return known;
    const found = live.flatMap(({ text, rule }) => hears(text, rule, { type, source, traits: sources.get(source) }));
    if (remembered.size < rememberedPairs) remembered.set(pair, found);
    return found;
  };
  return { rules: live.map(({ rule }) => rule), hearing };
}

type Heard = { type: string; source: string; traits: SourceTraits | undefined };

function hears(text: RuleText, rule: Rule, { type, source, traits }: Heard): Hearing[] {
  if (text.from && !text.from.includes(source)) return [];
  const ended = traits && Object.hasOwn(traits.endings, type) ? traits.endings[type] : undefined;
  const ending = ended !== undefined && !rule.notice && isOn(text.on, ended);
  return ending || isOn(text.on, type) ? [{ rule, ending }] : [];
}

function isOn(on: readonly string[] | undefined, type: string): boolean {
  if (!on) return true;
  return on.some((pattern) => {
    if (pattern === '*' || pattern === type) return true;
    return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1));
  });
}

type Known = { sources: KnownSources; problems: Problem[] };

function compileRule(text: RuleText, order: number, { sources, problems }: Known): Rule {
  const at = `rules[${order}]`;
  const filter = (name: 'where' | 'when' | 'clear') =>
    text[name] === undefined ? {} : { [name]: compileFilter(text[name], `${at}.${name}`, problems) };
  checkEnd(text, at, { sources, problems });
  checkCounting(text, at, problems);
  return {
    id: text.id,
    order,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([text.key, text.on?.toSorted()]))
      .digest('hex')
      .slice(0, 16),
    ...filter('where'),
    ...filter('when'),
    ...filter('clear'),
    severity: text.severity,
    ...(text.key === undefined ? {} : { key: compileKey(text.key, `${at}.key`, problems) }),
    to: text.to,
    notice: text.lifecycle === 'notice',
    counting: countingOf(text),
    ...(text.resolveAfter === undefined ? {} : { resolveAfterMs: text.resolveAfter }),
    testsAsLive: text.testEvents === 'as-live',
  };
}

function countingOf({ fireAfter, clearAfter }: RuleText): Counting {
  const { count, of = count } = fireAfter ?? { count: 1 };
  return { fire: { count, of }, clear: clearAfter?.count ?? 1 };
}

function checkCounting({ fireAfter, lifecycle }: RuleText, at: string, problems: Problem[]): void {
  if (lifecycle === 'notice' || fireAfter?.of === undefined || fireAfter.count <= fireAfter.of) return;
  const { count, of } = fireAfter;
  const ways = `"of" at least ${count}, or "count" at most ${of}`;
  problems.push({ path: `${at}.fireAfter`, message: `${count} matches are never among ${of} events: ${ways}` });
}

/** A rule that can open must be able to end. */
function checkEnd(text: RuleText, at: string, { sources, problems }: Known): void {
  if (text.lifecycle === 'notice') {
    for (const [name, fault] of faultsOfNotice) {
      if (text[name] === undefined) continue;
      problems.push({ path: `${at}.${name}`, message: `${fault}: leave this out, or make it an incident` });
    }
    return;
  }
  const isClearEffective = text.clear !== undefined && text.when !== undefined;
  if (isClearEffective || text.resolveAfter !== undefined || clearsByItself(text, sources)) return;
  const missing = text.clear === undefined ? '"clear"' : '"when" beside "clear", since without it every event is bad';
  const ways = `add ${missing}, "resolveAfter" such as "6h", or "lifecycle": "notice"`;
  problems.push({ path: at, message: `this rule can open an incident and never end it: ${ways}` });
}

const faultsOfNotice = [
  ['clear', 'a notice has no end'],
  ['clearAfter', 'a notice has no end'],
  ['resolveAfter', 'a notice has no end'],
  ['fireAfter', 'a notice is told of each match'],
] as const;

function clearsByItself(text: RuleText, sources: KnownSources): boolean {
  const heard = [...sources].filter(([name]) => !text.from || text.from.includes(name)).map(([, traits]) => traits);
  return heard.some((traits) => {
    const byState = text.when !== undefined && traits.states.some((type) => isOn(text.on, type));
    const byEnding = Object.values(traits.endings).some((ended) => text.on !== undefined && isOn(text.on, ended));
    return byState || byEnding;
  });
}
