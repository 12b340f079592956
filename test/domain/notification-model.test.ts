import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Severity } from '../../src/domain/incident.ts';
import { severities } from '../../src/domain/incident.ts';
import type { Ways } from '../../src/domain/notification.ts';
import type { CallEnd, HolderEnd } from './simulated-telling.ts';
import { simulatedTelling } from './simulated-telling.ts';

type Step =
  | { do: 'open'; severity: Severity }
  | { do: 'change'; severity: Severity }
  | { do: 'end' }
  | { do: 'attempt'; which: number; end: HolderEnd }
  | { do: 'resume'; which: number; end: CallEnd | 'dies-before' }
  | { do: 'pass'; ms: number };

type Telling = ReturnType<typeof simulatedTelling>;

const severity = fc.constantFrom(...severities);
const callEnds = ['told', 'arrived', 'lost', 'retry'] as const;
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('open' as const), severity }) },
  fc.record({ do: fc.constant('change' as const), severity }),
  fc.record({ do: fc.constant('end' as const) }),
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('attempt' as const),
      which: fc.nat({ max: 5 }),
      end: fc.constantFrom(
        ...callEnds,
        'dies-after' as const,
        'dies-before' as const,
        'pauses' as const,
        'pauses' as const,
      ),
    }),
  },
  fc.record({
    do: fc.constant('resume' as const),
    which: fc.nat({ max: 5 }),
    end: fc.constantFrom(...callEnds, 'dies-before' as const),
  }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1_000, 60_000, 200_000) }),
);

function apply(telling: Telling, each: Step): void {
  if (each.do === 'open') telling.open(each.severity);
  else if (each.do === 'change') telling.change({ severity: each.severity });
  else if (each.do === 'end') telling.change({ end: { at: 1, why: 'cleared' } });
  else if (each.do === 'attempt') telling.attempt(each.which, each.end);
  else if (each.do === 'resume') telling.resume(each.which, each.end);
  else telling.pass(each.ms);
}

/** However attempts end, and then everything comes through. */
function whenSettled(ways: Ways, holds: (telling: Telling) => void): void {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25, size: 'max' }), (steps) => {
      const telling = simulatedTelling(ways);
      telling.open('warning');
      for (const each of steps) apply(telling, each);
      telling.settle();
      holds(telling);
    }),
    { numRuns: 5_000 },
  );
}

test('where messages are edited, every message we know of says what is true, and no end is missing', () => {
  whenSettled(
    { edits: true, folds: false, finds: false, fallbackAfterMs: 600_000 },
    ({ episodes, known, destination }) => {
      for (const { number, revision, end } of episodes) {
        const truth = { episode: number, revision, ended: end !== undefined };
        const messages = [...destination.standing].filter(([, each]) => each.episode === number);
        for (const [ref, each] of messages) if (known.has(ref)) expect(each).toEqual(truth);
        if (messages.length > 0 || !end) expect(messages.map(([, each]) => each)).toContainEqual(truth);
      }
    },
  );
});

test('where messages can only be posted, the last of an episode says whether it is over', () => {
  whenSettled({ edits: false, folds: false, finds: false, fallbackAfterMs: 600_000 }, ({ episodes, destination }) => {
    for (const { number, end } of episodes) {
      const last = [...destination.standing.values()].findLast((each) => each.episode === number);
      expect(last?.ended ?? end !== undefined).toBe(end !== undefined);
    }
  });
});

test('where a key is one incident, it is open with what is true now, or not open', () => {
  whenSettled(
    { edits: true, folds: true, finds: false, fallbackAfterMs: 120_000 },
    ({ episodes, rows, destination }) => {
      const open = [...destination.standing].filter(([, each]) => !each.ended);
      const now = episodes.at(-1);
      const key = rows.at(-1)?.told.ownKey ?? now?.key;
      const truth = now && !now.end ? [[key, { episode: now.number, revision: now.revision, ended: false }]] : [];
      expect(open).toEqual(truth);
    },
  );
});
