import { describe, expect, test } from 'vitest';
import type { EndReason, Incident } from '../src/domain/incident/incident.ts';
import { changeKinds, endReasons } from '../src/domain/incident/incident.ts';
import { fingerprintsOf, markOrphans } from '../src/domain/incident/orphans.ts';
import type { PersonsAct } from '../src/domain/incident/people.ts';
import { acknowledge, resolveByHand, snooze, unacknowledge } from '../src/domain/incident/people.ts';
import type { Settled } from '../src/domain/incident/settle.ts';
import { freshIncident } from '../src/domain/incident/settle.ts';
import { wake } from '../src/domain/incident/waking.ts';
import { hour, minute, standingOf, start, town } from './domain/town.ts';
import { drawnUnder } from './drawn-arrows.ts';

const low = {
  id: 'low',
  on: ['test.completed'],
  when: { inboxRate: { $lt: 0.8 } },
  key: 'k',
  resolveAfter: '6h',
};
const veryLow = { ...low, id: 'very-low', when: { inboxRate: { $lt: 0.3 } }, severity: 'critical' };
/** Of the same name and key, and another rule all the same: a cause that only the first one feeds is an orphan. */
const others = [low, veryLow].map((each) => ({ ...each, on: [...each.on, 'test.failed'] }));
const [bad, worse, good] = [{ inboxRate: 0.5 }, { inboxRate: 0.1 }, { inboxRate: 0.9 }];

type Place = ReturnType<typeof lowTown>;

/** One incident, under the rules that opened it until they are edited. */
function lowTown() {
  const place = town(low, veryLow);
  const current = () => place.incidents.get('k') ?? freshIncident('k');
  const keep = (settled: Settled | { incident: Incident } | string | undefined) => {
    if (typeof settled === 'object') place.incidents.set('k', settled.incident);
  };
  const fedBy = (rules: (typeof low)[]) => [
    { rules: fingerprintsOf(standingOf(rules).rules.rules), sources: ['inbox-check'] },
  ];
  const look = (rules: (typeof low)[]) => {
    const incident = markOrphans(current(), fedBy(rules), { now: start + hour, graceMs: 10 * minute });
    keep(incident && { incident });
  };
  return {
    ...place,
    current,
    by: (act: (incident: Incident, by: PersonsAct) => Settled | string) =>
      keep(act(current(), { by: 'ann', at: start + hour })),
    passes: (ms: number) =>
      keep(
        wake(current(), { now: start + ms, gaps: [], stillOrphan: () => true, waitedFor: () => ({ is: 'unknown' }) }),
      ),
    unfed() {
      place.edit(...others);
      look(others);
    },
    fed: () => look([low, veryLow]),
  };
}

/** What may happen to an incident, in the words that are drawn. */
const acts = {
  match: ({ happens }: Place) => void happens(bad),
  raised: ({ happens }: Place) => void happens(worse),
  clear: ({ happens }: Place) => void happens(good),
  quiet: ({ passes }: Place) => passes(7 * hour),
  'by-hand': ({ by }: Place) => by(resolveByHand),
  'no rule feeds it': ({ unfed }: Place) => unfed(),
  'fed again': ({ fed }: Place) => fed(),
  orphaned: ({ passes }: Place) => passes(hour + 11 * minute),
  acknowledge: ({ by }: Place) => by(acknowledge),
  unacknowledge: ({ by }: Place) => by(unacknowledge),
  snooze: ({ by }: Place) => by((incident, act) => snooze(incident, { ...act, until: start + hour + minute })),
  'its time is over': ({ passes }: Place) => passes(hour + minute),
};
type Act = keyof typeof acts;
const allActs = Object.keys(acts) as Act[];

/** Every arrow there is from these states: what one more act of these turns into another state. */
function arrows(
  stateOf: (incident: Incident) => string,
  { from, by, nameOf }: { from: Act[][]; by: readonly Act[]; nameOf?: (act: Act, after: Incident) => string },
): string[] {
  const found = from.flatMap((before) =>
    by.flatMap((act) => {
      const place = lowTown();
      for (const each of before) acts[each](place);
      const was = stateOf(place.current());
      acts[act](place);
      const is = stateOf(place.current());
      return was === is ? [] : [`${was} --> ${is}: ${nameOf?.(act, place.current()) ?? act}`];
    }),
  );
  return [...new Set(found)].sort();
}

const lives: Act[][] = [
  ['match'],
  ['match', 'acknowledge'],
  ['match', 'snooze'],
  ['match', 'acknowledge', 'snooze'],
  ['match', 'acknowledge', 'snooze', 'no rule feeds it'],
  ['match', 'no rule feeds it', 'fed again'],
];

test('a cause: every arrow that is drawn, and no other', () => {
  const stateOf = ({ causes: [cause] }: Incident) => (cause?.orphan ? 'orphan' : cause?.firing ? 'fires' : 'quiet');
  // Of two rules the incident has two causes: the first is looked at, which a rise in severity does not turn.
  const by = allActs.filter((act) => act !== 'raised');
  expect(arrows(stateOf, { from: [['clear'], ...lives, ['match', 'no rule feeds it']], by })).toEqual(
    drawnUnder('A cause').arrows.sort(),
  );
});

describe('an incident', () => {
  const { states, arrows: drawn } = drawnUnder('An incident');
  const of = (...names: string[]) => drawn.filter((arrow) => names.some((name) => arrow.startsWith(`${name} -->`)));

  test('opens, and ends: every arrow that is drawn, and no other', () => {
    const stateOf = ({ open, episode }: Incident) => (open ? 'open' : episode > 0 ? 'ended' : 'never');
    const nameOf = (_: Act, { open, last }: Incident) => (open ? 'fires' : (last?.why ?? ''));
    const from = [...lives, ['match', 'clear'], ['match', 'by-hand'], ['match', 'quiet']] satisfies Act[][];
    const found = arrows(stateOf, { from, by: allActs, nameOf });
    expect(found).toEqual(of('open', 'ended').sort());
    expect(found).toEqual([
      'ended --> open: fires',
      ...endReasons.map((why: EndReason) => `open --> ended: ${why}`).sort(),
    ]);
  });

  test('is in the hands of somebody: every arrow that is drawn, and no other', () => {
    const stateOf = ({ acknowledged }: Incident) => (acknowledged ? 'acknowledged' : 'unacknowledged');
    expect(arrows(stateOf, { from: lives, by: withoutEnds })).toEqual(of('acknowledged', 'unacknowledged').sort());
  });

  test('is snoozed: every arrow that is drawn, and no other', () => {
    const stateOf = ({ snoozed }: Incident) => (snoozed ? 'snoozed' : 'awake');
    expect(arrows(stateOf, { from: lives, by: withoutEnds })).toEqual(of('snoozed', 'awake').sort());
  });

  test('changes in no other way than is drawn', () => {
    const words = drawn.map((arrow) => arrow.split(': ')[1]);
    expect([...states, ...words]).toEqual(expect.arrayContaining([...changeKinds]));
  });

  /** With an episode goes whatever held for it. */
  const withoutEnds = allActs.filter((act) => !['clear', 'quiet', 'by-hand', 'orphaned'].includes(act));
});
