import { describe, expect, test } from 'vitest';
import type { Feeding } from '../../../src/domain/incident/orphans.ts';
import { fingerprintsOf, isOrphan, markOrphans, wouldOrphan } from '../../../src/domain/incident/orphans.ts';
import type { Happening } from '../town.ts';
import { changesIn, hour, minute, owedIn, standingOf, start, town } from '../town.ts';

const low = {
  id: 'low',
  on: ['test.completed'],
  when: { inboxRate: { $lt: 0.8 } },
  key: 'k',
  to: ['slack', 'pager'],
};
const shadow = { ...low, mode: 'shadow' };
const counted = { fireAfter: { count: 3 } };
const bad: Happening = { inboxRate: 0.5 };
const fine: Happening = { inboxRate: 0.9 };
const sources = ['inbox-check', 'reachscore'];

const feeding = (...rules: Record<string, unknown>[]): Feeding => ({
  rules: fingerprintsOf(standingOf(rules).rules.rules),
  sources,
});

describe('a rule in shadow', () => {
  test('opens and ends under a key of its own, and nobody is told', () => {
    const { happens, incidents } = town(shadow);
    const opened = happens(bad);
    expect(changesIn(opened)).toEqual(['shadow:k#1 opened']);
    expect(opened.owed).toEqual([]);
    expect(incidents.get('shadow:k')).toMatchObject({ open: true, rung: [], causes: [{ shadow: 'k' }] });
    const ended = happens(fine);
    expect(changesIn(ended)).toEqual(['shadow:k#1 ended']);
    expect(ended.owed).toEqual([]);
    expect([...incidents.keys()]).toEqual(['shadow:k']);
  });

  test('says in the trace what it would do, and whom it would tell', () => {
    const { happens } = town({ ...shadow, fireAfter: { count: 2 } });
    const effects = [bad, bad, bad, fine, bad].map((each) => happens(each).trace.rules[0]?.effect);
    expect(effects).toEqual([
      'shadow: kept: match 1 of 2 needed in the last 2',
      'shadow: would fire, and tell slack, pager',
      'shadow: would still fire, and tell slack, pager',
      'shadow: would be over, and tell slack, pager',
      'shadow: kept: match 1 of 2 needed in the last 2',
    ]);
  });

  test('would tell by severity, and page nobody of a test', () => {
    const { happens } = town({ ...shadow, to: { critical: ['pager'], default: ['pager', 'other'] } });
    expect(happens({ ...bad, isTest: true }).trace.rules).toMatchObject([
      { key: 'shadow:test:k', effect: 'shadow: would fire, and tell other' },
    ]);
  });

  test('lives apart from a live one of the same key', () => {
    const { happens, incidents } = town(shadow, { ...low, id: 'live', to: ['slack'] });
    const routing = happens(bad);
    expect(changesIn(routing).sort()).toEqual(['k#1 opened', 'shadow:k#1 opened']);
    expect(owedIn(routing)).toEqual(['open slack']);
    expect(incidents.get('k')?.causes.map(({ rule }) => rule)).toEqual(['live']);
    expect(changesIn(happens(fine)).sort()).toEqual(['k#1 ended', 'shadow:k#1 ended']);
  });

  test('tells nobody of a notice', () => {
    const { happens } = town({ ...shadow, lifecycle: 'notice', when: undefined });
    const routing = happens(bad);
    expect(routing).toMatchObject({ episodes: [], owed: [], incidents: [] });
    expect(routing.trace.rules).toMatchObject([{ effect: 'shadow: would be told as a notice to slack, pager' }]);
  });

  test('opens what is absent there, and nobody is told', () => {
    const { happens, passes, incidents } = town({ id: 'daily', absent: { for: '2h' }, key: 'k', mode: 'shadow' });
    happens({ at: 0 });
    expect(passes(120)).toMatchObject([{ change: 'opened', joined: [], incident: { key: 'shadow:k' } }]);
    expect(incidents.get('shadow:k')).toMatchObject({ open: true, rung: [] });
    expect(passes(20 * 60)).toMatchObject([{ change: 'ended' }]);
  });
});

