import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Heard } from '../../../src/domain/incident/cause.ts';
import { compareMarks, emptied, hear } from '../../../src/domain/incident/cause.ts';
import type { Cause, Counting } from '../../../src/domain/incident/incident.ts';
import { aCause } from '../causes.ts';
import { changesIn, town } from '../town.ts';

const low = { on: ['test.completed', 'monitor.alert'], when: { inboxRate: { $lt: 0.8 } }, key: 'k' };
const counted = { ...low, fireAfter: { count: 2, of: 3 }, clearAfter: { count: 2 } };
const [bad, good] = [{ inboxRate: 0.5 }, { inboxRate: 0.9 }];
/** On a type that reports no state, what is not bad says nothing. */
const neither = { inboxRate: 0.9, type: 'monitor.alert' };

const wordsIn = (routing: ReturnType<ReturnType<typeof town>['happens']>) => routing.trace.rules[0]?.effect;

describe('a rule that counts', () => {
  test('opens with the second match of three and ends with the second clear in a row; the trace counts', () => {
    const { happens } = town(counted);
    const all = [bad, good, bad, good, bad, good, good].map(happens);
    expect(all.flatMap(changesIn)).toEqual(['k#1 opened', 'k#1 updated', 'k#1 ended']);
    expect(all.map(wordsIn)).toEqual([
      'kept: match 1 of 2 needed in the last 3',
      'kept: nothing is open under this key',
      'fires',
      'kept: clear 1 of 2 needed in a row',
      'fires already',
      'kept: clear 1 of 2 needed in a row',
      'over',
    ]);
  });

  test('begins to count anew with each episode', () => {
    const { happens } = town(counted);
    const all = [bad, bad, good, good, bad, bad].map(happens);
    expect(all.map(changesIn)).toEqual([[], ['k#1 opened'], [], ['k#1 ended'], [], ['k#2 opened']]);
  });

  test('counts what says nothing either way, also where it is the first that is heard', () => {
    const twice = { ...low, fireAfter: { count: 2 } };
    const opens = (...happened: Parameters<ReturnType<typeof town>['happens']>[0][]) => {
      const { happens } = town(twice);
      return happened.map(happens).flatMap(changesIn);
    };
    expect(opens({ ...bad, at: 1 }, { ...bad, at: 3 })).toEqual(['k#1 opened']);
    expect(opens({ ...neither, at: 2 }, { ...bad, at: 1, received: 3 }, { ...bad, at: 3 })).toEqual([]);
  });

  test('lets what says nothing break a run of clears, also where it is the first that is heard', () => {
    const slow = { ...low, clearAfter: { count: 2 } };
    const ends = (...first: Parameters<ReturnType<typeof town>['happens']>[0][]) => {
      const { happens } = town(slow);
      const rest = [
        { ...bad, at: 1 },
        { ...good, at: 2 },
        { ...good, at: 4 },
      ];
      return [...first, ...rest.map((each) => ({ ...each, received: 9 }))].map(happens).flatMap(changesIn);
    };
    expect(ends()).toEqual(['k#1 opened', 'k#1 ended']);
    expect(ends({ ...neither, at: 3 })).toEqual(['k#1 opened']);
  });

  test('keeps nothing of what says nothing where it cannot matter', () => {
    expect(town(low).happens(neither).incidents).toEqual([]);
    expect(town({ ...low, fireAfter: { count: 1, of: 2 } }).happens(neither).incidents).toHaveLength(1);
    expect(town({ ...low, clearAfter: { count: 2 } }).happens(neither).incidents).toHaveLength(1);
  });

  test('says why a match opened nothing', () => {
    const { happens } = town(counted);
    happens({ ...bad, at: 10 });
    expect(wordsIn(happens({ ...good, at: 20 }))).toBe('kept: nothing is open under this key');
    expect(wordsIn(happens({ ...neither, at: 5, received: 21 }))).toBe('kept');
    expect(wordsIn(happens({ ...bad, at: 15, received: 22 }))).toBe('fires');
    const other = town(low);
    expect(wordsIn(other.happens({ ...bad, at: 0, received: 24 * 60 + 1 }))).toBe('kept: too old to open anything');
    other.happens({ ...good, at: 2_000 });
    expect(wordsIn(other.happens({ ...bad, at: 1_999, received: 2_001 }))).toBe('kept: something newer stands');
  });

  test('a clear that turns out to be no end is told with what it was that is bad', () => {
    const slow = { ...low, clearAfter: { count: 2 } };
    const { happens } = town(slow, { ...low, id: 'other', when: { score: 1 } });
    happens({ ...bad, score: 1, at: 1 });
    happens({ inboxRate: 0.9, score: 1, at: 2 });
    happens({ inboxRate: 0.9, score: 1, at: 4 });
    const [episode] = happens({ ...neither, at: 3, received: 9 }).episodes;
    expect(episode).toMatchObject({ said: { rule: 'r0', event: { inboxRate: 0.5 } }, firing: [{ rule: 'r0' }, {}] });
  });
});

