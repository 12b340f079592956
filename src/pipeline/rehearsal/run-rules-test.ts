import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '../../domain/filter/filter.ts';
import type { Incident } from '../../domain/incident/incident.ts';
import type { Judged } from '../../domain/routing.ts';
import type { OutcomeWord, RulesTest, TellingWord, VerdictWord } from '../../domain/rules/rules-test.ts';
import { tellingWords } from '../../domain/rules/rules-test.ts';
import type { RuleTrace } from '../../domain/trace.ts';
import { inBreaths, inOneGo } from '../../runtime/in-breaths.ts';
import type { Speaker } from '../arrived.ts';
import { arrivedOf } from '../arrived.ts';
import type { Rehearsal, Stage } from './rehearse.ts';
import { rehearse } from './rehearse.ts';
import type { ToldThen } from './rehearsed-telling.ts';
import { deliveriesOf } from './rules-test-deliveries.ts';

/** What tests are run against. */
export type TestStage = Pick<Stage, 'standing' | 'ways'> & {
  /** By name: the sources. */
  speakers: ReadonlyMap<string, Speaker>;
};

/** An expectation that was not met; `trace`: why a rule said what it said. */
export type Difference = {
  of: 'incidents' | 'told' | 'verdicts';
  name?: string;
  expected: unknown;
  actual: unknown;
  trace?: RuleTrace;
};

/** What somebody was told, so long after the start. */
export type TestTelling = { atMs: number; destination: string; act: TellingWord; key: string; episode: number };

/** What came of a test: it passes without differences and without a problem, which is a fault of the test itself. */
export type TestOutcome = {
  name: string;
  differences: Difference[];
  problem?: Problem;
  incidents: Record<string, OutcomeWord>;
  told: TestTelling[];
};

/** Runs a test: its events one after the other, then time until its end, through the routing of the service. */
export function runRulesTest(test: RulesTest, stage: TestStage): TestOutcome {
  return inOneGo(steps(test, stage));
}

/** Runs tests, and leaves the event loop to others now and then: a service serves meanwhile. */
export function runRulesTests<Test extends RulesTest>(tests: readonly Test[], stage: TestStage) {
  return inBreaths(allSteps(tests, stage));
}

type Ran<Test> = { test: Test; outcome: TestOutcome };

function* allSteps<Test extends RulesTest>(
  tests: readonly Test[],
  stage: TestStage,
): Generator<undefined, Ran<Test>[]> {
  const ran: Ran<Test>[] = [];
  for (const test of tests) ran.push({ test, outcome: yield* steps(test, stage) });
  return ran;
}

function* steps(test: RulesTest, { standing, ways, speakers }: TestStage): Generator<undefined, TestOutcome> {
  const made = yield* deliveriesOf(test, speakers);
  const { name } = test;
  if ('problem' in made) return { name, differences: [], problem: made.problem, incidents: {}, told: [] };
  const { startedAt, deliveries } = made;
  const told: TestTelling[] = [];
  const hear = (telling: ToldThen) => told.push(...tellingOf(telling, startedAt));
  const rehearsal = rehearse({ standing, ways, told: hear });
  let last: Judged | undefined;
  for (const delivery of deliveries) {
    const speaker = speakers.get(delivery.source);
    if (speaker) last = rehearsal.hear(arrivedOf(delivery, speaker)).judged;
    yield;
  }
  rehearsal.passUntil(startedAt + (test.until ?? 0));
  rehearsal.tellRest();
  const incidents = outcomesOf(rehearsal);
  return { name, differences: differencesOf(test.expect, { incidents, told, last }), incidents, told };
}

/** A reply or an acknowledgement accompanies what an edit tells as well. */
function tellingOf({ at, act, destination, episode }: ToldThen, startedAt: number): TestTelling[] {
  const word = tellingWords.find((each) => each === act);
  if (!word) return [];
  return [{ atMs: at - startedAt, destination, act: word, key: episode.key, episode: episode.number }];
}

function outcomesOf({ incidents }: Rehearsal): Record<string, OutcomeWord> {
  return Object.fromEntries([...incidents.values()].map((incident) => [incident.key, outcomeOf(incident)]));
}

function outcomeOf({ open, last }: Incident): OutcomeWord {
  if (open) return 'open';
  if (!last) return 'none';
  return last.why === 'quiet' ? 'quiet' : 'resolved';
}

type Came = Pick<TestOutcome, 'incidents' | 'told'> & { last: Judged | undefined };

function differencesOf({ incidents = {}, told, verdicts = {} }: RulesTest['expect'], came: Came): Difference[] {
  const ofIncidents = Object.entries(incidents).flatMap(([name, expected]): Difference[] => {
    const actual = Object.hasOwn(came.incidents, name) ? (came.incidents[name] ?? 'none') : 'none';
    return actual === expected ? [] : [{ of: 'incidents', name, expected, actual }];
  });
  const ofVerdicts = Object.entries(verdicts).flatMap(([name, expected]): Difference[] => {
    const trace = came.last && traceOf(name, came.last);
    const actual: VerdictWord = trace?.verdict ?? 'out-of-scope';
    return actual === expected ? [] : [{ of: 'verdicts', name, expected, actual, ...(trace ? { trace } : {}) }];
  });
  return [...ofIncidents, ...toldDifferences(told, came.told), ...ofVerdicts];
}

function traceOf(rule: string, { judgements, outside }: Judged): RuleTrace | undefined {
  return [...judgements.map(({ trace }) => trace), ...outside].find((trace) => trace.rule === rule);
}

function toldDifferences(expected: RulesTest['expect']['told'], told: readonly TestTelling[]): Difference[] {
  if (expected === undefined) return [];
  if (Array.isArray(expected)) {
    const opened = told.filter(({ act }) => act === 'open' || act === 'notice');
    const actual = [...new Set(opened.map(({ destination }) => destination))];
    const isSame = isDeepStrictEqual(new Set(actual), new Set(expected));
    return isSame ? [] : [{ of: 'told', expected, actual }];
  }
  const labels = [...new Set([...Object.keys(expected), ...told.map(({ destination }) => destination)])];
  return labels.flatMap((name): Difference[] => {
    const wanted = expected[name] ?? [];
    const actual = told.filter(({ destination }) => destination === name).map(({ act }) => act);
    return isDeepStrictEqual(actual, wanted) ? [] : [{ of: 'told', name, expected: wanted, actual }];
  });
}
