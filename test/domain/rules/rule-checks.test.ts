import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/domain/filter/filter.ts';
import { ruleSchema } from '../../../src/domain/rules/rule.ts';
import { compileRules } from '../../../src/domain/rules/rule-set.ts';

const sources = new Map([
  ['inbox-check', { states: ['test.completed'], endings: {} }],
  [
    'reachscore',
    {
      states: ['test.completed', 'domain.health_changed'],
      endings: { 'alert.resolved': 'alert.triggered', 'domain.verified': 'domain.verification_failed' },
    },
  ],
]);

/** `path: message` of each fault, with the path below the rule. */
function faultsIn(rule: Record<string, unknown>): string[] {
  const problems: Problem[] = [];
  compileRules([{ text: ruleSchema.parse({ id: 'r', to: ['slack'], ...rule }), order: 0 }], sources, problems);
  return problems.map(({ path, message }) => `${path.replace(/^rules\[0\]\.?/, '')}: ${message}`);
}

const low = { on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } } };
const edge = { on: ['monitor.alert'], when: { level: 'page' }, resolveAfter: '6h' };

describe('a catch-all', () => {
  test.each([
    ['says so, and no more', {}],
    ['may choose what it hears and tells', { on: ['test.*'], where: { live: true }, when: { grade: 'F' } }],
    ['may say that it is a notice', { lifecycle: 'notice' }],
  ])('%s', (_, rule) => {
    expect(faultsIn({ otherwise: true, ...rule })).toEqual([]);
  });

  test.each(['incident', 'key', 'clear', 'clearAfter', 'resolveAfter', 'fireAfter', 'baseline', 'absent'])(
    'takes no %s',
    (name) => {
      const keys = {
        incident: { lifecycle: 'incident' },
        key: { key: 'all' },
        clear: { clear: { grade: 'A' } },
        clearAfter: { clearAfter: { count: 2 } },
        resolveAfter: { resolveAfter: '6h' },
        fireAfter: { fireAfter: { count: 2 } },
        baseline: { baseline: { metric: 'score', dropAtLeast: 5 } },
        absent: { absent: { for: '26h' } },
      };
      const [fault, ...others] = faultsIn({ otherwise: true, ...keys[name as keyof typeof keys] });
      expect(fault).toMatch(new RegExp(`^${name === 'incident' ? 'lifecycle' : name}: .*leave this out`));
      expect(others).toEqual([]);
    },
  );
});

describe('"absent"', () => {
  const absent = { on: ['test.completed'], absent: { for: '26h' }, key: 'k:{{ domain }}' };

  test('stands alone', () => {
    expect(faultsIn(absent)).toEqual([]);
  });

  test.each([
    ['when', { grade: 'F' }],
    ['clear', { grade: 'A' }],
    ['baseline', { metric: 'score', dropAtLeast: 5 }],
    ['fireAfter', { count: 2 }],
    ['clearAfter', { count: 2 }],
    ['resolveAfter', '6h'],
  ])('does not go with %s', (name, value) => {
    expect(faultsIn({ ...absent, [name]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${name}: "absent" opens when nothing comes`)),
    ]);
  });

  test('is no notice', () => {
    expect(faultsIn({ ...absent, lifecycle: 'notice' })).toEqual([expect.stringMatching(/^absent: /)]);
  });
});

describe('a baseline', () => {
  test('is an end of its own: at half the fall it is over', () => {
    expect(faultsIn({ on: ['monitor.alert'], baseline: { metric: 'value', dropAtLeast: 5 } })).toEqual([]);
  });
});

describe('what ends an incident has to come under its key', () => {
  test.each([
    ['the types that report a state have it', low, 'k:{{ mailSubject }}'],
    ['one of the types that clear has it', { ...low, on: ['test.completed', 'domain.health_changed'] }, '{{ test.x }}'],
    ['the end of its type has it', { on: ['alert.triggered'] }, 'k:{{ alert.id }}'],
    [
      'its own types say that it is over',
      { ...edge, resolveAfter: undefined, clear: { level: 'ok' } },
      '{{ monitor.id }}',
    ],
    ['it hears all types', { when: low.when }, 'k:{{ domain }}'],
    [
      'it is over by quiet',
      { ...low, on: ['test.completed', 'monitor.alert'], resolveAfter: '6h' },
      '{{ monitor.id }}',
    ],
  ])('%s', (_, rule, key) => {
    expect(faultsIn({ ...rule, key })).toEqual([]);
  });

  test.each([
    ['only a type that never has it clears', { ...low, on: ['test.completed', 'monitor.alert'] }, '{{ monitor.id }}'],
    ['so does one with a default', { ...low, on: ['test.completed', 'monitor.*'] }, '{{ monitor.id | default: "-" }}'],
    ['the end of its type never has it', { on: ['domain.verification_failed'] }, 'k:{{ alert.id }}'],
  ])('not so where %s', (_, rule, key) => {
    expect(faultsIn({ ...rule, key })).toEqual([
      expect.stringMatching(/^key: what ends it \(.*\) has no .*, which the key needs: .* or add "resolveAfter"/),
    ]);
  });
});

describe('a key that is another one with every delivery', () => {
  const everNew = [
    '{{ id }}',
    'k:{{ occurredAt }}',
    '{{ domain }}/{{ test.id }}',
    '{{ data.testId }}',
    '{{ inboxRate }}',
  ];

  test.each(everNew)('%s never clears what it opens', (key) => {
    expect(faultsIn({ ...low, key })).toEqual([
      expect.stringMatching(/^key: the key is another one with every delivery.*nothing ever ends what it opens/),
    ]);
    expect(faultsIn({ ...low, key, resolveAfter: '6h' })).toEqual([]);
    expect(faultsIn({ ...low, key, lifecycle: 'notice' })).toEqual([]);
  });

  test.each([
    { fireAfter: { count: 2, of: 3 } },
    { baseline: { metric: 'score', dropAtLeast: 5 } },
    { when: undefined, resolveAfter: undefined, absent: { for: '26h' } },
  ])('never opens where it takes several: %j', (changes) => {
    expect(faultsIn({ ...low, key: '{{ test.id }}', resolveAfter: '6h', ...changes })).toEqual([
      expect.stringMatching(/^key: .*needs several under one: take it out of the key/),
    ]);
  });
});
