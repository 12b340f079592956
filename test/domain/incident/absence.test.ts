import { describe, expect, test } from 'vitest';
import { resolveByHand } from '../../../src/domain/incident/people.ts';
import type { Settled } from '../../../src/domain/incident/settle.ts';
import { messageOf } from '../../../src/domain/message/message.ts';
import { daily, heardOnce, hours, key, test1 } from '../heard-once.ts';
import type { Happening } from '../town.ts';
import { changesIn, hour, owedIn, start, town } from '../town.ts';

const wordsOf = (settled: Settled[]) =>
  settled.map(({ incident, change }) => `${incident.key}#${incident.episode} ${change}`);

describe('what was heard once', () => {
  test('is waited for from then on, and nobody is told', () => {
    const { routing, incident } = heardOnce();
    expect(incident()).toMatchObject({ open: false, episode: 0, wakeAt: start + 26 * hour });
    expect(routing).toMatchObject({ episodes: [], owed: [] });
    expect(routing.trace.rules).toMatchObject([
      { verdict: 'clear', effect: 'kept: it opens when nothing is heard for 26 h' },
    ]);
  });

  test('opens when nothing is heard for so long, and says so', () => {
    const { passes } = heardOnce();
    expect(passes(hours(26) - 1)).toEqual([]);
    const [opened] = passes(hours(26));
    expect(opened).toMatchObject({ change: 'opened', joined: [{ destination: 'slack' }] });
    expect(opened?.episode && messageOf(opened.episode)).toMatchObject({
      title: 'a.example: nothing heard for 26 h',
      state: 'open',
      rules: ['daily'],
    });
    expect(passes(hours(27))).toEqual([]);
  });

  test('is over when one comes, which is waited for anew', () => {
    const { passes, happens, incident } = heardOnce();
    passes(hours(26));
    const routing = happens({ ...test1, at: hours(30) });
    expect(changesIn(routing)).toEqual([`${key}#1 ended`]);
    expect(owedIn(routing)).toEqual(['end slack']);
    const end = routing.episodes[0] && messageOf(routing.episodes[0]).end;
    expect(end).toMatchObject({ words: 'recovered: test completed', confirmed: true });
    expect(incident()).toMatchObject({ open: false, wakeAt: start + 56 * hour });
    expect(wordsOf(passes(hours(56)))).toEqual([`${key}#2 opened`]);
  });

  test('stays quiet as long as it comes in time', () => {
    const { passes, happens } = heardOnce();
    for (let day = 1; day <= 9; day += 1) {
      expect(passes(day * hours(24))).toEqual([]);
      expect(happens({ ...test1, at: day * hours(24) }).episodes).toEqual([]);
    }
  });

  test('ends by quiet after ten periods, and is waited for no more until it is heard', () => {
    const { passes, happens, incident } = heardOnce();
    passes(hours(26));
    expect(passes(hours(260) - 1)).toEqual([]);
    const [ended] = passes(hours(260));
    expect(ended?.episode?.end).toMatchObject({ why: 'quiet', quietMs: 260 * hour });
    expect(incident()).not.toHaveProperty('wakeAt');
    happens({ ...test1, at: hours(300) });
    expect(incident().wakeAt).toBe(start + 326 * hour);
  });

  test('is waited for no more once its absence was ended by hand', () => {
    const { passes, happens, incident, incidents } = heardOnce();
    passes(hours(26));
    const settled = resolveByHand(incident(), { by: 'ada', at: start + 27 * hour });
    if (typeof settled === 'string') throw new Error(settled);
    incidents.set(key, settled.incident);
    expect(incident()).not.toHaveProperty('wakeAt');
    expect(incident().causes[0]).not.toHaveProperty('said');
    happens({ ...test1, at: hours(28) });
    expect(incident().wakeAt).toBe(start + 54 * hour);
  });
});

