import { describe, expect, test } from 'vitest';
import type { Incident } from '../../../src/domain/incident/incident.ts';
import { markOrphans } from '../../../src/domain/incident/orphans.ts';
import { snooze } from '../../../src/domain/incident/people.ts';
import type { Listening } from '../../../src/domain/incident/quiet.ts';
import type { Moment } from '../../../src/domain/incident/waking.ts';
import { wake } from '../../../src/domain/incident/waking.ts';
import { messageOf } from '../../../src/domain/message/message.ts';
import type { Happening } from '../town.ts';
import { hour, minute, start, town } from '../town.ts';

const alert = { on: ['monitor.alert'], when: { level: 'page' }, key: 'k', resolveAfter: '6h' };
const bad = { type: 'monitor.alert', level: 'page', at: 0 };
const alone: Omit<Moment, 'now'> = { gaps: [], stillOrphan: () => true, waitedFor: () => ({ is: 'unknown' }) };

/** What quiet makes of it after so many hours; heard of at the start, and whatever happened then. */
function afterHours(
  hours: number,
  listening: Omit<Listening, 'now'> = alone,
  happened: Happening[] = [],
  rules: Record<string, unknown>[] = [alert],
) {
  const { happens, incidents } = town(...rules);
  for (const each of [bad, ...happened]) happens(each);
  const incident = incidents.get('k');
  if (!incident) throw new Error('nothing opened');
  return wake(incident, { ...alone, ...listening, now: start + hours * hour });
}

function asleepUntil(hours: number) {
  return { change: 'none', incident: { open: true, wakeAt: start + hours * hour } };
}

describe('an alert that nobody takes back', () => {
  test('asks to be looked at when it would be quiet long enough', () => {
    expect(afterHours(1).incident).toMatchObject({ wakeAt: start + 6 * hour });
  });

  test('ends by quiet, and says that it is not confirmed', () => {
    const { change, incident, episode } = afterHours(6);
    expect(change).toBe('ended');
    expect(incident).toMatchObject({
      open: false,
      causes: [{ firing: false, ring: [], floor: { at: start, episode: 1 } }],
    });
    expect(incident).not.toHaveProperty('wakeAt');
    expect(episode?.end).toEqual({ at: start + 6 * hour, why: 'quiet', quietMs: 6 * hour });
    expect(episode && messageOf(episode).end?.words).toBe('nothing heard for 6 h, not confirmed');
  });

  test('stands until then', () => {
    expect(afterHours(5.9)).toMatchObject(asleepUntil(6));
  });

  test('is not reopened by what is older than what was heard', () => {
    const { happens, incidents } = town(alert);
    const open = happens({ ...bad, at: 60 }).incidents[0];
    if (open) incidents.set('k', wake(open, { ...alone, now: start + 8 * hour }).incident);
    expect(happens({ ...bad, at: 59, received: 8 * 60 }).incidents).toEqual([]);
    expect(happens({ ...bad, at: 8 * 60 }).trace.incidents).toEqual([{ key: 'k', episode: 2, change: 'opened' }]);
  });
});

describe('quiet counts only while we listen', () => {
  const gap = (from: number, until: number) => ({ from: start + from * hour, until: start + until * hour });

  test.each([
    ['a gap is added', 6, [gap(1, 3)], 8],
    ['two gaps are', 6, [gap(1, 2), gap(3, 5)], 9],
    ['of one that began before, what came after', 6, [gap(-5, 1)], 7],
    ['one from before does not count', 5, [gap(-5, -1)], 6],
    ['a night without us ends nothing when we are back', 12, [gap(1, 12)], 17],
  ])('%s', (_, hours, gaps, until) => {
    expect(afterHours(hours, { gaps })).toMatchObject(asleepUntil(until));
    expect(afterHours(until, { gaps }).change).toBe('ended');
  });

  test('it does not end while an older delivery is unrouted', () => {
    const unrouted = (hours: number) => ({ gaps: [], oldestUnroutedAt: start + hours * hour });
    const { change, incident } = afterHours(7, unrouted(5));
    expect(change).toBe('none');
    expect(incident.wakeAt).toBe(start + 7 * hour + 60_000);
    expect(afterHours(6 + 1 / 1_800, unrouted(5)).incident.wakeAt).toBe(start + 6 * hour + 4_000);
    expect(afterHours(7, unrouted(6)).change).toBe('none');
    expect(afterHours(7, unrouted(6.5)).change).toBe('ended');
  });
});

describe('what restarts the quiet', () => {
  test.each([
    ['another match', { at: 120 }, 8],
    ['an unknown event', { type: 'monitor.alert', at: 120 }, 8],
    ['an event that is neither', { type: 'monitor.alert', level: 'warn', at: 120 }, 8],
    ['an older event that comes now', { ...bad, at: -60, received: 120 }, 8],
    ['no event of another type', { type: 'test.completed', level: 'page', at: 120 }, 6],
    ['no event of another source', { type: 'monitor.alert', level: 'warn', source: 'reachscore', at: 120 }, 6],
  ])('%s', (_, happening, until) => {
    const heard = { ...bad, level: undefined, ...happening };
    const { level, ...rest } = heard;
    const told: Happening = level === undefined ? rest : { ...rest, level };
    expect(afterHours(5, alone, [told])).toMatchObject(asleepUntil(until));
  });
});

