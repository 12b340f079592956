import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { SourceTraits } from '../domain/event.ts';
import type { Filter, Problem } from '../domain/filter/filter.ts';
import { compileFilter, isObject } from '../domain/filter/filter.ts';
import { findingsIn } from '../domain/filter/filter-doubts.ts';
import { ruleSchema } from '../domain/rules/rule.ts';
import { findingsInRule } from '../domain/rules/rule-findings.ts';
import type { KnownSources, PlacedRule, RuleSet } from '../domain/rules/rule-set.ts';
import { compileRules } from '../domain/rules/rule-set.ts';
import { checkNames, isAnswering, namesIn, rawRules, section } from './check-names.ts';
import { checkOperators } from './check-operators.ts';
import { idleDestinations } from './idle-destinations.ts';
import { inOrder } from './problem-lines.ts';
import type { DestinationText, SourceText } from './rules-file.ts';
import { rulesFileSchema } from './rules-file.ts';
import type { PlacedTest, TestsBeside } from './rules-tests.ts';
import { readTestsBeside, strayChanges, testsBeside, testsWithin } from './rules-tests.ts';
import { problemsOf } from './schema-problems.ts';
import { readStrictJson } from './strict-json.ts';

/** A rules file in force: read, checked and compiled. Secrets are still names. */
export type Config = {
  sources: ReadonlyMap<string, SourceText & { testFilter?: Filter }>;
  destinations: ReadonlyMap<string, DestinationText>;
  owner?: string;
  /** By label, the label of the one that is told instead. Never leads in a circle. */
  fallbacks: ReadonlyMap<string, string>;
  orphanGraceMs: number;
  staleAfterMs: number;
  retention: { ageMs?: number; bytes?: number };
  rules: RuleSet;
  /** Those in the file, then those in the file beside it. Read, and not run. */
  tests: PlacedTest[];
  warnings: Problem[];
};

export type Loaded = { ok: true; config: Config } | { ok: false; problems: Problem[] };

/** What the senders' adapters promise, by source type. */
export type TraitsByType = Readonly<Record<Exclude<SourceText['type'], 'pagerduty'>, SourceTraits>>;

const day = 86_400_000;
const tenMinutes = 600_000;

/** Reads the rules file at `path`: the config, or every problem at once with its path and, where known, its line. */
export function loadRules(path: string, traits: TraitsByType): Loaded {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return { ok: false, problems: [unreadable(path, error as NodeJS.ErrnoException)] };
  }
  return parseRules(text, traits, readTestsBeside(path));
}

const noFile = 'there is no such file. Begin with a copy of rules.example.json, or name another with --rules';

export function unreadable(path: string, { code }: NodeJS.ErrnoException): Problem {
  return { path, message: code === 'ENOENT' ? noFile : `cannot be read (${code})` };
}

/** As `loadRules`, from a text, and that of the tests beside it. */
export function parseRules(text: string, traits: TraitsByType, beside?: TestsBeside): Loaded {
  // Some editors begin a file with a byte order mark, which is no JSON.
  const json = readStrictJson(text.replace(/^\uFEFF/, ''));
  const withLines = (problems: Problem[]) => inOrder(problems, json.lines);
  if (json.value === undefined) return { ok: false, problems: json.problems };
  const problems = [...json.problems];
  const parsed = rulesFileSchema.safeParse(json.value);
  if (!parsed.success) problems.push(...problemsOf(parsed.error, { value: json.value }));
  const ruleTexts = readRules(json.value, problems);
  const known = knownSources(json.value, traits);
  const rules = compileRules(ruleTexts, known, problems);
  const doubts = lint(ruleTexts, known, problems);
  checkNames(json.value, problems);
  checkOperators(json.value, problems);
  const named = { file: json.value, sources: known };
  const within = testsWithin(named, problems);
  const others = testsBeside(beside, named);
  const given = parsed.success ? parsed.data : undefined;
  const sources = Object.entries(given?.sources ?? {});
  const destinations = new Map(Object.entries(given?.destinations ?? {}));
  const filtered = new Map(sources.map(([name, source]) => [name, withTestFilter(name, source, { problems, doubts })]));
  if (!given || problems.length > 0 || others.problems.length > 0) {
    return { ok: false, problems: [...withLines(problems), ...others.problems] };
  }
  doubts.push(...idleDestinations(ruleTexts, destinations, given.owner));
  const config: Config = {
    sources: filtered,
    destinations,
    ...(given.owner === undefined ? {} : { owner: given.owner }),
    fallbacks: fallbacksOf(destinations),
    orphanGraceMs: given.orphanGrace ?? tenMinutes,
    staleAfterMs: given.staleAfter ?? day,
    retention: retentionOf(given.retention),
    rules,
    tests: [...within, ...others.tests],
    warnings: [...withLines([...doubts, ...strayChanges(within, known)]), ...strayChanges(others.tests, known)],
  };
  return { ok: true, config };
}

