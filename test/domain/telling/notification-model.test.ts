import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Severity } from '../../../src/domain/incident/incident.ts';
import { severities } from '../../../src/domain/incident/incident.ts';
import type { Ways } from '../../../src/domain/telling/notification.ts';
import { edited, folded, posted, threaded } from '../made-ways.ts';
import type { CallEnd, HolderEnd } from '../simulated-telling.ts';
import { simulatedTelling } from '../simulated-telling.ts';

type Step =
  | { do: 'open' | 'becomes'; severity: Severity }
  | { do: 'end' | 'acknowledge' | 'unacknowledge' | 'silence' | 'unhold' | 'refuseForms' }
  | { do: 'attempt'; which: number; end: HolderEnd }
  | { do: 'resume'; which: number; end: CallEnd | 'dies-before' }
  | { do: 'lose' | 'arrive'; which: number }
  | { do: 'snooze' | 'pass'; ms: number };

type Telling = ReturnType<typeof simulatedTelling>;

const severity = fc.constantFrom(...severities);
const which = fc.nat({ max: 5 });
const callEnds = ['told', 'arrived', 'late', 'lost', 'retry'] as const;
const often: HolderEnd[] = ['told', 'told', 'told', 'told', 'pauses', 'pauses'];
const oneOf = <Do extends Step['do']>(...names: Do[]) => fc.constantFrom(...names);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: oneOf('open'), severity }) },
  { weight: 5, arbitrary: fc.record({ do: oneOf('becomes'), severity }) },
  { weight: 5, arbitrary: fc.record({ do: oneOf('end', 'acknowledge', 'acknowledge', 'unacknowledge') }) },
  {
    weight: 35,
    arbitrary: fc.record({
      do: oneOf('attempt'),
      which,
      end: fc.constantFrom<HolderEnd>(...often, ...callEnds, 'dies-after', 'dies-before'),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: oneOf('resume'), which, end: fc.constantFrom(...callEnds, 'dies-before') }) },
  { weight: 5, arbitrary: fc.record({ do: oneOf('pass'), ms: fc.constantFrom(1_000, 60_000, 200_000) }) },
  { weight: 4, arbitrary: fc.record({ do: oneOf('silence', 'unhold') }) },
  { weight: 2, arbitrary: fc.record({ do: oneOf('snooze'), ms: fc.constantFrom(1_000, 100_000) }) },
  { weight: 2, arbitrary: fc.record({ do: oneOf('lose'), which }) },
  { weight: 2, arbitrary: fc.record({ do: oneOf('arrive'), which }) },
  { weight: 1, arbitrary: fc.record({ do: oneOf('refuseForms') }) },
);

function apply(telling: Telling, each: Step): void {
  if (each.do === 'open' || each.do === 'becomes') telling[each.do](each.severity);
  else if (each.do === 'attempt') telling.attempt(each.which, each.end);
  else if (each.do === 'resume') telling.resume(each.which, each.end);
  else if (each.do === 'lose' || each.do === 'arrive') telling[each.do](each.which);
  else if (each.do === 'snooze' || each.do === 'pass') telling[each.do](each.ms);
  else if (each.do === 'refuseForms') telling.destination.refuseForms();
  else telling[each.do]();
}

/** However attempts end, and then everything comes through. */
function whenSettled(ways: Ways, holds: (telling: Telling) => void): void {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30, size: 'max' }), (steps) => {
      const telling = simulatedTelling(ways);
      telling.open('warning');
      for (const each of steps) apply(telling, each);
      telling.settle();
      for (const [number, opens] of telling.destination.opens) {
        if (!telling.unsure.has(number)) expect(opens, `opens of episode ${number}`).toBe(1);
      }
      holds(telling);
    }),
    { numRuns: 5_000 },
  );
}

/** Every message we know of says what is true, and what is true is said, unless somebody deleted what said it. */
function expectTruth({ episodes, known, destination, deleted }: Telling): void {
  for (const { number, revision, said, end } of episodes) {
    const truth = { episode: number, revision, says: said.event.id, ended: end !== undefined };
    const messages = [...destination.standing].filter(([, each]) => each.episode === number);
    for (const [ref, each] of messages) if (known.has(ref)) expect(each).toEqual(truth);
    if (deleted.has(number) || (end && messages.length === 0)) continue;
    expect(messages.map(([, each]) => each)).toContainEqual(truth);
  }
}

test('where messages are edited, every message we know of says what is true, and no end is missing', () => {
  whenSettled(edited, expectTruth);
});

test('where what changed is also a reply, each change has one', () => {
  whenSettled(threaded, (telling) => {
    expectTruth(telling);
    const { rows, episodes, destination, unsure, deleted } = telling;
    for (const { number, told } of rows.filter((row) => !deleted.has(row.number))) {
      const replies = destination.replies.filter((each) => each.episode === number).map((each) => each.of);
      if (!unsure.has(number)) expect(replies).toEqual([...new Set(replies)]);
      const changes = episodes[number - 1]?.changes ?? [];
      const owed = changes.filter(({ what, revision }) => what !== 'snoozed' && revision > (told.since ?? 0));
      const last = Math.max(...replies);
      // A rise that was held back until something newer was told is not told after it.
      const due = owed.filter(({ what, revision }) => what !== 'raised' || revision > last);
      if (told.parts.length > 0) expect(replies).toEqual(expect.arrayContaining(due.map((each) => each.revision)));
    }
  });
});

test('where messages can only be posted, the last of an episode says whether it is over', () => {
  whenSettled(posted, ({ episodes, destination }) => {
    for (const { number, end } of episodes) {
      const last = [...destination.standing.values()].findLast((each) => each.episode === number);
      expect(last?.ended ?? end !== undefined).toBe(end !== undefined);
    }
  });
});

test('where a key is one incident, it is open with what is true now, or not open', () => {
  whenSettled(folded, ({ episodes, rows, destination }) => {
    const open = [...destination.standing].filter(([, each]) => !each.ended);
    const now = episodes.at(-1);
    const key = rows.at(-1)?.told.ownKey ?? now?.key;
    const truth = now && !now.end ? [[key, { episode: now.number, says: now.said.event.id, ended: false }]] : [];
    expect(open).toMatchObject(truth);
    expect(open).toHaveLength(truth.length);
    if (now?.acknowledged && !now.end) expect(open[0]?.[1].acknowledged).toBe(true);
  });
});
