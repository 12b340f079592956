import { describe, expect, test } from 'vitest';
import { twinsOf } from '../../../src/domain/incident/shadow.ts';
import type { Happening } from '../town.ts';
import { town } from '../town.ts';

const low = {
  id: 'low',
  on: ['test.completed'],
  when: { inboxRate: { $lt: 0.8 } },
  key: 'k',
  to: ['slack', 'pager'],
};
const shadow = { ...low, mode: 'shadow' };
const counted = { fireAfter: { count: 3 } };
const bad: Happening = { inboxRate: 0.5 };

describe('what is to be read besides', () => {
  const judgedBy = (rule: Record<string, unknown>, happening: Happening) => {
    const { judges, incidents } = town(rule);
    return { judged: judges(happening), incidents };
  };

  test.each<[string, Record<string, unknown>, Happening, string[]]>([
    ['the shadow of a match nobody knows yet', low, bad, ['shadow:k']],
    ['the live one of a rule in shadow', shadow, bad, ['k']],
    ['both lanes of a test', low, { ...bad, isTest: true }, ['shadow:test:k']],
    ['nothing for what says nothing', low, { level: 'x' }, []],
    ['nothing for a notice', { ...low, lifecycle: 'notice' }, bad, []],
  ])('is %s', (_, rule, happening, keys) => {
    const { judged, incidents } = judgedBy(rule, happening);
    expect(twinsOf(judged, incidents)).toEqual(keys);
  });

  test('is nothing where the cause is known', () => {
    const { happens, judges, incidents } = town(low);
    happens(bad);
    expect(twinsOf(judges(bad), incidents)).toEqual([]);
  });
});

test('a long key has a twin too', () => {
  const { happens, edit, incidents } = town({ ...shadow, ...counted, key: 'k:{{ domain }}' });
  const domain = `${'a'.repeat(300)}.example`;
  happens({ ...bad, domain });
  happens({ ...bad, domain });
  edit({ ...low, ...counted, key: 'k:{{ domain }}' });
  happens({ ...bad, domain });
  expect([...incidents.values()].map(({ open, causes }) => [open, causes.length])).toEqual([
    [false, 0],
    [true, 1],
  ]);
});