function retentionOf(given: z.infer<typeof rulesFileSchema>['retention']): Config['retention'] {
  return {
    ...(given?.age === undefined ? {} : { ageMs: given.age }),
    ...(given?.bytes === undefined ? {} : { bytes: given.bytes }),
  };
}

/**
 * Also from a file with faults elsewhere, so that these do not bring up others that are none: a source whose type or
 * name is misspelt may be of any type.
 */
function knownSources(value: unknown, traits: TraitsByType): Map<string, SourceTraits> {
  const types = Object.entries<SourceTraits>(traits);
  const ofAnyType: SourceTraits = {
    states: types.flatMap(([, { states }]) => states),
    endings: Object.fromEntries(types.flatMap(([, { endings }]) => Object.entries(endings))),
  };
  const named = rawRules(value).flatMap(namesIn);
  const configured = Object.entries(section(value, 'sources')).flatMap(([name, source]): [string, SourceTraits][] => {
    if (isAnswering(source)) return [];
    const known = types.find(([type]) => isObject(source) && source.type === type);
    return [[name, known?.[1] ?? ofAnyType]];
  });
  return new Map([...named.map((name): [string, SourceTraits] => [String(name), ofAnyType]), ...configured]);
}

function readRules(value: unknown, problems: Problem[]): PlacedRule[] {
  const seen = new Map<string, number>();
  return rawRules(value).flatMap((each, i) => {
    const parsed = ruleSchema.safeParse(each);
    if (!parsed.success) {
      problems.push(...problemsOf(parsed.error, { value: each, base: ['rules', i] }));
      checkFilters(each, `rules[${i}]`, problems);
      return [];
    }
    const before = seen.get(parsed.data.id);
    if (before !== undefined) {
      problems.push({ path: `rules[${i}].id`, message: `rules[${before}] has this id too: each rule needs its own` });
    }
    seen.set(parsed.data.id, i);
    return [{ text: parsed.data, order: i }];
  });
}

/** What no event can meet is a problem; what it is doubtful that one can is returned. */
function lint(rules: readonly PlacedRule[], sources: KnownSources, problems: Problem[]): Problem[] {
  const faulty = problems.map(({ path }) => path);
  const isSound = (at: string) =>
    !faulty.some((path) => path === at || (/^[.[]/.test(path.slice(at.length)) && path.startsWith(at)));
  return rules.flatMap((rule) => {
    const { faults, doubts } = findingsInRule(rule, { sources, isSound });
    problems.push(...faults);
    return doubts;
  });
}

/** Of a rule that is not compiled for another fault. */
function checkFilters(rule: unknown, at: string, problems: Problem[]): void {
  if (!isObject(rule)) return;
  for (const name of ['where', 'when', 'clear']) {
    if (rule[name] !== undefined) compileFilter(rule[name], `${at}.${name}`, problems);
  }
}

type Telling = { problems: Problem[]; doubts: Problem[] };

function withTestFilter(name: string, source: SourceText, told: Telling): SourceText & { testFilter?: Filter } {
  if (!('test' in source) || source.test === undefined) return source;
  const at = `sources.${name}.test`;
  const faults: Problem[] = [];
  const testFilter = compileFilter(source.test, at, faults);
  const found = faults.length > 0 ? { faults, doubts: [] } : findingsIn(source.test, at, { from: [name] });
  told.problems.push(...found.faults);
  told.doubts.push(...found.doubts);
  return { ...source, testFilter };
}

function fallbacksOf(destinations: ReadonlyMap<string, DestinationText>): Map<string, string> {
  const pairs = [...destinations].flatMap(([name, { fallback }]): [string, string][] =>
    fallback === undefined ? [] : [[name, fallback]],
  );
  return new Map(pairs);
}
