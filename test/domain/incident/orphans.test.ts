import { describe, expect, test } from 'vitest';
import type { Incident } from '../../../src/domain/incident/incident.ts';
import type { Feeding } from '../../../src/domain/incident/orphans.ts';
import { fingerprintsOf, isTooMany, markOrphans, wouldOrphan } from '../../../src/domain/incident/orphans.ts';
import { changesIn, hour, minute, standingOf, start, town } from '../town.ts';

const low = { id: 'low', on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } }, key: 'k:{{ domain }}' };
const bad = { inboxRate: 0.5, domain: 'a.example' };
const sources = ['inbox-check', 'reachscore'];
const grace = { now: start + hour, graceMs: 10 * minute };

/** What a process with this file goes by. */
function feeding(rules: Record<string, unknown>[], named = sources): Feeding {
  return { rules: fingerprintsOf(standingOf(rules).rules.rules), sources: named };
}

function opened(...happenings: Record<string, unknown>[]): Incident {
  const { happens, incidents } = town(low);
  for (const each of [bad, ...happenings]) happens(each);
  const [incident] = incidents.values();
  if (!incident) throw new Error('nothing opened');
  return incident;
}

const orphansIn = (incident: Incident | undefined) =>
  incident?.causes.filter((cause) => cause.orphan).map((cause) => `${cause.rule} ${cause.source}`);

describe('a firing cause is an orphan', () => {
  test.each<[string, Feeding[]]>([
    ['its rule is gone', [feeding([])]],
    ['its rule rests', [feeding([{ ...low, enabled: false }])]],
    ['its rule has another id', [feeding([{ ...low, id: 'lower' }])]],
    ['its rule has another key', [feeding([{ ...low, key: 'k2:{{ domain }}' }])]],
    ['its rule hears other types', [feeding([{ ...low, on: ['test.completed', 'test.failed'] }])]],
    ['its rule is told as a notice now', [feeding([{ ...low, lifecycle: 'notice' }])]],
    ['its source is gone', [feeding([low], ['reachscore'])]],
    ['one process has the rule and another the source', [feeding([low], []), feeding([])]],
  ])('when %s', (_, all) => {
    const marked = markOrphans(opened(), all, grace);
    expect(marked).toMatchObject({
      revision: 2,
      causes: [{ firing: true, orphan: { since: grace.now, until: grace.now + grace.graceMs } }],
      wakeAt: grace.now + grace.graceMs,
    });
    expect(wouldOrphan([opened()], all)).toEqual(['k:a.example']);
  });

  test.each<[string, Feeding[]]>([
    ['"when"', [feeding([{ ...low, when: { inboxRate: { $lt: 0.1 } } }])]],
    ['"to"', [feeding([{ ...low, to: ['pager'] }])]],
    ['severity', [feeding([{ ...low, severity: 'critical' }])]],
    ['counting', [feeding([{ ...low, fireAfter: { count: 2, of: 3 }, clearAfter: { count: 4 } }])]],
    ['"resolveAfter"', [feeding([{ ...low, resolveAfter: '6h' }])]],
    ['its place in the file', [feeding([{ ...low, id: 'other' }, low])]],
    ['nothing, in one process of two', [feeding([]), feeding([low])]],
    ['everything, where no process is known', []],
  ])('not when what changed is %s', (_, all) => {
    expect(markOrphans(opened(), all, grace)).toBeUndefined();
    expect(wouldOrphan([opened()], all)).toEqual([]);
  });

  test('in the lane of tests too', () => {
    const { happens, incidents } = town(low);
    happens({ ...bad, isTest: true });
    const incident = incidents.get('test:k:a.example');
    expect(incident && orphansIn(markOrphans(incident, [feeding([])], grace))).toEqual(['low inbox-check']);
  });

  test('not when its name is one that every object has', () => {
    const { happens, incidents } = town({ ...low, id: 'constructor' });
    happens(bad);
    const incident = incidents.get('k:a.example');
    expect(incident && orphansIn(markOrphans(incident, [feeding([])], grace))).toEqual(['constructor inbox-check']);
  });
});

describe('a mark', () => {
  const gone = [feeding([])];

  test('stays as it is, and is seen by nobody', () => {
    const marked = markOrphans(opened(), gone, grace);
    if (!marked) throw new Error('no mark');
    expect(marked.shown).toBe(1);
    expect(markOrphans(marked, gone, { ...grace, now: grace.now + minute })).toBeUndefined();
  });

  test('is taken off when the rule came back', () => {
    const marked = markOrphans(opened(), gone, grace);
    const back = marked && markOrphans(marked, [feeding([low])], grace);
    expect(orphansIn(back)).toEqual([]);
    expect(back).not.toHaveProperty('wakeAt');
  });

  test('is taken off by a match that the rule as it is now hears', () => {
    const { happens, incidents, edit } = town(low);
    happens(bad);
    const open = incidents.get('k:a.example');
    const marked = open && markOrphans(open, gone, grace);
    if (marked) incidents.set(marked.key, marked);
    edit({ ...low, on: ['test.*'] });
    expect(changesIn(happens(bad))).toEqual(['k:a.example#1 updated']);
    expect(orphansIn(incidents.get('k:a.example'))).toEqual([]);
    expect(incidents.get('k:a.example')).not.toHaveProperty('wakeAt');
  });

  test('is for causes that fire', () => {
    const both = opened({ ...bad, source: 'reachscore' }, { ...bad, inboxRate: 0.9 });
    expect(orphansIn(markOrphans(both, gone, grace))).toEqual(['low reachscore']);
    expect(markOrphans(opened({ ...bad, inboxRate: 0.9 }), gone, grace)).toBeUndefined();
  });
});

describe('a file that would orphan', () => {
  test('only what has another cause left does not', () => {
    const both = opened({ ...bad, source: 'reachscore' });
    expect(wouldOrphan([both], [feeding([low], ['reachscore'])])).toEqual([]);
    expect(wouldOrphan([opened({ ...bad, inboxRate: 0.9 })], [feeding([])])).toEqual([]);
  });

  test.each([
    [3, 3, false],
    [4, 4, true],
    [4, 7, true],
    [4, 8, false],
    [0, 0, false],
    [50, 100, false],
    [51, 100, true],
  ])('%i of %i open incidents: too many is %s', (orphaned, open, tooMany) => {
    expect(isTooMany(orphaned, open)).toBe(tooMany);
  });
});