describe('turned live', () => {
  test('a rule keeps what it counted, and opens with the next match', () => {
    const { happens, edit, incidents } = town({ ...shadow, ...counted });
    happens(bad);
    happens(bad);
    edit({ ...low, ...counted });
    const routing = happens(bad);
    expect(changesIn(routing)).toEqual(['k#1 opened']);
    expect(owedIn(routing)).toEqual(['open slack', 'open pager']);
    expect(routing.expects).toEqual([
      { key: 'k', revision: 0 },
      { key: 'shadow:k', revision: 2 },
    ]);
    expect(incidents.get('shadow:k')?.causes).toEqual([]);
    expect(incidents.get('k')?.causes[0]).not.toHaveProperty('shadow');
  });

  test('what fired opens with the next match, and what was open in shadow ends there', () => {
    const { happens, edit, incidents } = town({ ...shadow, ...counted });
    for (let i = 0; i < 3; i += 1) happens(bad);
    expect(incidents.get('shadow:k')?.open).toBe(true);
    edit({ ...low, ...counted });
    const routing = happens(bad);
    expect(changesIn(routing).sort()).toEqual(['k#1 opened', 'shadow:k#1 ended']);
    expect(owedIn(routing)).toEqual(['open slack', 'open pager']);
  });

  test('what fired opens nothing with what is no match, also when that comes late', () => {
    const { happens, edit, incidents } = town({ ...shadow, when: { inboxRate: { $lt: 0.8 } }, clear: { level: 'ok' } });
    happens({ ...bad, at: 10 });
    edit({ ...low, clear: { level: 'ok' } });
    expect(happens({ ...fine, level: 'bad', at: 5, received: 11 }).owed).toEqual([]);
    expect(happens({ ...fine, level: 'ok', at: 20 }).owed).toEqual([]);
    expect(incidents.get('k')?.open ?? false).toBe(false);
    expect(incidents.get('shadow:k')?.open).toBe(false);
  });

  test('what is not newer than its last end in shadow stays late', () => {
    const { happens, edit } = town(shadow);
    happens({ ...bad, at: 10 });
    happens({ ...fine, at: 20 });
    edit(low);
    const routing = happens({ ...bad, at: 15, received: 21 });
    expect(routing.trace.rules[0]?.effect).toBe('late: not newer than what is over, it changed nothing');
    expect(routing.owed).toEqual([]);
  });

  test('it keeps what is usual', () => {
    const fall = { ...low, when: undefined, baseline: { metric: 'inboxRate', dropAtLeast: 0.15, over: 10 } };
    const { happens, edit } = town({ ...fall, mode: 'shadow' });
    for (let i = 0; i < 5; i += 1) happens(fine);
    edit(fall);
    expect(changesIn(happens(bad))).toEqual(['k#1 opened']);
  });

  test('each source has its own', () => {
    const { happens, edit, incidents } = town({ ...shadow, ...counted });
    for (const source of sources) for (let i = 0; i < 2; i += 1) happens({ ...bad, source });
    edit({ ...low, ...counted });
    happens({ ...bad, source: 'reachscore' });
    expect(incidents.get('k')).toMatchObject({ open: true, causes: [{ source: 'reachscore' }] });
    expect(incidents.get('shadow:k')?.causes).toMatchObject([{ source: 'inbox-check' }]);
  });

  test('and shadow again, and live again, it still keeps what it counted', () => {
    const { happens, edit, incidents } = town({ ...shadow, ...counted });
    happens(bad);
    edit({ ...low, ...counted });
    happens(bad);
    edit({ ...shadow, ...counted });
    expect(changesIn(happens(bad))).toEqual(['shadow:k#1 opened']);
    expect(incidents.get('k')?.causes).toEqual([]);
    expect(incidents.get('shadow:k')?.causes).toMatchObject([{ shadow: 'k', ring: [{}, {}, {}] }]);
    edit({ ...low, ...counted });
    expect(changesIn(happens(bad)).sort()).toEqual(['k#1 opened', 'shadow:k#1 ended']);
  });
});

describe('turned to shadow while it is open', () => {
  const grace = { now: start + hour, graceMs: 10 * minute };

  function turned() {
    const place = town(low);
    place.happens(bad);
    place.edit(shadow);
    return place;
  }

  test('it is an orphan, and whoever was rung is told its end', () => {
    const { incidents, passes } = turned();
    const open = incidents.get('k');
    const marked = open && markOrphans(open, [feeding(shadow)], grace);
    expect(open && wouldOrphan([open], [feeding(shadow)])).toEqual(['k']);
    if (marked) incidents.set('k', marked);
    const [ended] = passes(75);
    expect(ended).toMatchObject({ change: 'ended', episode: { key: 'k', end: { why: 'orphaned' } } });
    expect(open?.rung.map(({ destination }) => destination)).toEqual(['slack', 'pager']);
  });

  test('it is heard in shadow meanwhile, and what is live stays until then', () => {
    const { happens, incidents } = turned();
    expect(changesIn(happens(bad))).toEqual(['shadow:k#1 opened']);
    expect(incidents.get('k')).toMatchObject({ open: true, causes: [{ firing: true }] });
  });

  test('and live again once that has ended, it goes on from the shadow', () => {
    const { happens, incidents, passes, edit } = turned();
    const marked = markOrphans(incidents.get('k') ?? expect.unreachable(), [feeding(shadow)], grace);
    if (marked) incidents.set('k', marked);
    passes(75);
    happens({ ...bad, at: 80 });
    edit(low);
    expect(changesIn(happens({ ...bad, at: 90 })).sort()).toEqual(['k#2 opened', 'shadow:k#1 ended']);
  });

  test('is not asked of one process while another has it live', () => {
    const { incidents } = turned();
    const open = incidents.get('k');
    expect(open && markOrphans(open, [feeding(shadow), feeding(low)], grace)).toBeUndefined();
  });
});

describe('what is in shadow is an orphan', () => {
  const { happens, incidents } = town(shadow);
  happens(bad);
  const open = incidents.get('shadow:k') ?? expect.unreachable();
  const [cause] = open.causes;

  test.each<[string, boolean, Feeding[]]>([
    ['when its rule is gone', true, [feeding()]],
    ['when its rule has another key', true, [feeding({ ...shadow, key: 'other' })]],
    ['not while its rule is in shadow', false, [feeding(shadow)]],
    ['not when its rule is live, which will hear it', false, [feeding(low)]],
  ])('%s: %s', (_, expected, all) => {
    expect(cause && isOrphan(cause, all)).toBe(expected);
  });

  test('and never one too many: nobody was told', () => {
    expect(wouldOrphan([open], [feeding()])).toEqual([]);
  });
});
