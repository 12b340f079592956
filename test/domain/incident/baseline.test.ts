import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Usual } from '../../../src/domain/incident/baseline.ts';
import { fallOf, remembered, usualOf } from '../../../src/domain/incident/baseline.ts';

const baseline = { metric: 'inboxRate', dropAtLeast: 0.15, over: 10 };
const markAt = (seq: number) => ({ at: seq * 1_000, ends: false, seq });

const usualAfter = (values: unknown[]): Usual =>
  values.reduce<Usual>(
    (usual, value, i) => remembered(usual, { mark: markAt(i), value }, baseline),
    usualOf(baseline, undefined),
  );

const fall = (usual: Usual, value: unknown) => fallOf(usual, { mark: markAt(1_000), value }, baseline);

describe('a value is compared with the median of those before it', () => {
  const usual = usualAfter([0.9, 0.92, 0.88, 0.9, 0.2, 0.91]);
  test.each([
    [0.75, 'bad'],
    [0.76, 'between'],
    [0.83, 'over'],
    [0.825, 'over'],
    [0.82, 'between'],
    [0.95, 'over'],
    ['0.1', 'unknown'],
    [undefined, 'unknown'],
  ])('%s below a usual 0.9: %s', (value, verdict) => {
    expect(fall(usual, value)).toMatchObject({ verdict });
  });

  test('with fewer than five of them nothing is known', () => {
    expect(fall(usualAfter([0.9, 0.9, 0.9, 0.9]), 0.1).verdict).toBe('unknown');
    expect(fall(usualAfter([0.9, 0.9, 0.9, 0.9, 0.9]), 0.1).verdict).toBe('bad');
  });

  test('only the last of them count', () => {
    const fallen = usualAfter([...Array(20).fill(0.9), ...Array(10).fill(0.5)]);
    expect(fall(fallen, 0.5)).toMatchObject({ verdict: 'over', usual: 0.5 });
  });

  test('those that happened later do not', () => {
    const late = fallOf(usualAfter([0.9, 0.9, 0.9, 0.9, 0.9]), { mark: markAt(3), value: 0.1 }, baseline);
    expect(late.verdict).toBe('unknown');
  });

  test('a frozen median stands, whatever came since', () => {
    expect(fall({ ...usualAfter(Array(10).fill(0.5)), frozen: 0.9 }, 0.5)).toMatchObject({
      verdict: 'bad',
      usual: 0.9,
    });
  });
});

test('what is remembered does not depend on the order in which it came', () => {
  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 15 });
  fc.assert(
    fc.property(values, fc.infiniteStream(fc.nat()), (all, chance) => {
      const marked = all.map((value, i) => ({ mark: markAt(i), value }));
      const shuffled = marked
        .map((each) => ({ each, at: chance.next().value ?? 0 }))
        .sort((a, b) => a.at - b.at)
        .map(({ each }) => each);
      const join = (list: typeof marked) =>
        list.reduce<Usual>((usual, each) => remembered(usual, each, baseline), usualOf(baseline, undefined));
      expect(join(shuffled)).toEqual(join(marked));
      expect(join([...shuffled, ...shuffled])).toEqual(join(marked));
    }),
  );
});
