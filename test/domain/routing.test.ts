import { describe, expect, test } from 'vitest';
import { notificationId } from '../../src/domain/telling/notification.ts';
import { changesIn, minute, owedIn, start, town, verdictsIn } from './town.ts';

const low = { on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } }, key: 'k:{{ domain }}' };
const bad = { domain: 'a.example', inboxRate: 0.5 };
const good = { domain: 'a.example', inboxRate: 0.9 };

describe('one rule', () => {
  test('opens, tells anew, ends, and counts the next opening as another episode', () => {
    const { happens } = town(low);
    const all = [bad, bad, good, good, bad].map(happens);
    expect(all.map(changesIn)).toEqual([
      ['k:a.example#1 opened'],
      ['k:a.example#1 updated'],
      ['k:a.example#1 ended'],
      [],
      ['k:a.example#2 opened'],
    ]);
    expect(all.map(owedIn)).toEqual([['open slack'], ['update slack'], ['end slack'], [], ['open slack']]);
  });

  test('keeps what ended an episode, when and why', () => {
    const { happens } = town(low);
    happens({ ...bad, at: 1 });
    const [episode] = happens({ ...good, at: 5, received: 7 }).episodes;
    expect(episode).toMatchObject({
      number: 1,
      openedAt: start + minute,
      said: { event: { inboxRate: 0.5 }, tripped: [{ path: 'inboxRate', op: '$lt', expected: 0.8, actual: 0.5 }] },
      firing: [{ rule: 'r0', source: 'inbox-check' }],
      end: { at: start + 7 * minute, why: 'cleared', event: { inboxRate: 0.9 } },
    });
  });

  test('owes each address what it owes under one id, at the revision of the change', () => {
    const { happens } = town({ ...low, to: ['slack', 'pager'] });
    const [first] = happens(bad).owed;
    const [second, paged] = happens(bad).owed;
    expect(first).toMatchObject({ id: notificationId('k:a.example', 1, 'slack:C1'), revision: 1, number: 1 });
    expect(second).toMatchObject({ id: first?.id, revision: 2 });
    expect(paged).toMatchObject({ address: 'pagerduty:1', destination: 'pager' });
  });

  test('raises the revision by one with every change, and expects the one before', () => {
    const { happens, incidents } = town(low);
    const expected = [bad, bad, good, good].map((each) => happens(each).expects);
    expect(expected).toEqual([0, 1, 2, 3].map((revision) => [{ key: 'k:a.example', revision }]));
    expect(incidents.get('k:a.example')).toMatchObject({ revision: 4, open: false, episode: 1, rung: [] });
  });

  test('expects the revision also of an incident that it leaves as it is', () => {
    const { happens } = town(low);
    happens(bad);
    happens({ ...good, at: 5 });
    const late = happens({ ...bad, at: 3, received: 6 });
    expect(late).toMatchObject({ expects: [{ revision: 2 }], incidents: [], episodes: [], owed: [] });
    expect(late.trace.rules[0]?.effect).toMatch(/^late/);
  });
});

describe('the order of event time', () => {
  test('a late match does not reopen what is over', () => {
    const { happens } = town(low);
    happens({ ...good, at: 10 });
    expect(changesIn(happens({ ...bad, at: 9, received: 11 }))).toEqual([]);
    expect(changesIn(happens({ ...bad, at: 12 }))).toEqual(['k:a.example#1 opened']);
  });

  test('of what is placed by its receipt follows what was received before, though our clock goes back', () => {
    const { happens } = town(low);
    happens({ ...bad, at: 60 });
    expect(changesIn(happens({ ...good, at: 1 }))).toEqual(['k:a.example#1 ended']);
    expect(changesIn(happens({ ...bad, at: 2 }))).toEqual(['k:a.example#2 opened']);
    expect(changesIn(happens({ ...good, at: 1, received: 3 }))).toEqual([]);
    expect(changesIn(happens({ ...good, at: 62 }))).toEqual(['k:a.example#2 ended']);
  });

  test('a late clear does not end what was found later', () => {
    const { happens } = town(low);
    happens({ ...bad, at: 10 });
    expect(changesIn(happens({ ...good, at: 9, received: 11 }))).toEqual([]);
  });

  test('what was old at receipt opens nothing, and is not reopened by what is older', () => {
    const { happens } = town(low);
    const old = happens({ ...bad, at: 0, received: 24 * 60 + 1 });
    expect(changesIn(old)).toEqual([]);
    expect(old.incidents[0]?.causes[0]?.ring).toHaveLength(1);
    expect(changesIn(happens({ ...bad, at: 24 * 60 + 2 }))).toEqual(['k:a.example#1 opened']);
  });

  test('what is older than resolveAfter would be over by now', () => {
    const { happens } = town({ ...low, resolveAfter: '1h' });
    expect(changesIn(happens({ ...bad, at: 0, received: 61 }))).toEqual([]);
    expect(changesIn(happens({ ...bad, at: 30, received: 62 }))).toEqual(['k:a.example#1 opened']);
  });
});

