import { describe, expect, test } from 'vitest';
import type { Cause } from '../../../src/domain/incident/incident.ts';
import { messageOf } from '../../../src/domain/message/message.ts';
import type { Routing } from '../../../src/domain/routing.ts';
import type { Happening } from '../town.ts';
import { changesIn, town, verdictsIn } from '../town.ts';

const key = 'k';
const fall = {
  id: 'fall',
  on: ['test.completed'],
  baseline: { metric: 'inboxRate', dropAtLeast: 0.15, over: 10 },
  key,
};
const usually = 0.9;

/** A town in which six tests went as usual; and whatever else is heard. */
function usual(rule: Record<string, unknown> = fall, rate = usually) {
  const place = town(rule);
  const hears = (inboxRate: number | undefined, over: Happening = {}) =>
    place.happens({ ...(inboxRate === undefined ? {} : { inboxRate }), counts: counted(10), ...over });
  for (let i = 0; i < 6; i += 1) hears(rate);
  const cause = (): Cause => {
    const found = place.incidents.get(key)?.causes[0];
    if (!found) throw new Error('nothing is kept');
    return found;
  };
  return { ...place, hears, cause };
}

const counted = (total: number) => ({ inbox: 1, spam: 0, missing: 0, total });
const conditionIn = (routing: Routing) => routing.trace.rules[0]?.baseline;

describe('a fall below what was usual', () => {
  test('opens, and says from where to where', () => {
    const { hears } = usual();
    const routing = hears(0.6);
    expect(changesIn(routing)).toEqual([`${key}#1 opened`]);
    expect(routing.episodes[0] && messageOf(routing.episodes[0]).title).toBe(
      'inbox-check: inbox rate 60.0% (usual is 90.0%)',
    );
    expect(conditionIn(routing)).toEqual({
      path: 'inboxRate',
      op: 'baseline',
      expected: 'at least 0.15 below 0.9',
      actual: 0.6,
      verdict: 'match',
    });
  });

  test('is not known before five values are, and that is kept', () => {
    const { happens, incidents } = town(fall);
    for (let i = 0; i < 5; i += 1) {
      const routing = happens({ inboxRate: i < 4 ? 0.9 : 0.1 });
      expect(routing.trace.rules).toMatchObject([
        {
          verdict: 'unknown',
          because: '"baseline" cannot be known: fewer than 5 earlier values',
          baseline: { expected: 'at least 5 earlier values', verdict: 'unknown' },
        },
      ]);
    }
    expect(incidents.get(key)).toMatchObject({ open: false, episode: 0, causes: [{ ring: [] }] });
    expect(verdictsIn(happens({ inboxRate: 0.1 }))).toEqual(['match']);
  });

  test('is not known where the metric is no number, and that is not kept', () => {
    const { happens, hears, cause } = usual();
    const before = cause().usual;
    expect(hears(undefined).trace.rules).toMatchObject([
      { verdict: 'unknown', because: '"baseline" cannot be known: inboxRate is no number' },
    ]);
    expect(happens({ inboxRate: Number.POSITIVE_INFINITY }).trace.rules).toMatchObject([{ verdict: 'unknown' }]);
    expect(cause().usual).toEqual(before);
  });

  test('is over where half of it is made up for, and not before', () => {
    const { hears } = usual();
    hears(0.6);
    expect(verdictsIn(hears(0.8))).toEqual(['neither']);
    const routing = hears(0.83);
    expect(changesIn(routing)).toEqual([`${key}#1 ended`]);
    expect(routing.episodes[0] && messageOf(routing.episodes[0]).end?.words).toBe('recovered: inbox rate 83.0%');
  });

  test('is over where "clear" says so, if the rule has one', () => {
    const { hears } = usual({ ...fall, clear: { inboxRate: { $gte: 0.89 } } });
    hears(0.6);
    expect(verdictsIn(hears(0.88))).toEqual(['neither']);
    expect(changesIn(hears(0.89))).toEqual([`${key}#1 ended`]);
  });

  test('is of the same source: another has its own usual', () => {
    const { hears } = usual();
    expect(verdictsIn(hears(0.1, { source: 'reachscore' }))).toEqual(['unknown']);
  });

  test('is and-ed with "when", which clears nothing by itself', () => {
    const rule = { ...fall, when: { counts: { total: { $gte: 5 } } } };
    const { hears } = usual(rule);
    expect(verdictsIn(hears(0.6, { counts: counted(3) }))).toEqual(['neither']);
    expect(verdictsIn(hears(0.6))).toEqual(['match']);
    expect(verdictsIn(hears(0.8, { counts: counted(3) }))).toEqual(['neither']);
    expect(verdictsIn(hears(0.9, { counts: counted(3) }))).toEqual(['clear']);
  });

  test('is not known where "when" is not, unless there is none', () => {
    const rule = { ...fall, when: { level: 'page' } };
    const { hears } = usual(rule);
    expect(hears(0.6).trace.rules).toMatchObject([{ verdict: 'unknown', because: '"when" cannot be known' }]);
    expect(verdictsIn(hears(0.8))).toEqual(['neither']);
    expect(verdictsIn(hears(0.9))).toEqual(['clear']);
  });
});

