import fc from 'fast-check';
import { expect, test } from 'vitest';
import { agenda } from '../../../src/pipeline/rehearsal/agenda.ts';

type Step = { act: 'put'; id: string; at: number } | { act: 'drop'; id: string } | { act: 'take' };

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant('put' as const), id, at: fc.nat({ max: 8 }) }) },
  fc.record({ act: fc.constant('drop' as const), id }),
  fc.record({ act: fc.constant('take' as const) }),
);

/** The same, as plain as can be: in the order of the moments, then in which they were put in. */
function plainAgenda() {
  let entries: { id: string; at: number }[] = [];
  const without = (id: string) => entries.filter((each) => each.id !== id);
  const sorted = () => entries.toSorted((a, b) => a.at - b.at);
  return {
    put(id: string, at: number) {
      if (entries.some((each) => each.id === id && each.at === at)) return;
      entries = [...without(id), { id, at }];
    },
    drop(id: string) {
      entries = without(id);
    },
    nextAt: () => sorted()[0]?.at ?? Number.POSITIVE_INFINITY,
    take() {
      const first = sorted()[0]?.id;
      if (first !== undefined) entries = without(first);
      return first;
    },
  };
}

test('gives the earliest first, each once, at the moment it was last put in at', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const mine = agenda();
      const plain = plainAgenda();
      for (const each of steps) {
        if (each.act === 'put') for (const one of [mine, plain]) one.put(each.id, each.at);
        else if (each.act === 'drop') for (const one of [mine, plain]) one.drop(each.id);
        else expect(mine.take()).toBe(plain.take());
        expect(mine.nextAt()).toBe(plain.nextAt());
      }
    }),
  );
});

test('stays in order when it is tidied of what was moved', () => {
  const mine = agenda();
  for (let i = 0; i < 5_000; i += 1) mine.put(`id${i % 3}`, 10_000 - i);
  expect([mine.take(), mine.take(), mine.take(), mine.take()]).toEqual(['id1', 'id0', 'id2', undefined]);
});
