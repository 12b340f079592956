import { describe, expect, test } from 'vitest';
import { ruleSchema } from '../../../src/domain/rules/rule.ts';
import { possibilityOf } from '../../../src/domain/rules/rule-possible.ts';
import { inboxCheck } from '../../../src/sources/inbox-check.ts';
import { reachscore } from '../../../src/sources/reachscore.ts';

const sources = new Map([
  ['inbox-check', inboxCheck.traits],
  ['reachscore', reachscore.traits],
]);

function found(rule: object) {
  const { faults, doubts } = possibilityOf(ruleSchema.parse({ id: 'r', to: ['a'], ...rule }), 'rule', sources);
  const told = faults.map(({ path, message }) => `${path}: ${message}`);
  return [...told, ...doubts.map(({ path, message }) => `(${path}: ${message})`)];
}

const low = { on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } }, key: 'k:{{ domain }}' };
const twoTypes = {
  on: ['monitor.alert', 'test.completed'],
  when: { type: 'monitor.alert' },
  clear: { type: 'test.completed' },
};

describe('a rule that no event opens', () => {
  test.each([
    ['asks for what its scope excludes', { where: { level: 'warn' }, when: { level: 'page' } }, 'rule.when.level'],
    [
      'asks a sender for what it has not',
      { from: ['inbox-check'], when: { score: { $lt: 50 } } },
      'rule.when.score.$lt',
    ],
    [
      'asks another sender',
      { where: { source: 'reachscore' }, when: { auth: { aligned: false } } },
      'rule.when.auth.aligned',
    ],
    ['asks a type for what only others have', { when: { monitor: { id: 'm' } } }, 'rule.when.monitor.id'],
    [
      'asks in its scope alone',
      { when: undefined, where: { type: 'test.failed' }, resolveAfter: '6h' },
      'rule.where.type',
    ],
    [
      'compares with what is usual of nothing',
      { from: ['inbox-check'], when: undefined, baseline: { metric: 'score', dropAtLeast: 5 } },
      'rule.baseline.metric.score.$exists',
    ],
  ])('%s', (_, rule, path) => {
    expect(found({ ...low, ...rule })).toEqual([expect.stringContaining(`${path}: can never match: `)]);
  });

  test('is said to be none as long as one sender may send such an event', () => {
    expect(found({ ...low, when: { score: { $lt: 50 } } })).toEqual([]);
    expect(found({ ...low, when: { mailSubject: 'a' } })).toEqual([]);
  });
});

describe('a clear that never takes effect', () => {
  test.each([
    ['the same as "when"', { inboxRate: { $lt: 0.8 } }],
    ['part of it', { inboxRate: { $lt: 0.5 } }],
    ['part of it, said otherwise', { $not: { inboxRate: { $gte: 0.8 } } }],
  ])('%s', (_, clear) => {
    expect(found({ ...low, clear })).toEqual([
      'rule.clear: ends nothing: whatever matches it matches "when" as well, which wins; narrow it, or add "resolveAfter" such as "6h"',
    ]);
    expect(found({ ...low, clear, resolveAfter: '6h' })).toEqual([
      expect.stringMatching(/^\(rule\.clear: ends nothing/),
    ]);
  });

  test.each([
    ['what cannot be', {}, { inboxRate: { $gt: 1 } }],
    ['what its scope excludes', { where: { inboxRate: { $lt: 0.9 } } }, { inboxRate: { $gte: 0.95 } }],
    ['what its sender does not have', { from: ['inbox-check'] }, { score: { $gte: 95 } }],
  ])('%s', (_, rule, clear) => {
    expect(found({ ...low, ...rule, clear })).toEqual([expect.stringMatching(/^rule\.clear\.\S+: can never match: /)]);
    const doubt = expect.stringMatching(/^\(rule\.clear\.\S+: can never match: /);
    expect(found({ ...low, ...rule, clear, resolveAfter: '6h' })).toEqual([doubt]);
  });

  test.each([
    { inboxRate: { $gte: 0.8 } },
    { inboxRate: { $lte: 0.8 } },
    { score: { $gte: 95 } },
    { inboxRate: { $exists: true } },
    { inboxRate: { $exists: false } },
  ])('is none: %j', (clear) => {
    expect(found({ ...low, clear })).toEqual([]);
  });

  test('beside a baseline is no part of "when"', () => {
    const baseline = { metric: 'inboxRate', dropAtLeast: 0.1 };
    expect(found({ ...low, baseline, clear: { inboxRate: { $lt: 0.5 } } })).toEqual([]);
  });
});

describe('a rule without "clear"', () => {
  test('never ends where "when" never says no', () => {
    expect(found({ ...low, when: { inboxRate: { $gte: 0 } } })).toEqual([
      expect.stringMatching(/^rule: this rule can open an incident and never end it, since "when" never says/),
    ]);
    expect(found({ ...low, when: { inboxRate: { $exists: true } } })).toEqual([]);
    // One way of it stays unknown, and so does the whole.
    const when = { $or: [{ inboxRate: { $lt: 0.5 } }, { alert: { name: 'a' } }] };
    expect(found({ ...low, when })).toEqual([expect.stringMatching(/^rule: .* "when" never says that it is over/)]);
  });

  test('ends by the type that ends its own, whatever it asks', () => {
    expect(found({ on: ['alert.triggered'], when: { type: 'alert.triggered' } })).toEqual([]);
  });
});

describe('what ends it comes under the key of what it ends', () => {
  test('not so where the clearing type never has it', () => {
    expect(found({ ...twoTypes, key: 'm:{{ monitor.id }}' })).toEqual([
      'rule.key: what ends it has no monitor.id, which the key needs: nothing ends what it opens; choose another key, or add "resolveAfter" such as "6h"',
    ]);
    expect(found({ ...twoTypes, key: 'm:{{ monitor.id }}', resolveAfter: '6h' })).toEqual([]);
    expect(found({ ...twoTypes, key: 'm:{{ domain }}' })).toEqual([]);
  });

  test('not so under default keys of two kinds', () => {
    expect(found(twoTypes)).toEqual([
      expect.stringMatching(
        /^rule: without "key", what opens it stands under the monitor, and what ends it under the domain/,
      ),
    ]);
    expect(found({ ...twoTypes, on: undefined })).toHaveLength(1);
    expect(found({ ...twoTypes, clear: { type: 'monitor.ok' }, on: undefined })).toEqual([]);
  });
});
