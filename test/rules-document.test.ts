import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { silenceFilter } from '../src/cli/silence-filter.ts';
import { traitsByType } from '../src/compose.ts';
import { failingTests } from '../src/compose-rehearsal.ts';
import type { Config } from '../src/config/load-rules.ts';
import { parseRules } from '../src/config/load-rules.ts';
import type { Shape } from '../src/domain/event-shape.ts';
import { eventShape } from '../src/domain/event-shape.ts';
import { operatorNames } from '../src/domain/filter/filter.ts';
import { isObject } from '../src/domain/json.ts';
import { ruleSchema } from '../src/domain/rules/rule.ts';
import { knownKeys } from './config/known-keys.ts';

const text = readFileSync(join(import.meta.dirname, '..', 'docs', 'rules.md'), 'utf8');
const snippets = [...text.matchAll(/^```json\n(.*?)^```/gms)].map(([, json = '']) => JSON.parse(json));

const around = {
  sources: {
    'inbox-check': { type: 'inbox-check', secrets: [{ env: 'IC' }] },
    reachscore: { type: 'reachscore', secrets: [{ env: 'RS' }] },
  },
  destinations: {
    deliverability: { type: 'slack', channel: 'C0123456789' },
    'on-call': { type: 'pagerduty', routingKey: { env: 'PD' } },
  },
};
const rule = { id: 'r', when: { inboxRate: { $lt: 0.8 } }, to: ['deliverability'] };

/** A rule with what is shown of it; what does not go with it is left out. */
function ruleWith(shown: Record<string, unknown>) {
  const { when: _when, ...silent } = rule;
  return { ...('absent' in shown ? silent : rule), ...shown };
}

/** The file that a snippet is, or is part of. */
function fileOf(snippet: unknown): Record<string, unknown> {
  if (!isObject(snippet)) throw new Error(`not an object: ${JSON.stringify(snippet)}`);
  return 'rules' in snippet ? { ...around, ...snippet } : { ...around, rules: [ruleWith(snippet)] };
}

/** Without a problem, and without a warning but that of a destination nobody sends to. */
function loaded(file: unknown): Config {
  const read = parseRules(JSON.stringify(file, null, 2), traitsByType);
  if (!read.ok) throw new Error(JSON.stringify(read.problems, null, 2));
  expect(read.config.warnings.filter(({ message }) => message !== 'no rule sends to this destination')).toEqual([]);
  return read.config;
}

/** The rows of every table whose first column is code: the code, and the last column's. */
const rows = [...text.matchAll(/^\| (`.*?`.*?) \| (.*) \|$/gm)].map(([, first = '', rest = '']) => ({
  names: [...first.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  shown: /`([^`]+)`$/.exec(rest)?.[1]?.replaceAll('\\|', '|'),
}));
const namesShown = new Set(rows.flatMap(({ names }) => names));

describe('each piece of JSON', () => {
  test.each(snippets.map((snippet) => [JSON.stringify(snippet).slice(0, 60), snippet]))('%s… loads', (_, snippet) => {
    loaded(fileOf(snippet));
  });

  const withTests = snippets.filter((each) => 'tests' in each);

  test.each(withTests.map((each) => [each.tests[0].name, each]))('%s: its tests pass', async (_, snippet) => {
    const config = loaded(fileOf(snippet));
    expect(config.tests.length).toBeGreaterThan(0);
    expect(await failingTests(config)).toEqual([]);
  });

  test('of the cookbook has tests, and there are ten of them', () => {
    const cookbook = text.slice(text.indexOf('## Cookbook'));
    expect(cookbook.match(/^```json/gm)?.length).toBe(withTests.length);
    expect(withTests.length).toBeGreaterThanOrEqual(10);
  });
});

describe('the table of keys', () => {
  test.each(Object.keys(ruleSchema.shape))('shows %s, and what it shows loads', (key) => {
    const row = rows.find(({ names, shown }) => names[0] === key && shown?.startsWith(`"${key}"`));
    loaded(fileOf(JSON.parse(`{${row?.shown}}`)));
  });
});

describe('the table of operators', () => {
  test.each(operatorNames)('shows %s, and what it shows loads', (operator) => {
    const row = rows.find(({ names }) => names[0] === operator);
    expect(row?.shown).toContain(`"${operator}"`);
    loaded(fileOf({ when: JSON.parse(row?.shown ?? '') }));
  });
});

function pathsIn(shape: Shape, at: string[] = []): string[] {
  if (shape.kind !== 'fields') return [at.join('.')];
  return Object.entries(shape.fields).flatMap(([name, inner]) => pathsIn(inner, [...at, name]));
}

test.each(pathsIn(eventShape))('the table of fields has %s', (path) => {
  expect([...namesShown]).toContain(path);
});

test('every key of the file is on the page', () => {
  expect(knownKeys().filter((key) => !text.includes(`\`${key}\``) && !text.includes(`"${key}"`))).toEqual([]);
});

test('every documented type is on the page, and every filter is a filter', () => {
  const types = new Set(Object.values(traitsByType).flatMap(({ documented = [] }) => documented));
  expect([...types].filter((type) => !text.includes(`\`${type}\``))).toEqual([]);
});

test('the filters of the silences can be read', () => {
  const shown = [...text.matchAll(/^tocsin silence add '(.*?)'/gm)].map(([, filter = '']) => filter);
  expect(shown).toHaveLength(2);
  for (const filter of shown) expect(silenceFilter(filter, {})).toMatchObject({ ok: true });
});