describe('what does not count as heard', () => {
  test.each<[string, Happening]>([
    ['a test', { ...test1, isTest: true }],
    ['one that is too old when it comes', { ...test1, at: -hours(25), received: 0 }],
    ['one without what the key needs', { type: 'test.completed' }],
  ])('%s is not waited for', (_, happening) => {
    const { happens, incidents } = town(daily);
    expect(happens({ at: 0, ...happening }).incidents).toEqual([]);
    expect(incidents.size).toBe(0);
  });

  test('an old one does not end what is absent', () => {
    const { passes, happens, incident } = heardOnce();
    passes(hours(26));
    const routing = happens({ ...test1, at: hours(1), received: hours(27) });
    expect(routing.trace.rules).toMatchObject([{ effect: 'kept: too old to be a sign of life' }]);
    expect(incident().open).toBe(true);
  });

  test('nor one that is older than the period, however fresh for other rules', () => {
    const { happens, incidents } = town({ ...daily, absent: { for: '1h' } });
    happens({ ...test1, at: 0, received: 61 });
    expect(incidents.size).toBe(0);
  });

  test('a test event does, where the rule takes tests as live', () => {
    const { happens, incidents } = town({ ...daily, testEvents: 'as-live' });
    happens({ ...test1, at: 0, isTest: true });
    expect(incidents.get(key)?.wakeAt).toBe(start + 26 * hour);
  });
});

describe('quiet counts only while we listen', () => {
  test('times when nobody did are added', () => {
    const { passes, incident } = heardOnce();
    const gaps = [{ from: start + hour, until: start + 5 * hour }];
    expect(passes(hours(26), { gaps })).toEqual([]);
    expect(incident().wakeAt).toBe(start + 30 * hour);
    expect(wordsOf(passes(hours(30), { gaps }))).toEqual([`${key}#1 opened`]);
  });

  test('nothing opens while an older delivery is unrouted', () => {
    const { passes, incident } = heardOnce();
    expect(passes(hours(27), { oldestUnroutedAt: start + 25 * hour })).toEqual([]);
    expect(incident().wakeAt).toBe(start + 27 * hour + 60_000);
    expect(wordsOf(passes(hours(28)))).toEqual([`${key}#1 opened`]);
  });
});

describe('the rules in force when it is due', () => {
  test('say who is told, and how bad it is', () => {
    const { passes, edit } = heardOnce();
    edit({ ...daily, severity: 'critical', to: ['pager', 'other'] });
    expect(passes(hours(26))).toMatchObject([
      {
        episode: { severity: 'critical' },
        joined: [{ destination: 'pager' }, { destination: 'other' }],
      },
    ]);
  });

  test('say how long: longer from the next look on, shorter from the next event on', () => {
    const longer = heardOnce();
    longer.edit({ ...daily, absent: { for: '48h' } });
    expect(longer.passes(hours(26))).toEqual([]);
    expect(longer.incident().wakeAt).toBe(start + 48 * hour);
    expect(longer.passes(hours(48))).toMatchObject([{ change: 'opened' }]);
    const shorter = heardOnce();
    shorter.edit({ ...daily, absent: { for: '1h' } });
    shorter.happens({ ...test1, at: hours(2) });
    expect(shorter.incident().wakeAt).toBe(start + 3 * hour);
  });

  test('a much shorter period does not end at once what it opens', () => {
    const { passes, edit, incident } = heardOnce();
    edit({ ...daily, absent: { for: '1h' } });
    expect(passes(hours(26))).toMatchObject([{ change: 'opened' }]);
    expect(incident().wakeAt).toBe(start + 260 * hour);
  });

  test.each<[string, Record<string, unknown>[]]>([
    ['is gone', []],
    ['is another by its key', [{ ...daily, key: 'k:{{ domain }}' }]],
    ['waits for nothing', [{ ...daily, absent: undefined, when: { inboxRate: { $lt: 0.8 } } }]],
    ['does not hear that source', [{ ...daily, from: ['reachscore'] }]],
    ['has it out of scope', [{ ...daily, where: { domain: { $ne: 'a.example' } } }]],
    ['is in shadow', [{ ...daily, mode: 'shadow' }]],
  ])('where the rule %s nobody is told, and nobody waits any more', (_, file) => {
    const { passes, edit, incident } = heardOnce();
    edit(...file);
    expect(passes(hours(26))).toEqual([]);
    expect(incident()).not.toHaveProperty('wakeAt');
    expect(incident().open).toBe(false);
  });

  test('a rule that only another process knows is left to that one', () => {
    const { edit, passes, incident } = heardOnce();
    edit();
    expect(passes(hours(26), { stillOrphan: () => false })).toEqual([]);
    expect(incident().wakeAt).toBe(start + 26 * hour + 1_000);
  });
});
