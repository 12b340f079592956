import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Heard } from '../../../src/domain/incident/cause.ts';
import { hear, once } from '../../../src/domain/incident/cause.ts';
import type { Counting } from '../../../src/domain/incident/incident.ts';
import { aCause } from '../causes.ts';

const anyCounting: fc.Arbitrary<Counting> = fc
  .record({ of: fc.integer({ min: 1, max: 4 }), misses: fc.nat({ max: 2 }), clear: fc.integer({ min: 1, max: 3 }) })
  .map(({ of, misses, clear }) => ({ fire: { count: Math.max(1, of - misses), of }, clear }));

const anyHeard = fc.record({
  at: fc.nat({ max: 6 }),
  ends: fc.boolean(),
  verdict: fc.constantFrom('match', 'match', 'clear', 'clear', 'neither', 'unknown'),
  stale: fc.boolean(),
  receivedAt: fc.nat({ max: 100 }),
});

function heardAll(events: Omit<Heard, 'counting'>[], counting: Counting) {
  return events.reduce((cause, event) => hear(cause, { ...event, counting }).cause, aCause());
}

function arrivals(longest: number) {
  return fc.array(anyHeard, { maxLength: longest }).chain((drawn) => {
    const events = drawn.map(({ at, ends, ...rest }, i) => ({ ...rest, mark: { at, ends, seq: i + 1 } }));
    return fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }));
  });
}

test('any order of arrival ends in the same state and the same ring', () => {
  fc.assert(
    fc.property(arrivals(9), anyCounting, ([events, shuffled], counting) => {
      expect(heardAll(shuffled, counting)).toEqual(heardAll(events, counting));
    }),
    { numRuns: 1_000 },
  );
});

test('also where the rule was edited in between: each event is judged as the rule counted when it happened', () => {
  const edited = arrivals(9).chain(([events, shuffled]) =>
    fc.array(anyCounting, { minLength: events.length, maxLength: events.length }).map((countings) => {
      const counted = (each: Omit<Heard, 'counting'>): Heard => ({
        ...each,
        counting: countings[each.mark.seq - 1] ?? once,
      });
      return [events.map(counted), shuffled.map(counted)] as const;
    }),
  );
  fc.assert(
    fc.property(edited, ([events, shuffled]) => {
      const all = (heard: readonly Heard[]) => heard.reduce((cause, each) => hear(cause, each).cause, aCause());
      expect(all(shuffled)).toEqual(all(events));
    }),
    { numRuns: 1_000 },
  );
});

test('also where the ring no longer keeps everything, while none comes more than eight places late', () => {
  const late = fc.array(fc.nat({ max: 8 }), { minLength: 30, maxLength: 30 });
  fc.assert(
    fc.property(fc.array(anyHeard, { minLength: 30, maxLength: 30 }), late, anyCounting, (drawn, delays, counting) => {
      const events = drawn.map((each, i) => ({ ...each, mark: { at: i, ends: each.ends, seq: i + 1 } }));
      const shuffled = events
        .map((event, i) => ({ event, place: i + (delays[i] ?? 0) }))
        .sort((a, b) => a.place - b.place)
        .map(({ event }) => event);
      expect(heardAll(shuffled, counting)).toEqual(heardAll(events, counting));
    }),
    { numRuns: 500 },
  );
});
