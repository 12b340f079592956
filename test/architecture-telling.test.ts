import { describe, expect, test } from 'vitest';
import type { Episode } from '../src/domain/incident/incident.ts';
import type { Told, Ways } from '../src/domain/telling/notification.ts';
import { nothingTold } from '../src/domain/telling/notification.ts';
import { absentRecord, foundRecord, unfindableRecord } from '../src/domain/telling/sought-record.ts';
import type { Judged, Telling } from '../src/domain/telling/telling.ts';
import { nextTelling } from '../src/domain/telling/telling.ts';
import { maybeRecord, refusedRecord, toldRecord } from '../src/domain/telling/told-record.ts';
import type { Outcome } from '../src/ledger/outbox.ts';
import { anEpisode } from './domain/episodes.ts';
import { acked, acknowledged, end, ended, raised } from './domain/made-told.ts';
import { folded, posted, threaded } from './domain/made-ways.ts';
import { drawnUnder } from './drawn-arrows.ts';

type Act = Outcome['act'];

const [minute, day] = [60_000, 86_400_000];

describe('what was told', () => {
  const { arrows: drawn } = drawnUnder('What was told');

  test('every arrow that is drawn, and no other', () => {
    const found = [edition('incident', threaded), edition('incident', posted), edition('incident', folded)];
    const notices = [threaded, posted, folded].map((ways) => edition('notice', ways));
    expect([...new Set([...found, ...notices].flat())].sort()).toEqual(drawn.sort());
  });

  test('by every act there is, and by no other', () => {
    // The compiler holds this list to the acts that are recorded.
    const acts: Record<Act, true> = {
      open: true,
      update: true,
      acknowledge: true,
      reply: true,
      resolve: true,
      notice: true,
      find: true,
      nothing: true,
      wait: true,
    };
    expect(new Set(drawn.map((arrow) => arrow.split(': ')[1]))).toEqual(new Set(Object.keys(acts)));
  });
});

/** How an episode goes on. */
const opened = anEpisode({ number: 2 });
const risen: Episode = { ...opened, revision: 2, severity: 'critical', changes: [raised] };
const inHand: Episode = { ...risen, revision: 3, acknowledged, changes: [raised, acked] };
const over: Episode = { ...inHand, revision: 4, end, changes: [raised, acked, ended] };
const editions = { incident: [opened, risen, inHand, over], notice: [anEpisode({ kind: 'notice' })] };

/** What may stand in the way. */
const hindrances: Pick<Judged, 'held' | 'predecessor'>[] = [
  {},
  { held: { for: 'silence:s', why: 'silence s', restMs: minute } },
  { predecessor: { id: 'the-one-before' } },
  { predecessor: { id: 'the-one-before', dead: true } },
];

/** Every arrow there is on the ways from nothing told, whatever happens to the episode and whatever is answered. */
function edition(kind: keyof typeof editions, ways: Ways): string[] {
  const episodes = editions[kind];
  const arrows = new Set<string>();
  const seen = new Set<string>();
  const left = [{ told: nothingTold, at: 0 }];
  for (let each = left.pop(); each; each = left.pop()) {
    const { told, at } = each;
    const episode = episodes[at];
    const name = JSON.stringify(each);
    if (!episode || seen.has(name)) continue;
    seen.add(name);
    left.push({ told, at: at + 1 });
    for (const hindrance of hindrances) {
      for (const now of [0, day]) {
        const telling = nextTelling({ episode, told, owedSince: 0, now, ...hindrance }, ways);
        for (const { after, isNoFailure } of comesTo(telling, { told, episode, ways })) {
          const [from, to] = [standingOf(told, episode), standingOf(after, episode)];
          if (isNoFailure || from !== to)
            arrows.add(`${from} --> ${to}: ${telling.act === 'rekey' ? 'wait' : telling.act}`);
          left.push({ told: after, at });
        }
      }
    }
  }
  return [...arrows];
}

function standingOf({ opened, parts: [root] }: Told, episode: Episode): string {
  if (!root) return opened === 'no' ? 'untold' : 'maybe';
  return episode.end && root.revision >= episode.revision ? 'ended' : 'stands';
}

/** The records that a telling may leave. What fails and changes nothing is not drawn: it is tried again. */
function comesTo(telling: Telling, { told, episode, ways }: { told: Told; episode: Episode; ways: Ways }) {
  const well = (after: Told) => ({ after, isNoFailure: true });
  const failed = (after: Told | undefined) => (after ? [{ after, isNoFailure: false }] : []);
  if (telling.act === 'nothing' || telling.act === 'wait') return [well(told)];
  if (telling.act === 'rekey') return [well({ ...told, ownKey: telling.ownKey })];
  if (telling.act === 'find') {
    return [
      well(foundRecord(told, telling, { refs: ['C1:1.1'], episode })),
      well(absentRecord(told, telling, { episode, at: 0 }).told),
      ...failed(unfindableRecord(told, telling, episode)),
    ];
  }
  const refused = { ways, episode };
  const isEdited = ways.edits && !ways.folds;
  return [
    well(toldRecord(told, telling, { ref: 'C1:1.1', episode, at: 0 })),
    ...failed(maybeRecord(told, telling, { episode, ways, pendingAt: 0 })),
    ...failed(refusedRecord(told, telling, { result: { content: true }, ...refused })),
    ...(isEdited ? failed(refusedRecord(told, telling, { result: { lost: 'gone' }, ...refused })) : []),
  ];
}
