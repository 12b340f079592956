import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rulesJsonSchema } from '../../src/config/json-schema.ts';
import type { Problem } from '../../src/domain/filter/filter.ts';
import { compileFilter, isObject, operatorNames } from '../../src/domain/filter/filter.ts';
import { problemsIn, rule, rulesFile, withDestination, withRule } from './made-rules.ts';

const root = join(import.meta.dirname, '..', '..');
const schema = rulesJsonSchema();
const ajv = new Ajv2020({ allowUnionTypes: true }).addSchema(schema, 'rules');
const isValid = (text: string) => ajv.validate('rules', JSON.parse(text)) === true;
const isFine = (text: string) => problemsIn(text).length === 0;

/** Every part of the schema that describes an object, with its place. */
function objectsIn(value: unknown, at = '#'): { at: string; schema: Record<string, unknown> }[] {
  if (Array.isArray(value)) return value.flatMap((each, i) => objectsIn(each, `${at}/${i}`));
  if (!isObject(value)) return [];
  const inside = Object.entries(value).flatMap(([name, each]) => objectsIn(each, `${at}/${name}`));
  return value.type === 'object' ? [{ at, schema: value }, ...inside] : inside;
}

const objects = objectsIn(schema);

test('the checked-in rules.schema.json is the one these sources make (npm run schema)', () => {
  expect(readFileSync(join(root, 'rules.schema.json'), 'utf8')).toBe(`${JSON.stringify(schema, null, 2)}\n`);
});

test.each(objects)('$at takes no other keys than it names', ({ schema }) => {
  expect(schema.additionalProperties === false || 'propertyNames' in schema).toBe(true);
});

test.each(objects)('$at says what each of its keys is', ({ schema }) => {
  const keys = Object.entries({ ...(schema.properties ?? {}), ...(schema.patternProperties ?? {}) });
  const silent = keys.filter(([, key]) => !isObject(key) || typeof key.description !== 'string');
  expect(silent.map(([name]) => name)).toEqual([]);
});

