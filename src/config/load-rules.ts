import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { SourceTraits } from '../domain/event.ts';
import type { Filter, Problem } from '../domain/filter.ts';
import { compileFilter, isObject } from '../domain/filter.ts';
import { nearest } from '../domain/nearest.ts';
import { ruleSchema } from '../domain/rule.ts';
import type { PlacedRule, RuleSet } from '../domain/rule-set.ts';
import { compileRules } from '../domain/rule-set.ts';
import { checkNames, namesIn, rawRules, section } from './check-names.ts';
import { knownKeys } from './json-schema.ts';
import type { DestinationText, SourceText } from './rules-file.ts';
import { rulesFileSchema } from './rules-file.ts';
import { pathText, readStrictJson } from './strict-json.ts';

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
  warnings: Problem[];
};

export type Loaded = { ok: true; config: Config } | { ok: false; problems: Problem[] };

/** What the senders' adapters promise, by source type. */
export type TraitsByType = Readonly<Record<SourceText['type'], SourceTraits>>;

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
  return parseRules(text, traits);
}

export function unreadable(path: string, { code }: NodeJS.ErrnoException): Problem {
  return { path, message: code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})` };
}

/** As `loadRules`, from a text. */
export function parseRules(text: string, traits: TraitsByType): Loaded {
  // Some editors begin a file with a byte order mark, which is no JSON.
  const json = readStrictJson(text.replace(/^\uFEFF/, ''));
  const withLines = (problems: Problem[]) => inOrder(problems, json.lines);
  if (json.value === undefined) return { ok: false, problems: json.problems };
  const problems = [...json.problems];
  const parsed = rulesFileSchema.safeParse(json.value);
  if (!parsed.success) problems.push(...problemsOf(parsed.error));
  const ruleTexts = readRules(json.value, problems);
  const rules = compileRules(ruleTexts, knownSources(json.value, traits), problems);
  checkNames(json.value, problems);
  const given = parsed.success ? parsed.data : undefined;
  const sources = new Map(Object.entries(given?.sources ?? {}));
  const destinations = new Map(Object.entries(given?.destinations ?? {}));
  const filtered = new Map([...sources].map(([name, source]) => [name, withTestFilter(name, source, problems)]));
  if (!given || problems.length > 0) return { ok: false, problems: withLines(problems) };
  const config: Config = {
    sources: filtered,
    destinations,
    ...(given.owner === undefined ? {} : { owner: given.owner }),
    fallbacks: fallbacksOf(destinations),
    orphanGraceMs: given.orphanGrace ?? tenMinutes,
    staleAfterMs: given.staleAfter ?? day,
    retention: {
      ...(given.retention?.age === undefined ? {} : { ageMs: given.retention.age }),
      ...(given.retention?.bytes === undefined ? {} : { bytes: given.retention.bytes }),
    },
    rules,
    warnings: withLines(warningsOf(ruleTexts, destinations, given.owner)),
  };
  return { ok: true, config };
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
  const named = rawRules(value).flatMap((rule) => namesIn(rule, 'from'));
  const configured = Object.entries(section(value, 'sources')).map(([name, source]): [string, SourceTraits] => {
    const known = types.find(([type]) => isObject(source) && source.type === type);
    return [name, known?.[1] ?? ofAnyType];
  });
  return new Map([...named.map((name): [string, SourceTraits] => [String(name), ofAnyType]), ...configured]);
}

function readRules(value: unknown, problems: Problem[]): PlacedRule[] {
  const seen = new Map<string, number>();
  return rawRules(value).flatMap((each, i) => {
    const parsed = ruleSchema.safeParse(each);
    if (!parsed.success) {
      problems.push(...problemsOf(parsed.error, ['rules', i]));
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

/** Of a rule that is not compiled for another fault. */
function checkFilters(rule: unknown, at: string, problems: Problem[]): void {
  if (!isObject(rule)) return;
  for (const name of ['where', 'when', 'clear']) {
    if (rule[name] !== undefined) compileFilter(rule[name], `${at}.${name}`, problems);
  }
}

function problemsOf(error: z.ZodError, base: PropertyKey[] = []): Problem[] {
  return error.issues.flatMap((issue) => {
    const at = [...base, ...issue.path];
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, at));
    // The name of a source or a destination: what it should be is said one level deeper.
    const told = issue.code === 'invalid_key' ? (issue.issues[0] ?? issue) : issue;
    return [{ path: pathText(at) || 'the file', message: messageOf(told.message) }];
  });
}

function unknownKey(key: string, at: PropertyKey[]): Problem {
  const hint = nearest(key, knownKeys());
  const message = `there is no key "${key}" here${hint ? `: did you mean "${hint}"?` : ''}`;
  return { path: pathText([...at, key]), message };
}

function messageOf(message: string): string {
  if (message.endsWith('received undefined')) return 'is missing';
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/** As they stand in the file, each once, with the line of the path or of the nearest thing around it. */
function inOrder(problems: Problem[], lines: ReadonlyMap<string, number>): Problem[] {
  const placed = problems.map((problem) => ({ ...problem, line: lineOf(problem.path, lines) }));
  placed.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const told = placed.map(({ path, message, line }) => ({
    path: line === undefined ? path : `${path} (line ${line})`,
    message,
  }));
  return told.filter(
    (each, i) => told.findIndex((other) => other.path === each.path && other.message === each.message) === i,
  );
}

function lineOf(path: string, lines: ReadonlyMap<string, number>): number | undefined {
  let at = path;
  while (at !== '' && !lines.has(at)) at = at.slice(0, Math.max(0, at.lastIndexOf('.'), at.lastIndexOf('[')));
  return at === '' ? undefined : lines.get(at);
}

function withTestFilter(name: string, source: SourceText, problems: Problem[]): SourceText & { testFilter?: Filter } {
  if (source.test === undefined) return source;
  return { ...source, testFilter: compileFilter(source.test, `sources.${name}.test`, problems) };
}

function fallbacksOf(destinations: ReadonlyMap<string, DestinationText>): Map<string, string> {
  const pairs = [...destinations].flatMap(([name, { fallback }]): [string, string][] =>
    fallback === undefined ? [] : [[name, fallback]],
  );
  return new Map(pairs);
}

function warningsOf(
  rules: PlacedRule[],
  destinations: ReadonlyMap<string, DestinationText>,
  owner: string | undefined,
): Problem[] {
  const used = new Set(rules.filter(({ text }) => text.enabled).flatMap(({ text }) => text.to));
  if (owner) used.add(owner);
  // What is added on the way is visited too: the fallback of a fallback is used.
  for (const name of used) {
    const fallback = destinations.get(name)?.fallback;
    if (fallback !== undefined) used.add(fallback);
  }
  return [...destinations].flatMap(([name, text]) => {
    const at = `destinations.${name}`;
    const isMute = text.type === 'slack' && text.broadcastResolve && text.threads === 'none';
    return [
      ...(used.has(name) ? [] : [{ path: at, message: 'no rule sends to this destination' }]),
      ...(isMute ? [{ path: `${at}.broadcastResolve`, message: 'shows a reply, and "threads": "none" has none' }] : []),
    ];
  });
}