describe('several rules and sources on one key', () => {
  const low2 = { ...low, when: { inboxRate: { $lt: 0.4 } }, severity: 'critical', to: ['pager', 'slack'] };

  test('open with the first cause and end with the last', () => {
    const { happens } = town(low);
    const other = { source: 'reachscore' };
    expect(changesIn(happens(bad))).toEqual(['k:a.example#1 opened']);
    expect(changesIn(happens({ ...bad, ...other }))).toEqual(['k:a.example#1 updated']);
    expect(changesIn(happens(good))).toEqual(['k:a.example#1 updated']);
    expect(changesIn(happens({ ...good, ...other }))).toEqual(['k:a.example#1 ended']);
  });

  test('speak with the highest severity, then the earlier in the file', () => {
    const { happens } = town({ ...low, severity: 'info' }, low2, { ...low2, id: 'later' });
    expect(happens(bad).episodes[0]).toMatchObject({ severity: 'info', said: { rule: 'r0' } });
    expect(happens({ ...bad, inboxRate: 0.3 }).episodes[0]).toMatchObject({
      severity: 'critical',
      said: { rule: 'r1' },
      firing: [{ rule: 'r1' }, { rule: 'later' }, { rule: 'r0' }],
    });
    expect(happens(bad).episodes[0]).toMatchObject({
      severity: 'info',
      said: { rule: 'r0', event: { inboxRate: 0.5 } },
    });
  });

  test('of equal severity the earlier in the file speaks, whichever fired first', () => {
    const { happens } = town(low, { ...low, when: { score: 1 } });
    expect(happens({ domain: 'a.example', score: 1 }).episodes[0]?.said.rule).toBe('r1');
    expect(happens(bad).episodes[0]?.said.rule).toBe('r0');
  });

  test('tell who joined later an open, the others an update, and all of them the end', () => {
    const { happens } = town(low, low2);
    expect(owedIn(happens(bad))).toEqual(['open slack']);
    expect(owedIn(happens({ ...bad, inboxRate: 0.3 }))).toEqual(['update slack', 'open pager']);
    expect(owedIn(happens(bad))).toEqual(['update slack', 'update pager']);
    expect(owedIn(happens(good))).toEqual(['end slack', 'end pager']);
  });

  test('owe one address once, whatever labels lead there', () => {
    const { happens } = town({ ...low, to: ['slack', 'twin'] }, { ...low, to: ['twin'] });
    expect(happens(bad).owed.map((each) => each.address)).toEqual(['slack:C1']);
  });

  test('a cause that does not speak changes nothing that is seen by matching again', () => {
    const { happens } = town(low2, {
      on: ['monitor.alert'],
      when: { level: 'warn' },
      key: 'k:{{ domain }}',
      resolveAfter: '6h',
      severity: 'info',
    });
    const warning = { type: 'monitor.alert', level: 'warn', domain: 'a.example' };
    happens({ ...bad, inboxRate: 0.3 });
    expect(changesIn(happens(warning))).toEqual(['k:a.example#1 updated']);
    expect(changesIn(happens(warning))).toEqual([]);
  });
});

test('the same event once more changes nothing that is seen', () => {
  const { happens } = town(low);
  happens({ ...bad, at: 1, seq: 1 });
  expect(happens({ ...bad, at: 1, seq: 1 })).toMatchObject({ incidents: [{ revision: 2 }], episodes: [], owed: [] });
});

describe('the file is edited', () => {
  test('who is added is told with the next match; who left is still told the end', () => {
    const { happens, edit } = town(low);
    happens(bad);
    edit({ ...low, to: ['other'] });
    expect(owedIn(happens(bad))).toEqual(['update slack', 'open other']);
    expect(owedIn(happens(good))).toEqual(['end slack', 'end other']);
  });

  test('a rise in severity with the next match ends acknowledgement and snooze; nothing else does', () => {
    const { happens, edit, incidents } = town(low);
    happens(bad);
    const open = incidents.get('k:a.example');
    if (open)
      incidents.set(open.key, { ...open, acknowledged: { by: 'ada', at: 1 }, snoozed: { by: 'ada', at: 1, until: 2 } });
    expect(happens(bad).episodes[0]).toMatchObject({ acknowledged: { by: 'ada' }, snoozed: { by: 'ada' } });
    edit({ ...low, severity: 'critical' });
    const [risen] = happens(bad).episodes;
    expect(risen).toMatchObject({ severity: 'critical' });
    expect(risen).not.toHaveProperty('acknowledged');
    expect(risen).not.toHaveProperty('snoozed');
  });
});

describe('when much is owed', () => {
  test('opens come first by severity, then ends, then edits', () => {
    const ranks = ['critical', 'error', 'warning', 'info'].flatMap((severity) => {
      const { happens } = town({ ...low, severity });
      const [open, update, end] = [bad, bad, good].map((each) => happens(each).owed[0]?.rank ?? 0);
      return severity === 'info' ? [open, end, update] : [open];
    });
    expect(ranks).toEqual([...ranks].sort((a = 0, b = 0) => a - b));
    expect(new Set(ranks).size).toBe(6);
  });
});

test('an event that no rule hears leaves only that in the trace', () => {
  const { happens } = town(low, { ...low, from: ['reachscore'] });
  const routing = happens({ type: 'test.failed' });
  expect(routing).toMatchObject({ expects: [], incidents: [], owed: [], trace: { deaf: 2, rules: [] } });
  expect(verdictsIn(happens(bad))).toEqual(['match']);
});
