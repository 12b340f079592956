import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Event } from '../../../src/domain/event.ts';
import type { RuleSet } from '../../../src/domain/rules/rule-set.ts';
import { anEvent } from '../events.ts';
import { changesIn, standingOf, town, verdictsIn } from '../town.ts';

const many = 10_000;
const heardBy = ({ hearing }: RuleSet, event: Partial<Event>) => hearing(anEvent(event)).map(({ rule }) => rule.id);

describe('of ten thousand rules', () => {
  const rules = Array.from({ length: many }, (_, i) => ({
    id: `r${i}`,
    on: ['alert.triggered'],
    where: { domain: `d${i}.example` },
    key: `k${i}:{{ alert.id }}`,
  }));
  const set = standingOf(rules).rules;
  const alert = { source: 'reachscore', alert: { id: 'al_1' } };

  test('an event is asked of by those that name its domain', () => {
    expect(heardBy(set, { ...alert, type: 'alert.triggered', domain: 'd77.example' })).toEqual(['r77']);
    expect(heardBy(set, { ...alert, type: 'alert.triggered', domain: 'other.example' })).toEqual([]);
    expect(heardBy(set, { ...alert, type: 'alert.triggered' })).toEqual([]);
    expect(heardBy(set, { ...alert, type: 'test.completed', domain: 'd77.example' })).toEqual([]);
  });

  test('each hears the end of its type, whatever its "where" says', () => {
    expect(heardBy(set, { ...alert, type: 'alert.resolved' })).toHaveLength(many);
  });

  test('those that are not asked are deaf to it in the trace', () => {
    const { happens } = town(...rules.slice(0, 100));
    const routing = happens({ ...alert, type: 'alert.triggered', domain: 'd77.example' });
    expect(changesIn(routing)).toEqual(['k77:al_1#1 opened']);
    expect(routing.trace.deaf).toBe(99);
    expect(routing.trace.rules).toHaveLength(1);
  });
});

test('of few, each is asked, so that the trace shows why it did not match', () => {
  const { happens } = town(
    ...['a', 'b', 'c'].map((domain) => ({ where: { domain }, when: { grade: 'F' }, key: domain, resolveAfter: '6h' })),
  );
  const routing = happens({ domain: 'b', grade: 'F' });
  expect(verdictsIn(routing)).toEqual(['match', 'out-of-scope', 'out-of-scope']);
  expect(routing.trace.rules[1]?.where).toMatchObject({ path: 'domain', expected: 'a', actual: 'b' });
  expect(routing.trace.deaf).toBe(0);
});

test('types that nobody knows cost no more memory than one', () => {
  const { rules } = standingOf(
    Array.from({ length: 200 }, (_, i) => ({ where: { domain: `d${i}` }, key: 'k', resolveAfter: '6h' })),
  );
  for (let i = 0; i < 3_000; i += 1) expect(heardBy(rules, { type: `made.up.${i}`, domain: 'd7' })).toEqual(['r7']);
  expect(heardBy(rules, { type: 'made.up.0', domain: 'd8' })).toEqual(['r8']);
});

const anyRule = fc.record(
  {
    on: fc.subarray(['test.completed', 'alert.*', 'alert.triggered', 'domain.verified', '*'], { minLength: 1 }),
    from: fc.subarray(['inbox-check', 'reachscore'], { minLength: 1 }),
    where: fc.record(
      { domain: fc.constantFrom('a', 'b'), level: fc.constantFrom('page', 'warn'), tags: fc.constant('eu') },
      { requiredKeys: ['domain'] },
    ),
  },
  { requiredKeys: [] },
);
const anyHeard = fc.record(
  {
    type: fc.constantFrom('test.completed', 'alert.triggered', 'alert.resolved', 'domain.verified', 'other'),
    source: fc.constantFrom('inbox-check', 'reachscore'),
    domain: fc.constantFrom('a', 'b', 'c'),
    level: fc.constantFrom('page', 'warn'),
    tags: fc.constant<string[]>(['eu', 'us']),
  },
  { requiredKeys: ['type', 'source'] },
);

test('with the index, the same rules have an event in scope as without, in the order of the file', () => {
  fc.assert(
    fc.property(fc.array(anyRule, { maxLength: 8 }), anyHeard, (some, heard) => {
      const event = anEvent(heard);
      // So many that are never in scope that there is an index, which the few alone do not have.
      const others = Array.from({ length: 60 }, (_, i) => ({ where: { domain: `other-${i}` } }));
      const texts = some.map((text, i) => ({ id: `s${i}`, key: 'k', resolveAfter: '6h', ...text }));
      const inScope = (rules: Record<string, unknown>[]) =>
        standingOf(rules)
          .rules.hearing(event)
          .filter(({ rule }) => rule.id.startsWith('s'))
          .filter(({ rule, ending }) => ending || !rule.where || rule.where(event).verdict === 'match')
          .map(({ rule, ending }) => `${rule.id}${ending ? ' ends' : ''}`);
      const padding = others.map((text, i) => ({ id: `o${i}`, key: 'k', resolveAfter: '6h', ...text }));
      expect(inScope([...padding, ...texts])).toEqual(inScope(texts));
    }),
  );
});

describe('a catch-all', () => {
  const alarm = { id: 'alarm', on: ['test.completed'], where: { domain: 'a' }, when: { grade: 'F' }, key: 'k' };
  const rest = { id: 'rest', otherwise: true };

  test('hears what no other rule has in scope, and tells it once', () => {
    const routing = town(rest, alarm).happens({ domain: 'b', grade: 'F' });
    expect(routing.episodes.map(({ key, kind }) => [key, kind])).toEqual([['notice:inbox-check:rest:dlv_1', 'notice']]);
  });

  test.each([
    ['is bad', { grade: 'F' }],
    ['is fine', { grade: 'A' }],
    ['cannot be known', {}],
  ])('is silent about what another has in scope and finds that it %s', (_, fields) => {
    const routing = town(rest, alarm).happens({ domain: 'a', ...fields });
    expect(routing.episodes.filter(({ kind }) => kind === 'notice')).toEqual([]);
    expect(routing.trace.rules.find(({ rule }) => rule === 'rest')).toMatchObject({
      verdict: 'out-of-scope',
      because: 'alarm has it in scope: this rule hears what no other does',
    });
  });

  test('hears what only a rule in shadow, or another catch-all, has in scope', () => {
    const { happens } = town(rest, { ...alarm, mode: 'shadow' }, { ...rest, id: 'rest-2', when: { grade: 'F' } });
    const { episodes } = happens({ domain: 'a', grade: 'F' });
    expect(episodes.filter(({ kind }) => kind === 'notice').map(({ said }) => said.rule)).toEqual(['rest', 'rest-2']);
  });

  test('is silent about what ends something', () => {
    const { happens } = town(rest, { on: ['alert.triggered'], key: 'k:{{ alert.id }}' });
    expect(happens({ type: 'alert.resolved', source: 'reachscore', alert: { id: 'a' } }).episodes).toEqual([]);
  });
});