describe('counting that is edited', () => {
  test('turns nothing by itself, and judges what comes next as it is now', () => {
    const { happens, edit, incidents } = town(low);
    happens(bad);
    edit(counted);
    const open = incidents.get('k');
    expect(changesIn(happens(good))).toEqual([]);
    expect(open?.causes[0]?.firing).toBe(true);
    expect(changesIn(happens(good))).toEqual(['k#1 ended']);
    expect([bad, bad].map(happens).map(changesIn)).toEqual([[], ['k#2 opened']]);
  });

  test('counts what was heard before', () => {
    const { happens, edit } = town({ ...low, fireAfter: { count: 3 } });
    happens(bad);
    happens(bad);
    edit({ ...low, fireAfter: { count: 1 } });
    expect(changesIn(happens(neither))).toEqual([]);
    edit({ ...low, fireAfter: { count: 2, of: 4 } });
    expect(changesIn(happens(bad))).toEqual(['k#1 opened']);
  });

  test('judges nothing anew that was heard before, though something late comes in before it', () => {
    const { happens, edit, incidents } = town(low);
    happens({ ...bad, at: 10 });
    edit({ ...low, fireAfter: { count: 2 } });
    happens({ ...neither, at: 9, received: 11 });
    expect(incidents.get('k')?.causes[0]?.firing).toBe(true);
    const other = town({ ...low, fireAfter: { count: 2 } });
    other.happens({ ...bad, at: 10 });
    other.edit(low);
    expect(changesIn(other.happens({ ...neither, at: 9, received: 11 }))).toEqual([]);
  });
});

const anyCounting: fc.Arbitrary<Counting> = fc
  .record({
    of: fc.integer({ min: 1, max: 20 }),
    count: fc.integer({ min: 1, max: 20 }),
    clear: fc.integer({ min: 1, max: 20 }),
  })
  .map(({ of, count, clear }) => ({ fire: { count: Math.min(count, of), of }, clear }));

const anyHeard = fc.record({
  verdict: fc.constantFrom('match' as const, 'clear' as const, 'neither' as const, 'unknown' as const),
  lateBy: fc.oneof(fc.constant(0), fc.nat({ max: 12 })),
  stale: fc.boolean(),
  counting: anyCounting,
});

function heardOf(
  { lateBy, ...rest }: { lateBy: number } & Pick<Heard, 'verdict' | 'stale' | 'counting'>,
  i: number,
): Heard {
  return { ...rest, mark: { at: i - lateBy, ends: false, seq: i }, receivedAt: i };
}

describe('whatever is heard, late or not, and however the counting is edited', () => {
  test('what says nothing opens nothing that never fired, and a newest that is no match opens nothing', () => {
    fc.assert(
      fc.property(fc.array(anyHeard, { maxLength: 60, size: 'max' }), (drawn) => {
        let cause: Cause = aCause();
        for (const [i, each] of drawn.entries()) {
          const heard = heardOf(each, i);
          const { cause: after, effect } = hear(cause, heard);
          const isNewest = after.ring.at(-1)?.seq === heard.mark.seq;
          if (effect === 'fires' && isNewest) expect(heard.verdict).toBe('match');
          if (effect === 'ends' && isNewest) expect(heard.verdict).toBe('clear');
          if (effect === 'fires') expect(after.ring.some((entry) => entry.verdict === 'match')).toBe(true);
          cause = after;
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('the ring stays in order, and no longer than what counts in it and eight more', () => {
    fc.assert(
      fc.property(fc.array(anyHeard, { maxLength: 80, size: 'max' }), (drawn) => {
        const all = drawn.map(heardOf);
        const counted = Math.max(1, ...all.map(({ counting }) => Math.max(counting.fire.of, counting.clear)));
        const { ring, firing } = all.reduce((cause, heard) => hear(cause, heard).cause, aCause());
        expect(ring.length).toBeLessThanOrEqual(counted + 8);
        expect(ring).toEqual(ring.toSorted(compareMarks));
        expect(firing).toBe(ring.at(-1)?.firing ?? false);
      }),
      { numRuns: 500 },
    );
  });

  test('what was over stays over: an emptied cause is deaf to all it has heard that says anything', () => {
    fc.assert(
      fc.property(fc.array(anyHeard, { maxLength: 40, size: 'max' }), (drawn) => {
        const all = drawn.map(heardOf);
        const cause = emptied(
          all.reduce((before, heard) => hear(before, heard).cause, aCause()),
          1,
        );
        const telling = all.filter(({ verdict }) => verdict === 'match' || verdict === 'clear');
        for (const heard of telling) expect(hear(cause, { ...heard, verdict: 'match' }).effect).toBe('late');
      }),
      { numRuns: 500 },
    );
  });
});

test('a match that is forgotten behind a long ring is over with the episode', () => {
  const counting: Counting = { fire: { count: 1, of: 1 }, clear: 1 };
  const heard = (verdict: 'match' | 'neither', at: number): Heard => ({
    mark: { at, ends: false, seq: at },
    verdict,
    stale: false,
    receivedAt: at,
    counting,
  });
  let { cause } = hear(aCause(), heard('match', 1));
  for (let at = 2; at < 50; at += 1) cause = hear(cause, heard('neither', at)).cause;
  expect(cause.firing).toBe(true);
  expect(hear(emptied(cause, 1), { ...heard('match', 1), receivedAt: 60 }).effect).toBe('late');
});
