import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { SourceTraits } from '../domain/event.ts';
import type { Problem } from '../domain/filter/filter.ts';
import { isObject } from '../domain/filter/filter.ts';
import { nearest } from '../domain/filter/nearest.ts';
import type { RulesTest } from '../domain/rules/rules-test.ts';
import { rulesTestSchema } from '../domain/rules/rules-test.ts';
import { rawRules, section } from './check-names.ts';
import { inOrder } from './problem-lines.ts';
import { problemsOf } from './schema-problems.ts';
import { pathText, readStrictJson } from './strict-json.ts';

/** A test and where it stands: `tests[0]`, or `rules.tests.json tests[0]`. */
export type PlacedTest = RulesTest & { at: string };

/** A file of tests beside a rules file: its text, or why it cannot be read. */
export type TestsBeside = { name: string } & ({ text: string } | { problem: string });

/** `rules.tests.json` for `rules.json`. */
export function testsPath(rulesPath: string): string {
  return `${rulesPath.replace(/\.json$/, '')}.tests.json`;
}

/** The file of tests beside that rules file, if there is one. */
export function readTestsBeside(rulesPath: string): TestsBeside | undefined {
  const path = testsPath(rulesPath);
  const name = basename(path);
  try {
    return { name, text: readFileSync(path, 'utf8') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? undefined : { name, problem: `cannot be read (${code})` };
  }
}

/** What tests may name: of a rules file that may have faults elsewhere. */
export type Named = { file: unknown; sources: ReadonlyMap<string, SourceTraits> };

/** What the tests of fired bodies set where these have nothing: most likely a slip. */
export function strayChanges(tests: readonly PlacedTest[], sources: Named['sources']): Problem[] {
  return tests.flatMap(({ at, events }) =>
    events.flatMap(({ source, fire = '', set = {} }, i) => {
      const body = sources.get(source)?.sample?.(fire);
      return Object.keys(set).flatMap((path) => {
        const message = body === undefined ? undefined : strayWords(path, body, fire);
        return message === undefined ? [] : [{ path: `${at}.events[${i}].set.${path}`, message }];
      });
    }),
  );
}

function strayWords(path: string, body: unknown, fire: string): string | undefined {
  const steps = path.split('.');
  let found = body;
  for (const [i, step] of steps.entries()) {
    // A list may grow, and what is no object is replaced.
    if (!isObject(found)) return undefined;
    if (!Object.hasOwn(found, step)) {
      const above = steps.slice(0, i);
      const hint = nearest(step, Object.keys(found));
      const none = `the body of ${fire} has no ${[...above, step].join('.')}, so that this adds it`;
      return `${none}${hint ? `: did you mean "${[...above, hint].join('.')}"?` : ''}`;
    }
    found = found[step];
  }
  return undefined;
}

/** The tests that stand in a rules file. Faults are added to `problems`. */
export function testsWithin(named: Named, problems: Problem[]): PlacedTest[] {
  const tests = isObject(named.file) ? named.file.tests : undefined;
  return Array.isArray(tests) ? readTests(tests, ['tests'], { named, problems }) : [];
}

/** Those of the file beside it: `{"tests": [...]}`, or the list alone. */
export function testsBeside(
  beside: TestsBeside | undefined,
  named: Named,
): { tests: PlacedTest[]; problems: Problem[] } {
  if (!beside) return { tests: [], problems: [] };
  const { name } = beside;
  if ('problem' in beside) return { tests: [], problems: [{ path: name, message: beside.problem }] };
  const { value, lines, problems: faults } = readStrictJson(beside.text.replace(/^\uFEFF/, ''));
  const problems = [...faults];
  const tests = value === undefined ? [] : testsOf(value, named, problems);
  return {
    tests: tests.map((test) => ({ ...test, at: `${name} ${test.at}` })),
    problems: inOrder(problems, lines).map(({ path, message }) => ({ path: `${name} ${path}`, message })),
  };
}

function testsOf(value: unknown, named: Named, problems: Problem[]): PlacedTest[] {
  if (Array.isArray(value)) return readTests(value, [], { named, problems });
  const { tests, $schema: _editors, ...others } = isObject(value) ? value : {};
  const unknown = Object.keys(others);
  for (const key of unknown) problems.push({ path: key, message: 'there is no such key here: takes {"tests": […]}' });
  if (Array.isArray(tests)) return readTests(tests, ['tests'], { named, problems });
  if (tests !== undefined || unknown.length === 0) {
    problems.push({ path: 'tests', message: 'takes a list of tests: {"tests": […]}' });
  }
  return [];
}

type Reading = { named: Named; problems: Problem[] };

function readTests(tests: readonly unknown[], base: PropertyKey[], { named, problems }: Reading): PlacedTest[] {
  const seen = new Map<string, string>();
  return tests.flatMap((each, i) => {
    const place = [...base, i];
    const at = pathText(place);
    const parsed = rulesTestSchema.safeParse(each);
    if (!parsed.success) {
      problems.push(...problemsOf(parsed.error, { value: each, base: place }));
      return [];
    }
    const test = { ...parsed.data, at };
    const before = seen.get(test.name);
    if (before !== undefined) problems.push({ path: `${at}.name`, message: `${before} has this name too` });
    seen.set(test.name, at);
    problems.push(...nameProblems(test, named));
    return [test];
  });
}

function nameProblems({ at, events, expect }: PlacedTest, { file, sources }: Named): Problem[] {
  const rules = rawRules(file).flatMap((rule) => (isObject(rule) ? [String(rule.id)] : []));
  const labels = Object.keys(section(file, 'destinations'));
  const told = Array.isArray(expect.told)
    ? expect.told.map((label, i) => ({ label, at: `[${i}]` }))
    : labelsIn(expect.told);
  return [
    ...events.flatMap(({ source, fire }, i) => {
      const problem = unknownName('source', source, [...sources.keys()]);
      if (problem) return [{ path: `${at}.events[${i}].source`, message: problem }];
      const types = sources.get(source)?.documented;
      const unfired = fire === undefined || !types ? undefined : unknownName('event type', fire, types);
      return unfired ? [{ path: `${at}.events[${i}].fire`, message: unfired }] : [];
    }),
    ...told.flatMap(({ label, at: place }) => {
      const problem = unknownName('destination', label, labels);
      return problem ? [{ path: `${at}.expect.told${place}`, message: problem }] : [];
    }),
    ...Object.keys(expect.verdicts ?? {}).flatMap((rule) => {
      const problem = unknownName('rule', rule, rules);
      return problem ? [{ path: `${at}.expect.verdicts.${rule}`, message: problem }] : [];
    }),
  ];
}

function labelsIn(told: Record<string, unknown> | undefined): { label: string; at: string }[] {
  return Object.keys(told ?? {}).map((label) => ({ label, at: `.${label}` }));
}

function unknownName(kind: string, name: string, known: readonly string[]): string | undefined {
  if (known.includes(name)) return undefined;
  const hint = nearest(name, known);
  return `there is no ${kind} "${name}": ${hint ? `did you mean "${hint}"?` : `there are: ${known.slice(0, 20).join(', ') || 'none'}`}`;
}