describe('what is usual', () => {
  test('stays what it was from the first match to the end, and then goes with the values', () => {
    const { hears, cause } = usual();
    for (let i = 0; i < 12; i += 1) expect(verdictsIn(hears(0.6))).toEqual(['match']);
    expect(cause().usual).toMatchObject({ frozen: 0.9 });
    expect(changesIn(hears(0.9))).toEqual([`${key}#1 ended`]);
    expect(cause().usual).not.toHaveProperty('frozen');
    expect(cause().usual?.values.at(-2)).toMatchObject({ value: 0.6 });
    expect(conditionIn(hears(0.4))).toMatchObject({ expected: 'at least 0.15 below 0.6', verdict: 'match' });
  });

  test('is held through the matches that it takes to open', () => {
    const { hears, cause } = usual({ ...fall, fireAfter: { count: 3 } });
    hears(0.6);
    expect(cause().usual).toMatchObject({ frozen: 0.9 });
    hears(0.6);
    expect(changesIn(hears(0.6))).toEqual([`${key}#1 opened`]);
  });

  test('is let go by a clear while nothing fires, and once no match counts any more', () => {
    const cleared = usual({ ...fall, fireAfter: { count: 3 } });
    cleared.hears(0.6);
    cleared.hears(0.9);
    expect(cleared.cause().usual).not.toHaveProperty('frozen');
    const gone = usual({ ...fall, fireAfter: { count: 2, of: 3 } });
    gone.hears(0.6);
    gone.hears(0.8);
    gone.hears(0.8);
    expect(gone.cause().usual).toMatchObject({ frozen: 0.9 });
    gone.hears(0.8);
    expect(gone.cause().usual).not.toHaveProperty('frozen');
  });

  test('is not let go by an older clear that comes late', () => {
    const { hears, cause } = usual({ ...fall, fireAfter: { count: 3 } });
    hears(0.6, { at: 20 });
    hears(0.9, { at: 19, received: 21 });
    expect(cause().usual).toMatchObject({ frozen: 0.9 });
  });

  test('is of the metric: an edit of that begins anew', () => {
    const { hears, edit, cause } = usual();
    edit({ ...fall, baseline: { ...fall.baseline, metric: 'score' } });
    hears(0.6, { score: 80 });
    expect(cause().usual).toMatchObject({ metric: 'score', values: [{ value: 80 }] });
    edit({ ...fall, baseline: undefined, when: { inboxRate: { $lt: 0.5 } } });
    hears(0.6);
    expect(cause()).not.toHaveProperty('usual');
  });

  test('stays small, however much is heard', () => {
    const { hears, cause } = usual();
    for (let i = 0; i < 200; i += 1) hears(0.9);
    expect(cause().usual?.values.length).toBeLessThanOrEqual(fall.baseline.over + 8);
  });

  test('knows nothing of what comes too late for an end', () => {
    const { hears, cause } = usual();
    hears(0.6, { at: 20 });
    hears(0.9, { at: 30 });
    const before = cause().usual;
    expect(hears(0.2, { at: 25, received: 31 }).trace.rules).toMatchObject([
      { effect: expect.stringMatching(/^late/) },
    ]);
    expect(cause().usual).toEqual(before);
  });
});

test('an event without what the key needs rings only where it fell', () => {
  const { happens } = town({ ...fall, key: 'k:{{ monitor.id }}', resolveAfter: '6h' });
  for (let i = 0; i < 6; i += 1) expect(verdictsIn(happens({ inboxRate: 0.9 }))).toEqual(['unknown']);
  expect(happens({ inboxRate: 0.5 }).trace.rules).toMatchObject([
    { verdict: 'match', because: 'it has no key of its own: it rings under its default key' },
  ]);
  expect(verdictsIn(happens({ inboxRate: 0.9 }))).toEqual(['unknown']);
});

test('an end that the sender reports is over whatever is usual', () => {
  const alert = {
    id: 'alert',
    on: ['alert.triggered'],
    baseline: { metric: 'value', dropAtLeast: 1, over: 5 },
    key,
    resolveAfter: '6h',
  };
  const { happens } = town(alert);
  const triggered = { type: 'alert.triggered', source: 'reachscore' };
  for (let i = 0; i < 5; i += 1) happens({ ...triggered, value: 10 });
  expect(changesIn(happens({ ...triggered, value: 5 }))).toEqual([`${key}#1 opened`]);
  expect(changesIn(happens({ type: 'alert.resolved', source: 'reachscore' }))).toEqual([`${key}#1 ended`]);
});

test('routing the same delivery again says the same', () => {
  const { hears, incidents } = usual();
  const before = incidents.get(key);
  const first = hears(0.6, { at: 50, seq: 50 });
  if (before) incidents.set(key, before);
  expect(hears(0.6, { at: 50, seq: 50 })).toEqual(first);
});
