import { describe, expect, test } from 'vitest';
import type { Incident } from '../../../src/domain/incident/incident.ts';
import type { PersonsAct } from '../../../src/domain/incident/people.ts';
import {
  acknowledge,
  resolveByHand,
  snooze,
  standsAlready,
  unacknowledge,
} from '../../../src/domain/incident/people.ts';
import type { Settled } from '../../../src/domain/incident/settle.ts';
import { freshIncident } from '../../../src/domain/incident/settle.ts';
import { stepOf } from '../../../src/domain/telling/owed.ts';
import { changesIn, hour, minute, start, town } from '../town.ts';

const low = { on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } }, key: 'k' };
const [bad, good] = [{ inboxRate: 0.5 }, { inboxRate: 0.9 }];
const ada = { by: 'ada', at: start + hour };
const bob = { by: 'bob', at: start + 2 * hour };

function lowTown(...rules: Record<string, unknown>[]) {
  const place = town(low, ...rules);
  const current = () => place.incidents.get('k') ?? freshIncident('k');
  return {
    ...place,
    current,
    /** Does it, which has to change something, and keeps the change. */
    person<T extends PersonsAct>(action: (incident: Incident, act: T) => Settled | string, act: T): Settled {
      const settled = action(current(), act);
      if (typeof settled === 'string') throw new Error(settled);
      place.incidents.set('k', settled.incident);
      return settled;
    },
  };
}

describe('acknowledging', () => {
  test('says who has it, to everybody who was rung, and rings nobody', () => {
    const { happens, person, current } = lowTown({ ...low, to: ['pager'] });
    happens(bad);
    const before = current();
    const settled = person(acknowledge, { ...ada, comment: 'on it' });
    expect(settled.episode).toMatchObject({
      revision: 2,
      acknowledged: { ...ada, comment: 'on it' },
      changes: [{ revision: 2, what: 'acknowledged', ...ada, comment: 'on it' }],
    });
    expect(stepOf(before, settled)).toMatchObject({
      expects: [{ key: 'k', revision: 1 }],
      incidents: [{ revision: 2 }],
      owed: [
        { address: 'slack:C1', revision: 2 },
        { address: 'pagerduty:1', revision: 2 },
      ],
    });
  });

  test('is told apart from what was heard', () => {
    const { happens, person } = lowTown();
    happens(bad);
    expect(person(acknowledge, ada).episode).toMatchObject({ revision: 2, heardRevision: 1 });
    expect(person(snooze, { ...bob, until: start + 24 * hour }).episode).toMatchObject({
      revision: 3,
      heardRevision: 1,
    });
    happens({ inboxRate: 0.4 });
    expect(person(unacknowledge, bob).episode).toMatchObject({ revision: 5, heardRevision: 4 });
  });

  test('twice, or by another, changes nothing and says who has it', () => {
    const { happens, person, current } = lowTown();
    happens(bad);
    person(acknowledge, ada);
    for (const each of [ada, bob])
      expect(acknowledge(current(), each)).toBe('already acknowledged by ada at 2026-03-02 09:00 UTC');
  });

  test('is taken back once', () => {
    const { happens, person, current } = lowTown();
    happens(bad);
    expect(unacknowledge(current(), ada)).toBe('not acknowledged');
    person(acknowledge, ada);
    const { change, episode } = person(unacknowledge, bob);
    expect(change).toBe('updated');
    expect(episode).not.toHaveProperty('acknowledged');
    expect(person(acknowledge, bob).episode).toMatchObject({ acknowledged: bob });
  });

  test('outlives what happens, a snooze, and a fall in severity; a rise ends it', () => {
    const worse = { ...low, when: { inboxRate: { $lt: 0.3 } }, severity: 'critical' };
    const { happens, person, current } = lowTown(worse);
    happens({ inboxRate: 0.1 });
    person(acknowledge, ada);
    person(snooze, { ...bob, until: bob.at + hour });
    happens(bad);
    expect(current()).toMatchObject({ acknowledged: ada, snoozed: bob });
    const [risen] = happens({ inboxRate: 0.2, at: 9, received: 200 }).episodes;
    expect(risen).not.toHaveProperty('acknowledged');
    expect(risen).not.toHaveProperty('snoozed');
    expect(risen?.changes?.at(-1)).toEqual({
      revision: current().revision,
      at: start + 200 * minute,
      what: 'raised',
      from: 'warning',
      to: 'critical',
    });
  });
});

