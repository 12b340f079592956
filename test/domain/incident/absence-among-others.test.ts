import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markOrphans } from '../../../src/domain/incident/orphans.ts';
import { resolveByHand } from '../../../src/domain/incident/people.ts';
import { daily, heardOnce, hours, key, test1 } from '../heard-once.ts';
import { changesIn, hour, minute, start, town } from '../town.ts';

describe('beside others', () => {
  test('an absence stays waited for while another trouble under the key comes and goes', () => {
    const low = { id: 'low', on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } }, key: daily.key };
    const { happens, passes, incident } = heardOnce(daily, low);
    happens({ ...test1, inboxRate: 0.5, at: hours(1) });
    expect(incident().open).toBe(true);
    happens({ ...test1, at: hours(2) });
    expect(incident()).toMatchObject({ open: false, wakeAt: start + 28 * hour });
    expect(passes(hours(28))).toMatchObject([{ change: 'opened' }]);
  });

  test('an end by hand of another trouble does not stop the waiting', () => {
    const low = { id: 'low', on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } }, key: daily.key };
    const { happens, passes, incident, incidents } = heardOnce(daily, low);
    happens({ ...test1, inboxRate: 0.5, at: hours(1) });
    const settled = resolveByHand(incident(), { by: 'ada', at: start + 2 * hour });
    if (typeof settled !== 'string') incidents.set(key, settled.incident);
    expect(passes(hours(27))).toMatchObject([{ change: 'opened', episode: { firing: [{ rule: 'daily' }] } }]);
  });

  test('of two sources of one key any is heard for both', () => {
    const { happens, passes, incident } = heardOnce();
    happens({ ...test1, source: 'reachscore', at: hours(20) });
    expect(incident().wakeAt).toBe(start + 46 * hour);
    expect(passes(hours(46))).toMatchObject([{ episode: { firing: [{ source: 'reachscore' }] } }]);
    expect(changesIn(happens({ ...test1, at: hours(47) }))).toEqual([`${key}#1 ended`]);
    expect(incident().wakeAt).toBe(start + 73 * hour);
  });

  test('what fires by its absence ends as an orphan does when its rule is gone', () => {
    const { passes, edit, incident, incidents } = heardOnce();
    passes(hours(26));
    edit();
    const feeding = [{ rules: {}, sources: ['inbox-check'] }];
    const marked = markOrphans(incident(), feeding, { now: start + 27 * hour, graceMs: 10 * minute });
    if (marked) incidents.set(key, marked);
    expect(passes(hours(27) + 10)).toMatchObject([{ change: 'ended', episode: { end: { why: 'orphaned' } } }]);
    expect(incident()).not.toHaveProperty('wakeAt');
    expect(incident().causes[0]).not.toHaveProperty('absent');
  });
});

test('which was routed first makes no difference', () => {
  const heard = fc.uniqueArray(fc.nat({ max: 300 }), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(heard, fc.infiniteStream(fc.nat()), (minutes, chance) => {
      const all = minutes.map((at, i) => ({ ...test1, at, received: at + 1, seq: i + 1 }));
      const shuffled = all
        .map((each) => ({ each, place: chance.next().value ?? 0 }))
        .sort((a, b) => a.place - b.place)
        .map(({ each }) => each);
      const [one, other] = [all, shuffled].map((order) => {
        const { happens, incidents } = town(daily);
        for (const each of order) happens(each);
        return incidents.get(key);
      });
      expect(one).toEqual(other);
    }),
  );
});