describe('several causes', () => {
  const other = { ...alert, from: ['reachscore'], resolveAfter: '12h', severity: 'critical' };
  const lasting = { ...alert, on: ['alert.triggered'], resolveAfter: undefined };

  test('are looked at when the first of them would be quiet long enough', () => {
    const { happens } = town(other, { ...alert, from: ['inbox-check'] });
    happens({ ...bad, source: 'reachscore' });
    expect(happens(bad).incidents[0]?.wakeAt).toBe(start + 6 * hour);
  });

  test('end one by one; the last ends the incident', () => {
    const happened = [{ ...bad, source: 'reachscore' }];
    const first = afterHours(6, alone, happened, [{ ...alert, ...{ from: ['inbox-check'] } }, other]);
    expect(first.change).toBe('updated');
    expect(first.episode).toMatchObject({ severity: 'critical', firing: [{ source: 'reachscore' }] });
    expect(first.incident).toMatchObject({ open: true, wakeAt: start + 12 * hour });
    expect(wake(first.incident, { ...alone, now: start + 12 * hour })).toMatchObject({
      change: 'ended',
      episode: { end: { why: 'quiet', quietMs: 12 * hour } },
    });
  });

  test('without "resolveAfter" do not end by quiet', () => {
    const happened = [{ source: 'reachscore', type: 'alert.triggered', level: 'page', at: 0 }];
    const { change, incident } = afterHours(99, alone, happened, [alert, lasting]);
    expect(change).toBe('updated');
    expect(incident.open).toBe(true);
    expect(incident).not.toHaveProperty('wakeAt');
  });
});

test('every look raises the revision by one, also when nothing ended', () => {
  for (const hours of [5, 6]) {
    const { happens } = town(alert);
    const open = happens(bad).incidents[0];
    const looked = open && wake(open, { ...alone, now: start + hours * hour - minute });
    expect(looked?.incident.revision).toBe(2);
  }
});

/** As it is after so many hours. */
function wokenAfter(incident: Incident, hours: number, stillOrphan: () => boolean = () => true) {
  return wake(incident, { ...alone, now: start + hours * hour, stillOrphan });
}

function opened(...rules: Record<string, unknown>[]): Incident {
  const [incident] = town(...rules).happens(bad).incidents;
  if (!incident) throw new Error('nothing opened');
  return incident;
}

function snoozed(incident: Incident, hours: number): Incident {
  const after = snooze(incident, { by: 'ada', at: start, until: start + hours * hour });
  if (typeof after === 'string') throw new Error(after);
  return after.incident;
}

function orphaned(incident: Incident, hours: number): Incident {
  const marked = markOrphans(incident, [{ rules: {}, sources: [] }], { now: start, graceMs: hours * hour });
  if (!marked) throw new Error('no orphan');
  return marked;
}

describe('a snooze', () => {
  test('lapses when its time has come, for everybody to see, and is no news below the message', () => {
    const incident = snoozed(opened(alert), 2);
    expect(incident.wakeAt).toBe(start + 2 * hour);
    expect(wokenAfter(incident, 1)).toMatchObject({
      change: 'none',
      incident: { snoozed: {}, wakeAt: start + 2 * hour },
    });
    const { change, incident: after, episode } = wokenAfter(incident, 2);
    expect(change).toBe('updated');
    expect(after).not.toHaveProperty('snoozed');
    expect(episode).not.toHaveProperty('snoozed');
    expect(episode?.revision).toBe(after.revision);
    expect(episode?.changes?.map(({ what }) => what)).toEqual(['snoozed']);
    expect(after.wakeAt).toBe(start + 6 * hour);
  });

  test('that lapses as it ends by quiet is one change', () => {
    const { change, incident, episode } = wokenAfter(snoozed(opened(alert), 6), 6);
    expect(change).toBe('ended');
    expect(incident.revision).toBe(3);
    expect(episode?.changes?.map(({ what, revision }) => [what, revision])).toEqual([
      ['snoozed', 2],
      ['ended', 3],
    ]);
  });
});

describe('an orphan', () => {
  const apart = { ...alert, from: ['reachscore'] };

  test('ends when its grace is over', () => {
    const incident = orphaned(opened(alert), 1);
    expect(incident.wakeAt).toBe(start + hour);
    expect(wokenAfter(incident, 0.9).change).toBe('none');
    const { change, episode } = wokenAfter(incident, 1);
    expect(change).toBe('ended');
    expect(episode?.end).toEqual({ at: start + hour, why: 'orphaned' });
  });

  test('whose rule came back in time stays, and nobody sees a change', () => {
    const { change, incident } = wokenAfter(orphaned(opened(alert), 1), 1, () => false);
    expect(change).toBe('none');
    expect(incident).toMatchObject({ open: true, wakeAt: start + 6 * hour });
    expect(incident.causes[0]).not.toHaveProperty('orphan');
  });

  test('among others leaves them open', () => {
    const { happens, incidents } = town({ ...alert, from: ['inbox-check'] }, apart);
    happens(bad);
    happens({ ...bad, source: 'reachscore' });
    const open = incidents.get('k');
    if (!open) throw new Error('nothing opened');
    const feeding = [{ rules: { r1: open.causes[1]?.fingerprint ?? '' }, sources: ['reachscore'] }];
    const marked = markOrphans(open, feeding, { now: start, graceMs: hour });
    const after = wokenAfter(marked ?? open, 1);
    expect(after).toMatchObject({ change: 'updated', episode: { firing: [{ rule: 'r1', source: 'reachscore' }] } });
    expect(after.incident.wakeAt).toBe(start + 6 * hour);
  });

  test('and a quiet cause that end at one moment are one end', () => {
    const { change, episode } = wokenAfter(orphaned(opened(alert), 6), 6);
    expect(change).toBe('ended');
    expect(episode?.end?.why).toBe('quiet');
  });
});