describe('snoozing', () => {
  test('holds until then; another word replaces it, the same again changes nothing', () => {
    const { happens, person, current } = lowTown();
    happens(bad);
    const until = start + 3 * hour;
    expect(person(snooze, { ...ada, until }).incident).toMatchObject({ snoozed: { ...ada, until }, wakeAt: until });
    expect(snooze(current(), { ...bob, until })).toBe('already snoozed by ada until 2026-03-02 11:00 UTC');
    const longer = person(snooze, { ...bob, until: until + hour });
    expect(longer.incident).toMatchObject({ snoozed: { ...bob, until: until + hour }, wakeAt: until + hour });
    expect(longer.episode?.changes?.map(({ what, by }) => [what, by])).toEqual([
      ['snoozed', 'ada'],
      ['snoozed', 'bob'],
    ]);
  });

  test('until what is over already changes nothing', () => {
    const { happens, current } = lowTown();
    happens(bad);
    expect(snooze(current(), { ...ada, until: ada.at })).toMatch(/is over already/);
  });

  test('is told in the trace of what happens meanwhile', () => {
    const { happens, person } = lowTown();
    happens(bad);
    person(snooze, { ...ada, until: start + 3 * hour });
    expect(happens(bad).trace.rules[0]?.effect).toBe(
      'fires already; snoozed by ada until 2026-03-02 11:00 UTC: nothing new rings',
    );
    expect(happens(good).trace.rules[0]?.effect).toBe('over');
  });
});

describe('resolving by hand', () => {
  test('ends the episode, and tells who did it and why', () => {
    const { happens, person, current } = lowTown();
    happens(bad);
    const before = current();
    const settled = person(resolveByHand, { ...ada, comment: 'a test' });
    expect(settled.episode?.end).toEqual({ at: ada.at, why: 'by-hand', by: 'ada', comment: 'a test' });
    expect(settled.episode?.changes?.at(-1)).toMatchObject({
      what: 'ended',
      by: 'ada',
      comment: 'a test',
      revision: 2,
    });
    expect(current()).toMatchObject({ open: false, rung: [], last: { why: 'by-hand', by: 'ada' } });
    expect(stepOf(before, settled).owed).toMatchObject([{ address: 'slack:C1', revision: 2 }]);
  });

  test('twice, or by two, changes nothing and says who did it', () => {
    const { happens, person, current } = lowTown();
    happens(bad);
    person(resolveByHand, ada);
    expect(resolveByHand(current(), bob)).toBe(
      'nothing is open under this key: episode 1 was resolved by ada at 2026-03-02 09:00 UTC',
    );
  });

  test('empties all rings: what happened until then reopens nothing, what is newer does', () => {
    const twice = { ...low, id: 'twice', when: { score: 1 }, fireAfter: { count: 2 } };
    const { happens, person, current } = lowTown(twice);
    happens({ ...bad, score: 1 });
    person(resolveByHand, ada);
    expect(current().causes).toMatchObject([
      { firing: false, ring: [], floor: { at: ada.at, episode: 1 } },
      { firing: false, ring: [], floor: { at: ada.at, episode: 1 } },
    ]);
    const late = happens({ ...bad, score: 1, at: 60, received: 70 });
    expect(late.incidents).toEqual([]);
    expect(late.trace.rules.map(({ effect }) => effect)).toEqual(
      Array(2).fill('late: not newer than what ended in episode 1, it changed nothing'),
    );
    expect(changesIn(happens({ ...bad, score: 1, at: 61, received: 71 }))).toEqual(['k#2 opened']);
    expect(current().causes[1]).toMatchObject({ firing: false, ring: [{ verdict: 'match' }] });
  });

  test('is over for a rule and a source too that were not heard before', () => {
    const { happens, person, edit } = lowTown();
    happens(bad);
    person(resolveByHand, ada);
    edit(low, { ...low, id: 'new' });
    expect(happens({ ...bad, source: 'reachscore', at: 59, received: 70 }).incidents).toEqual([]);
    expect(changesIn(happens({ ...bad, source: 'reachscore', at: 61, received: 71 }))).toEqual(['k#2 opened']);
  });

  test('moves no floor back, also when the clock did', () => {
    const { happens, person, current } = lowTown();
    happens({ ...bad, at: 90 });
    person(resolveByHand, { by: 'ada', at: start + hour });
    expect(current().causes[0]?.floor?.at).toBe(start + 90 * minute);
  });
});

