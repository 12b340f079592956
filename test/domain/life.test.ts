import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Step } from './life.ts';
import { life } from './life.ts';

const low = { id: 'low', on: ['test.completed', 'monitor.alert'], when: { level: 'page' }, key: 'k' };
const counted = { ...low, id: 'counted', fireAfter: { count: 2, of: 3 }, clearAfter: { count: 2 }, severity: 'error' };
const ended = {
  on: ['alert.triggered'],
  id: 'ended',
  key: 'k',
  severity: 'critical',
  to: ['pager'],
  resolveAfter: '20m',
};
const graded = { ...low, id: 'graded', when: { grade: 'F' }, severity: 'critical', to: ['other', 'slack'] };

const fallen = {
  ...low,
  id: 'fallen',
  when: undefined,
  baseline: { metric: 'inboxRate', dropAtLeast: 0.15, over: 5 },
  clearAfter: { count: 2 },
};
const daily = { id: 'daily', on: ['test.completed'], key: 'k', absent: { for: '8m' }, to: ['slack', 'other'] };
const shadow = { mode: 'shadow' };

/** One file after another: what the first rules open may be ended under other ones, or be an orphan. */
const files: Record<string, unknown>[][] = [
  [low, counted, ended],
  [low, counted, ended, graded],
  [
    { ...low, severity: 'critical', to: ['other'], resolveAfter: '15m' },
    { ...counted, fireAfter: { count: 3 } },
    graded,
  ],
  [
    { ...low, key: 'k', on: ['test.*'] },
    { ...counted, clearAfter: { count: 1 } },
  ],
  [ended],
  [],
  [fallen, daily, low],
  [
    { ...fallen, ...shadow },
    { ...daily, ...shadow },
    { ...low, ...shadow },
  ],
  [fallen, { ...daily, absent: { for: '3m' } }, { ...low, ...shadow }],
  [{ ...fallen, fireAfter: { count: 2, of: 3 } }, counted, { ...daily, ...shadow }],
];

const event: fc.Arbitrary<Step> = fc.record({
  is: fc.constant('event' as const),
  what: fc.record({
    source: fc.constantFrom('inbox-check', 'reachscore'),
    type: fc.constantFrom('test.completed', 'test.completed', 'monitor.alert', 'alert.triggered', 'alert.resolved'),
    level: fc.constantFrom('page', 'page', 'fine'),
    grade: fc.constantFrom('F', 'A'),
    inboxRate: fc.constantFrom(0.9, 0.9, 0.9, 0.88, 0.8, 0.5),
  }),
  lateBy: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 30 }) }),
  again: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

const person: fc.Arbitrary<Step> = fc.record({
  is: fc.constant('person' as const),
  does: fc.constantFrom('acknowledge', 'unacknowledge', 'snooze', 'resolve'),
  by: fc.constantFrom('ada', 'bob'),
  looksAt: fc.constantFrom('now', 'now', 'before'),
});

const time: fc.Arbitrary<Step> = fc.record({
  is: fc.constant('time' as const),
  passes: fc.nat({ max: 25 }),
  deafFor: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 25 }) }),
  unroutedFor: fc.option(fc.nat({ max: 30 }), { nil: undefined }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: event },
  { weight: 3, arbitrary: person },
  { weight: 3, arbitrary: time },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('edit' as const), to: fc.nat({ max: files.length - 1 }) }) },
  { weight: 1, arbitrary: fc.constant({ is: 'stand-in' as const }) },
);

test('whatever happens, in whatever order, and whatever people do: what is kept is whole, and what is over stays over', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const { take, episodes, shadows } = life(files);
      for (const each of steps) take(each);
      if (shadows.size > 0) seen.add('in shadow');
      for (const { end, changes = [], said } of episodes.values()) {
        if (end) seen.add(end.why);
        for (const { op } of said.tripped) if (op === 'absent' || op === 'baseline') seen.add(op);
        for (const { what } of changes) seen.add(what);
      }
    }),
    { numRuns: 200 },
  );
  // The walks went everywhere: without that, nothing above says much.
  const everything = [
    'cleared',
    'quiet',
    'by-hand',
    'orphaned',
    'raised',
    'acknowledged',
    'snoozed',
    'ended',
    'absent',
    'in shadow',
  ];
  expect([...seen]).toEqual(expect.arrayContaining(everything));
});

test('a long life leaves no more behind than a short one', () => {
  const happened = (rounds: number) => {
    const { take, current } = life(files);
    for (let i = 0; i < rounds; i += 1) {
      take({
        is: 'event',
        what: { level: i % 7 < 5 ? 'page' : 'fine', type: 'test.completed' },
        lateBy: 0,
        again: false,
      });
      take({ is: 'person', does: i % 2 === 0 ? 'acknowledge' : 'snooze', by: 'ada', looksAt: 'now' });
      take({ is: 'time', passes: 1, deafFor: 0, unroutedFor: undefined });
    }
    return JSON.stringify(current()).length;
  };
  expect(happened(400)).toBeLessThan(happened(60) * 1.2);
});