test.each(objects)('$at shows of each of its keys how it looks, and that is valid', ({ at, schema }) => {
  for (const part of ['properties', 'patternProperties']) {
    for (const [name, key] of Object.entries(schema[part] ?? {})) {
      const examples = isObject(key) && Array.isArray(key.examples) ? key.examples : [];
      expect(examples.length, name).toBeGreaterThan(0);
      const place = `rules${at}/${part}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const isGood = ajv.compile({ $ref: encodeURI(place).replaceAll('%23', '#') });
      for (const example of examples) expect(isGood(example), `${name}: ${JSON.stringify(example)}`).toBe(true);
    }
  }
});

test('the example is valid, and names the schema', () => {
  const text = readFileSync(join(root, 'rules.example.json'), 'utf8');
  expect(ajv.validate('rules', JSON.parse(text)), ajv.errorsText()).toBe(true);
  expect(JSON.parse(text).$schema).toBe('./rules.schema.json');
});

const slack = { type: 'slack', channel: 'C0123456789' };
const webhook = { type: 'slack-webhook', url: { env: 'HOOK' } };
const pagerDuty = { type: 'pagerduty', routingKey: { env: 'PD' } };
const source = (changes: object) =>
  rulesFile({ sources: { ic: { type: 'inbox-check', secrets: [{ env: 'IC' }], ...changes } } });

describe('editors and tocsin both take', () => {
  test.each([
    rulesFile(),
    rulesFile({ rules: [], owner: 'chat', staleAfter: '1d12h', retention: { age: '7d', bytes: 1_000_000 } }),
    source({ maxAge: '500ms', test: { tags: 'test' }, secrets: [{ env: 'NEW' }, { file: '/run/secrets/old' }] }),
    withDestination({ ...webhook, pace: 'none', timeout: '60s' }),
    withDestination({ ...pagerDuty, server: '[::1]:8443', pace: { perMinute: 0.5 } }),
    withDestination({ ...pagerDuty, routingKey: [{ env: 'NEW' }, { file: 'old' }] }),
    withDestination({ type: 'preview' }),
    rulesFile({
      orphanGrace: '1m',
      destinations: { chat: { type: 'preview', fallback: 'b' }, b: { type: 'preview' } },
    }),
    withDestination({ ...slack, token: [{ env: 'NEW' }, { file: 'old' }], threads: 'none', broadcastResolve: true }),
    withDestination({ ...slack, editEvery: '1m', fallbackAfter: '90s', operators: { groups: ['S0123456789'] } }),
    withRule({ enabled: false, severity: 'critical', on: ['*'], key: 'all', testEvents: 'as-live' }),
    withRule({ fireAfter: { count: 2, of: 3 }, clearAfter: { count: 2 } }),
    withRule({ lifecycle: 'notice', where: { domain: { $exists: true } } }),
    withRule({ when: { providers: { provider: 'gmail', $not: { placement: { $in: ['inbox', 'promo'] } } } } }),
    withRule({ when: { data: { $eq: { deep: [null] } } } }),
    withRule({ when: { value: { $lt: { $ref: 'threshold' } }, metric: { $ref: 'data.metric' } } }),
    withRule({ when: { score: { $between: [0, 50] }, domain: { $regex: '^news\\.' }, grade: { $glob: 'D*' } } }),
    withRule({ when: { tags: { $all: { $glob: 'eu-*' }, $none: 'internal', $any: 'eu-weekly' } } }),
    withRule({ when: { providers: { $count: { where: { placement: 'spam' }, $gte: 2, $lt: 5 } } } }),
    withRule({ when: { tags: { $count: 0 } } }),
    withRule({ severity: { from: 'level', map: { page: 'error', warn: 'warning' }, default: 'info' } }),
    withRule({ to: { critical: ['chat'], default: ['chat'] }, severity: 'critical' }),
    withRule({ to: { critical: ['chat'], error: ['chat'], warning: ['chat'], info: ['chat'] } }),
    withRule({ mode: 'shadow', onUnknown: 'ignore' }),
    withRule({ baseline: { metric: 'inboxRate', dropAtLeast: 0.15 } }),
    withRule({ when: undefined, baseline: { metric: 'data.queue.length', dropAtLeast: 20, over: 50 } }),
    withRule({ when: undefined, absent: { for: '26h' } }),
    withRule({ when: undefined, otherwise: true }),
    withRule({ message: { title: '{{ domain }}', text: '{{ inboxRate | percent }}', fields: { A: '{{ grade }}' } } }),
  ])('%s', (text) => {
    expect(problemsIn(text)).toEqual([]);
    expect(isValid(text), ajv.errorsText()).toBe(true);
  });
});

describe('editors and tocsin both refuse', () => {
  test.each([
    '[]',
    '{}',
    rulesFile({ ruls: [] }),
    rulesFile({ staleAfter: '0h0m' }),
    rulesFile({ retention: { bytes: 10 } }),
    rulesFile({ destinations: { 'no good': webhook } }),
    source({ type: 'inbox-chek' }),
    source({ secrets: [] }),
    source({ secrets: ['whsec_in_the_file'] }),
    source({ secrets: [{ env: 'A', file: 'b' }] }),
    withDestination({ type: 'email' }),
    withDestination({ type: 'slack', channel: '#general' }),
    withDestination({ ...webhook, channel: 'C0123456789' }),
    withDestination({ ...webhook, pace: { burst: 2 } }),
    withDestination({ ...webhook, timeout: 10 }),
    withDestination({ ...pagerDuty, server: 'https://events.pagerduty.com' }),
    withDestination({ ...pagerDuty, routingKey: [] }),
    withDestination({ ...slack, token: [] }),
    withDestination({ ...slack, threads: 'all' }),
    withDestination({ ...slack, broadcastResolve: 'yes' }),
    withDestination({ ...slack, editEvery: '0s' }),
    withDestination({ ...slack, operators: {} }),
    withDestination({ ...slack, operators: { users: [] } }),
    withDestination({ ...webhook, threads: 'none' }),
    withDestination({ ...pagerDuty, fallbackAfter: 120 }),
    rulesFile({ orphanGrace: 'never' }),
    withRule({ severity: 'high' }),
    withRule({ to: [] }),
    withRule({ on: 'test.completed' }),
    withRule({ on: ['test.*.done'] }),
    withRule({ id: '-r' }),
    withRule({ resolveAfter: '6 h' }),
    withRule({ fireAfter: 2 }),
    withRule({ fireAfter: { count: 0 } }),
    withRule({ fireAfter: { of: 3 } }),
    withRule({ clearAfter: { count: 1, of: 2 } }),
    withRule({ when: {} }),
    withRule({ when: { 'monitor.id': 'm' } }),
    withRule({ when: { inboxRate: { $below: 0.8 } } }),
    withRule({ when: { inboxRate: null } }),
    withRule({ when: { tags: ['a', 'b'] } }),
    withRule({ when: { $or: [] } }),
    withRule({ when: { value: { $lt: { $ref: 'a..b' } } } }),
    withRule({ when: { value: { $lt: { $ref: 'threshold', $lt: 1 } } } }),
    withRule({ when: { value: { $between: [1] } } }),
    withRule({ when: { domain: { $eq: { $glob: '*.x' } } } }),
    withRule({ when: { data: { $in: ['a', { $ref: 'data.y' }] } } }),
    withRule({ when: { data: { $ne: { deep: [{ $lt: 5 }] } } } }),
    withRule({ when: { value: { $between: [1, { $ref: 'threshold' }] } } }),
    withRule({ when: { grade: { $glob: '' } } }),
    withRule({ when: { grade: { $regex: { $ref: 'level' } } } }),
    withRule({ when: { tags: { $count: {} } } }),
    withRule({ when: { tags: { $count: { where: 'eu' } } } }),
    withRule({ when: { tags: { $count: { $ne: 1 } } } }),
    withRule({ when: { tags: { $all: ['eu'] } } }),
    withRule({ severity: { from: 'level', map: { page: 'error' } } }),
    withRule({ severity: { from: 'level', map: {}, default: 'info' } }),
    withRule({ severity: { from: 'level', map: { page: 'high' }, default: 'info' } }),
    withRule({ severity: { from: '{{ level }}', map: { page: 'error' }, default: 'info' } }),
    withRule({ to: {} }),
    withRule({ to: 'chat' }),
    withRule({ to: { critical: ['chat'] } }),
    withRule({ to: { crit: ['chat'], default: ['chat'] } }),
    withRule({ to: { default: [] } }),
    withRule({ mode: 'off' }),
    withRule({ onUnknown: 'page' }),
    withRule({ otherwise: 'yes' }),
    withRule({ baseline: { metric: 'inboxRate' } }),
    withRule({ baseline: { metric: 'inboxRate', dropAtLeast: 0 } }),
    withRule({ baseline: { metric: 'inboxRate', dropAtLeast: 0.1, over: 4 } }),
    withRule({ absent: '26h' }),
    withRule({ absent: { for: '0h' } }),
    withRule({ message: {} }),
    withRule({ message: 'It is bad' }),
    withRule({ message: { title: '' } }),
    withRule({ message: { subtitle: 'It is bad' } }),
    withRule({ message: { fields: Object.fromEntries([...'abcdefghijk'].map((name) => [name, 'x'])) } }),
  ])('%s', (text) => {
    expect([isFine(text), isValid(text)]).toEqual([false, false]);
  });
});

/** What no schema can say; `check` does. */
describe('only tocsin refuses', () => {
  test.each([
    ['a name that leads nowhere', withRule({ to: ['nobody'] })],
    ['a rule that would never end', withRule({ on: ['monitor.alert'] })],
    ['an id that stands twice', rulesFile({ rules: [rule, rule] })],
    ['a key that cannot be made', withRule({ key: '{{ domain | upcase }}' })],
    ['a fallback that leads nowhere', withDestination({ ...webhook, fallback: 'nobody' })],
    ['a circle of fallbacks', withDestination({ ...webhook, fallback: 'chat' })],
    ['a range the wrong way round', withRule({ when: { score: { $between: [8, 2] } } })],
    ['what is no regular expression', withRule({ when: { domain: { $regex: '(' } } })],
    ['a rate in per cent', withRule({ when: { inboxRate: { $lt: 80 } } })],
    ['a template that cannot be read', withRule({ message: { title: '{{ domain | raw }}' } })],
    ['a usual fall of more than there is', withRule({ baseline: { metric: 'inboxRate', dropAtLeast: 15 } })],
    ['what does not go with "absent"', withRule({ absent: { for: '26h' } })],
    ['a catch-all with a key', withRule({ otherwise: true, key: 'all' })],
    ['a key that is new with every delivery', withRule({ key: '{{ test.id }}' })],
    ['more matches than there are events', withRule({ fireAfter: { count: 3, of: 2 } })],
    ['edits that are too many', withDestination({ ...slack, editEvery: '500ms' })],
    ['a time-out that is too long', withDestination({ ...webhook, timeout: '2m' })],
  ])('%s', (_, text) => {
    expect([isFine(text), isValid(text)]).toEqual([false, true]);
  });
});

test('the schema knows the operators that a filter knows', () => {
  const known = Object.keys(objects.find(({ at }) => at === '#/$defs/filter')?.schema.properties ?? {});
  expect(known).toEqual(operatorNames);
});

/** What operators take, and what they do not. */
const operand = fc.constantFrom<unknown>(
  'gmail',
  'a.b',
  '',
  0.8,
  2,
  true,
  null,
  [1, 2],
  [2, 1, 3],
  { $ref: 'a.b' },
  {},
);

/** Filters, and what looks like one. */
const { filterish } = fc.letrec<{ filterish: unknown; value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    operand,
    tie('filterish'),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.array(tie('filterish'), { minLength: 1, maxLength: 2 }),
    fc.record({ where: tie('value'), $gte: operand, $eq: operand }, { requiredKeys: [] }),
  ),
  filterish: fc.dictionary(fc.constantFrom('domain', 'a.b', '', '$near', ...operatorNames), tie('value'), {
    maxKeys: 2,
  }),
}));

test('of any filter, the schema says what compiling it says', () => {
  const validate = ajv.getSchema('rules#/$defs/filter');
  const verdicts = { true: 0, false: 0 };
  fc.assert(
    fc.property(filterish, (filter) => {
      const problems: Problem[] = [];
      compileFilter(filter, 'when', problems);
      const isGood = problems.length === 0;
      verdicts[`${isGood}`] += 1;
      expect(validate?.(filter)).toBe(isGood);
    }),
    { numRuns: 3_000 },
  );
  expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(20);
});