describe('what cannot be changed', () => {
  const actions: [string, (incident: Incident, act: PersonsAct) => Settled | string][] = [
    ['acknowledging', acknowledge],
    ['taking that back', unacknowledge],
    ['snoozing', (incident, act) => snooze(incident, { ...act, until: act.at + hour })],
    ['resolving', resolveByHand],
  ];

  test.each(actions)('is said: %s', (_, action) => {
    const { happens, current } = lowTown();
    expect(action(current(), ada)).toBe('nothing is open under this key');
    happens(bad);
    expect(action(current(), { ...ada, episode: 2 })).toBe('there is no episode 2 under this key');
    happens(good);
    const ended = 'episode 1 ended at 2026-03-02 08:02 UTC';
    expect(action(current(), ada)).toBe(`nothing is open under this key: ${ended}`);
    expect(action(current(), { ...ada, episode: 1 })).toBe(`already over: ${ended}`);
    happens(bad);
    const before = current();
    expect(action(before, { ...ada, episode: 1 })).toBe('already over: episode 1');
    expect(current()).toBe(before);
  });
});

describe('what somebody asks for', () => {
  const ask = { by: 'ada', at: ada.at + 9 * minute };
  const until = start + 3 * hour;

  test('stands already where they did it themselves, a moment ago', () => {
    const { happens, person, current } = lowTown();
    happens(bad);
    expect(standsAlready(current(), { ...ask, what: 'acknowledge' })).toBe(false);
    person(acknowledge, ada);
    person(snooze, { ...ada, until, comment: 'asleep' });
    for (const asked of [
      { ...ask, what: 'acknowledge' as const },
      { ...ask, what: 'acknowledge' as const, episode: 1 },
      { ...ask, what: 'snooze' as const, until, comment: 'asleep' },
    ])
      expect([asked, standsAlready(current(), asked)]).toEqual([asked, true]);
    person(resolveByHand, ada);
    expect(standsAlready(current(), { ...ask, what: 'resolve', episode: 1 })).toBe(true);
  });

  test('does not stand where it was another, another act, longer ago, or without the same words', () => {
    const { happens, person, current } = lowTown();
    happens(bad);
    person(acknowledge, ada);
    person(snooze, { ...ada, until, comment: 'asleep' });
    for (const asked of [
      { ...ask, what: 'acknowledge' as const, by: 'bob' },
      { ...ask, what: 'acknowledge' as const, at: ada.at + 11 * minute },
      { ...ask, what: 'acknowledge' as const, comment: 'on it' },
      { ...ask, what: 'snooze' as const, until: until + 1, comment: 'asleep' },
      { ...ask, what: 'snooze' as const, until },
      { ...ask, what: 'resolve' as const },
    ])
      expect([asked, standsAlready(current(), asked)]).toEqual([asked, false]);
    person(resolveByHand, ada);
    for (const asked of [
      { ...ask, what: 'resolve' as const, comment: 'rolled back' },
      { ...ask, what: 'resolve' as const, by: 'bob' },
      { ...ask, what: 'acknowledge' as const },
    ])
      expect([asked, standsAlready(current(), asked)]).toEqual([asked, false]);
  });
});

test('what people write is kept short', () => {
  const { happens, person } = lowTown();
  happens(bad);
  const { episode } = person(acknowledge, { by: 'a'.repeat(1_000), at: start, comment: '\ud83d'.repeat(5_000) });
  expect(JSON.stringify(episode).length).toBeLessThan(6_000);
  expect(episode?.acknowledged?.comment).toMatch(/^\ufffd{300}…$/);
});

test('the newest twenty changes are kept', () => {
  const { happens, person, current } = lowTown();
  happens(bad);
  for (let i = 1; i <= 30; i += 1) person(snooze, { ...ada, until: ada.at + i });
  expect(current().changes?.map(({ until }) => (until ?? 0) - ada.at)).toEqual(
    Array.from({ length: 20 }, (_, i) => i + 11),
  );
  const [ended] = happens(good).episodes;
  expect(ended?.changes).toHaveLength(20);
  expect(ended?.changes?.at(-1)?.what).toBe('ended');
  expect(current()).not.toHaveProperty('changes');
});
