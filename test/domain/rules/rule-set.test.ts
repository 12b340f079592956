import { describe, expect, test } from 'vitest';
import type { Event } from '../../../src/domain/event.ts';
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
const when = { level: 'page' };

function compile(...rules: Record<string, unknown>[]) {
  const problems: Problem[] = [];
  const placed = rules.map((rule, order) => ({
    text: ruleSchema.parse({ id: `r${order}`, to: ['slack'], ...rule }),
    order,
  }));
  return { set: compileRules(placed, sources, problems), problems };
}

const made = (type: string, source: string, fields: Partial<Event> = {}): Event => {
  return { id: '1', type, source, occurredAt: '2026-01-01T00:00:00.000Z', live: true, ...fields };
};

/** As which it hears the type from the source: `bad`, `over`, or not at all. */
function hears(rule: Record<string, unknown>, type: string, source = 'reachscore') {
  const { set } = compile({ resolveAfter: '6h', ...rule });
  return set.hearing(made(type, source)).map(({ ending }) => (ending ? 'over' : 'bad'))[0];
}

describe('a rule hears', () => {
  test.each([
    [undefined, 'anything.at_all', 'bad'],
    [['*'], 'anything.at_all', 'bad'],
    [['test.completed'], 'test.completed', 'bad'],
    [['test.completed'], 'test.completed.late', undefined],
    [['test.completed'], 'Test.Completed', undefined],
    [['alert.*'], 'alert.triggered', 'bad'],
    [['alert.*'], 'alert.a.b', 'bad'],
    [['alert.*'], 'alert', undefined],
    [['alert.*'], 'alerts.triggered', undefined],
    [['test.completed', 'test.failed'], 'test.failed', 'bad'],
  ])('on %j: %s as %s', (on, type, as) => {
    expect(hears(on ? { on } : {}, type)).toBe(as);
  });

  test('only the sources in "from"', () => {
    expect(hears({ from: ['inbox-check'] }, 'test.completed', 'inbox-check')).toBe('bad');
    expect(hears({ from: ['inbox-check'] }, 'test.completed', 'reachscore')).toBeUndefined();
  });

  test.each([
    [['alert.triggered'], 'alert.resolved', 'over'],
    [['alert.*'], 'alert.resolved', 'over'],
    [undefined, 'alert.resolved', 'over'],
    [['domain.verification_failed'], 'domain.verified', 'over'],
    [['alert.resolved'], 'alert.resolved', 'bad'],
    [['domain.verification_failed'], 'alert.resolved', undefined],
  ])('on %j the end: %s as %s', (on, type, as) => {
    expect(hears(on ? { on } : {}, type)).toBe(as);
  });

  test('an end only from a sender whose it is', () => {
    expect(hears({ on: ['alert.triggered'] }, 'alert.resolved', 'inbox-check')).toBeUndefined();
    expect(hears({ on: ['alert.*'] }, 'alert.resolved', 'inbox-check')).toBe('bad');
  });

  test('no end, when it is a notice', () => {
    const notice = { lifecycle: 'notice', resolveAfter: undefined };
    expect(hears({ ...notice, on: ['alert.triggered'] }, 'alert.resolved')).toBeUndefined();
    expect(hears({ ...notice, on: ['alert.resolved'] }, 'alert.resolved')).toBe('bad');
  });

  test('nothing, when it is not enabled; its faults are told all the same', () => {
    const { set, problems } = compile({ enabled: false, resolveAfter: '6h', when: { level: null } });
    expect(set.rules).toEqual([]);
    expect(set.hearing(made('test.completed', 'reachscore'))).toEqual([]);
    expect(problems).toMatchObject([{ path: 'rules[0].when.level' }]);
  });

  test('the same for a type however often it is asked, and however many types there are', () => {
    const { set } = compile({ on: ['alert.*'], resolveAfter: '6h' });
    for (let i = 0; i < 2_000; i += 1) expect(set.hearing(made(`alert.${i}`, 'inbox-check'))).toHaveLength(1);
    expect(set.hearing(made('alert.1999', 'inbox-check'))).toHaveLength(1);
    expect(set.hearing(made('test.1', 'inbox-check'))).toHaveLength(0);
  });
});

describe('a rule that can open must be able to end', () => {
  test.each([
    ['by "clear"', { on: ['monitor.alert'], when, clear: { level: 'fine' } }],
    ['by quiet', { on: ['monitor.alert'], when, resolveAfter: '6h' }],
    ['being a notice', { on: ['monitor.alert'], when, lifecycle: 'notice' }],
    ['by a state that is no longer bad', { on: ['test.completed'], when }],
    ['by a state among all types', { when }],
    ['by the end of its type', { on: ['alert.triggered'], from: ['reachscore'] }],
    ['by the end of one of its types', { on: ['alert.*'] }],
  ])('%s', (_, rule) => {
    expect(compile(rule).problems).toEqual([]);
  });

  test.each([
    ['on what only happens', { on: ['monitor.alert'], when }],
    ['on a state, but bad whatever it says', { on: ['test.completed'] }],
    ['on everything, bad whatever it says', {}],
    ['on a type whose end another sender tells', { on: ['alert.triggered'], from: ['inbox-check'] }],
    ['on a state of another sender', { on: ['domain.health_changed'], from: ['inbox-check'], when }],
    ['"clear" behind a "when" that always matches', { on: ['monitor.alert'], clear: { level: 'fine' } }],
  ])('not: %s', (_, rule) => {
    const { problems } = compile(rule);
    expect(problems).toMatchObject([{ path: 'rules[0]' }]);
    expect(problems[0]?.message).toMatch(/"clear".*"resolveAfter".*"notice"/);
  });

  test('a notice has no end', () => {
    const rule = { on: ['domain.verified'], lifecycle: 'notice', when, clear: when, resolveAfter: '6h' };
    expect(compile(rule).problems.map((each) => each.path)).toEqual(['rules[0].clear', 'rules[0].resolveAfter']);
  });
});

