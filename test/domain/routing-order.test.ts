import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Happening } from './town.ts';
import { town } from './town.ts';

const rules = [
  {
    on: ['test.completed', 'alert.triggered'],
    when: { level: 'page' },
    clear: { level: 'fine' },
    key: 'k',
    severity: 'warning',
  },
  { on: ['test.completed'], when: { level: 'page', grade: 'F' }, key: 'k', severity: 'critical', to: ['pager'] },
];

const anyHappening: fc.Arbitrary<Happening> = fc.record({
  at: fc.nat({ max: 5 }),
  source: fc.constantFrom('inbox-check', 'reachscore'),
  type: fc.constantFrom('test.completed', 'test.completed', 'alert.triggered', 'alert.resolved'),
  level: fc.constantFrom('page', 'page', 'fine', 'fine', 'so-so'),
  grade: fc.constantFrom('F', 'A'),
});

const arrivals = fc.array(anyHappening, { maxLength: 8 }).chain((drawn) => {
  const all = drawn.map((each, i) => ({ ...each, seq: i + 1, received: 10 + i }));
  return fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }));
});

function inTheEnd(all: Happening[]) {
  const { happens, incidents } = town(...rules);
  for (const each of all) happens(each);
  const incident = incidents.get('k');
  const firing = incident?.causes.filter((cause) => cause.firing).map(({ rule, source }) => `${rule} ${source}`) ?? [];
  return { open: incident?.open ?? false, firing: firing.sort() };
}

test('whichever delivery is routed first, the same causes fire in the end', () => {
  fc.assert(
    fc.property(arrivals, ([all, shuffled]) => {
      expect(inTheEnd(shuffled)).toEqual(inTheEnd(all));
    }),
    { numRuns: 1_000 },
  );
});

test('an incident is open exactly while a cause fires, and every opening is ended before the next', () => {
  fc.assert(
    fc.property(arrivals, ([, shuffled]) => {
      const { happens, incidents } = town(...rules);
      const changes = shuffled.flatMap((each) => happens(each).trace.incidents);
      const incident = incidents.get('k');
      expect(incident?.open ?? false).toBe(incident?.causes.some((cause) => cause.firing) ?? false);
      const turns = changes.filter((each) => each.change !== 'updated');
      expect(turns).toEqual(
        turns.map((_, i) => ({ key: 'k', episode: Math.floor(i / 2) + 1, change: i % 2 === 0 ? 'opened' : 'ended' })),
      );
    }),
  );
});