describe('counting', () => {
  const counted = (rule: Record<string, unknown>) => compile({ resolveAfter: '6h', ...rule });

  test.each([
    [{}, { fire: { count: 1, of: 1 }, clear: 1 }],
    [{ fireAfter: { count: 2, of: 3 } }, { fire: { count: 2, of: 3 }, clear: 1 }],
    [{ fireAfter: { count: 3 } }, { fire: { count: 3, of: 3 }, clear: 1 }],
    [{ clearAfter: { count: 2 } }, { fire: { count: 1, of: 1 }, clear: 2 }],
    [{ fireAfter: { count: 100, of: 100 } }, { fire: { count: 100, of: 100 }, clear: 1 }],
  ])('%j', (rule, counting) => {
    const { set, problems } = counted(rule);
    expect(problems).toEqual([]);
    expect(set.rules[0]?.counting).toEqual(counting);
  });

  test('more matches than events are a fault, with both ways out', () => {
    expect(counted({ fireAfter: { count: 3, of: 2 } }).problems).toEqual([
      {
        path: 'rules[0].fireAfter',
        message: '3 matches are never among 2 events: "of" at least 3, or "count" at most 2',
      },
    ]);
  });

  test('a notice neither counts matches nor clears', () => {
    const rule = { lifecycle: 'notice', fireAfter: { count: 3, of: 2 }, clearAfter: { count: 1 } };
    const { problems } = compile(rule);
    expect(problems.map((each) => each.path).sort()).toEqual(['rules[0].clearAfter', 'rules[0].fireAfter']);
    for (const { message } of problems) expect(message).toMatch(/leave this out, or make it an incident$/);
  });

  test.each([
    [{ fireAfter: 2 }, 'fireAfter', 'takes an object such as {"count": 2, "of": 3}'],
    [{ clearAfter: 2 }, 'clearAfter', 'takes an object such as {"count": 2}'],
    [{ fireAfter: { count: 0 } }, 'fireAfter.count', 'takes a whole number from 1 to 100'],
    [{ fireAfter: { count: 1.5 } }, 'fireAfter.count', 'takes a whole number from 1 to 100'],
    [{ fireAfter: { count: 1, of: 101 } }, 'fireAfter.of', 'takes a whole number from 1 to 100'],
    [{ clearAfter: { count: '2' } }, 'clearAfter.count', 'takes a whole number from 1 to 100'],
  ])('%j is refused, and says what it takes', (rule, path, message) => {
    const { error } = ruleSchema.safeParse({ id: 'r', to: ['slack'], ...rule });
    expect(error?.issues.map((issue) => [issue.path.join('.'), issue.message])).toEqual([[path, message]]);
  });

  test.each([[{ fireAfter: { count: 1, off: 2 } }], [{ fireAfter: {} }], [{ clearAfter: { count: 1, of: 2 } }]])(
    '%j is refused',
    (rule) => {
      expect(ruleSchema.safeParse({ id: 'r', to: ['slack'], ...rule }).success).toBe(false);
    },
  );
});

describe('a fingerprint', () => {
  const print = (rule: Record<string, unknown>) => compile({ resolveAfter: '6h', ...rule }).set.rules[0]?.fingerprint;
  const rule = { on: ['test.completed', 'test.failed'], key: 'k' };

  test('is of key and types', () => {
    const all = [rule, { ...rule, key: 'other' }, { key: 'k' }, { on: rule.on }, { ...rule, on: ['test.completed'] }];
    expect(new Set(all.map(print)).size).toBe(all.length);
  });

  test('is of nothing else, nor of the order of the types', () => {
    const same = [
      { ...rule, when },
      { ...rule, severity: 'info' },
      { ...rule, to: ['pager'] },
      { ...rule, on: rule.on.toReversed() },
      { ...rule, fireAfter: { count: 2 }, clearAfter: { count: 2 } },
    ];
    for (const each of same) expect(print(each)).toBe(print(rule));
  });
});

test('faults stand at their place in the file, all at once', () => {
  const { problems } = compile(
    { resolveAfter: '6h' },
    { resolveAfter: '6h', where: {}, when: { a: null }, clear: { b: { $foo: 1 } }, key: 'test:{{ domain }}' },
  );
  expect(problems.map((each) => each.path).sort()).toEqual([
    'rules[1].clear.b.$foo',
    'rules[1].key',
    'rules[1].when.a',
    'rules[1].where',
  ]);
});

describe('a rule in the file', () => {
  const rule = { id: 'r', to: ['slack'] };

  test('is silent about most', () => {
    expect(ruleSchema.parse(rule)).toEqual({
      ...rule,
      enabled: true,
      severity: 'warning',
      mode: 'live',
      onUnknown: 'tell-owner',
      otherwise: false,
      testEvents: 'apart',
    });
  });

  test.each([
    [{ ...rule, fireafter: 2 }],
    [{ ...rule, to: [] }],
    [{ ...rule, on: [] }],
    [{ ...rule, on: ['alert.*.x'] }],
    [{ ...rule, on: ['al*'] }],
    [{ ...rule, id: 'a b' }],
    [{ ...rule, severity: 'page' }],
    [{ ...rule, resolveAfter: '0s' }],
    [{ to: ['slack'] }],
  ])('is refused: %j', (json) => {
    expect(ruleSchema.safeParse(json).success).toBe(false);
  });
});
