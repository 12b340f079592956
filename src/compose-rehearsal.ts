import { eventTypes } from './compose.ts';
import type { Config } from './config/load-rules.ts';
import type { RulesReading } from './config/read-rules.ts';
import { defaultFallbackAfterMs } from './config/resolve.ts';
import type { DestinationText } from './config/rules-file.ts';
import type { Problem } from './domain/filter/filter.ts';
import type { Place } from './domain/routing.ts';
import type { Ways } from './domain/telling/notification.ts';
import type { Speaker } from './pipeline/arrived.ts';
import type { Difference, TestOutcome, TestStage } from './pipeline/rehearsal/run-rules-test.ts';
import { runRulesTests } from './pipeline/rehearsal/run-rules-test.ts';

/** What a rules file would be gone by, without its secrets: for rehearsals, which send nothing. */
export function stageOf(config: Config): TestStage {
  const destinations = [...config.destinations].map(([name, text]) => ({ name, text, address: addressOf(name, text) }));
  const ways = new Map(destinations.map(({ address, text }) => [address, waysOf(text)]));
  const places = destinations.map(({ name, text, address }): [string, Place] => {
    return [name, { address, destination: name, pages: text.type === 'pagerduty' }];
  });
  const { rules, staleAfterMs } = config;
  const owner = places.find(([name]) => name === config.owner)?.[1];
  const standing = { rules, places: new Map(places), staleAfterMs, ...(owner ? { owner } : {}) };
  return { standing, ways: (address) => ways.get(address) ?? nothingBeyond, speakers: speakersOf(config) };
}

/** The sources as routing hears them. */
function speakersOf({ sources }: Config): Map<string, Speaker> {
  return new Map(
    [...sources].flatMap(([name, { type, testFilter }]): [string, Speaker][] => {
      if (type === 'pagerduty') return [];
      return [[name, { type: eventTypes[type], ...(testFilter ? { testFilter } : {}) }]];
    }),
  );
}

/** One for each place, told from the others by what the file says of it: two secrets may turn out to be the same. */
function addressOf(name: string, text: DestinationText): string {
  switch (text.type) {
    case 'slack':
      return `slack:${text.channel}`;
    case 'slack-webhook':
      return `slack-webhook:${JSON.stringify(text.url)}`;
    case 'pagerduty':
      return `pagerduty:${text.server}:${JSON.stringify([text.routingKey].flat()[0])}`;
    case 'preview':
      return `preview:${name}`;
  }
}

const nothingBeyond: Ways = {
  edits: false,
  folds: false,
  finds: false,
  threads: false,
  acknowledges: false,
  editEveryMs: 0,
  fallbackAfterMs: 0,
};

/** As the destinations themselves say it. */
export function waysOf(text: DestinationText): Ways {
  const common = { ...nothingBeyond, fallbackAfterMs: text.fallbackAfter ?? defaultFallbackAfterMs[text.type] };
  switch (text.type) {
    case 'slack':
      return { ...common, edits: true, finds: true, threads: text.threads === 'changes', editEveryMs: text.editEvery };
    case 'slack-webhook':
      return common;
    case 'pagerduty':
      return { ...common, edits: true, folds: true, acknowledges: true, editEveryMs: 10_000 };
    case 'preview':
      return { ...common, edits: true, threads: true, editEveryMs: 10_000 };
  }
}

/** Runs every test of a rules file. */
export async function testOutcomes(config: Config): Promise<(TestOutcome & { at: string })[]> {
  const ran = await runRulesTests(config.tests, stageOf(config));
  return ran.map(({ test, outcome }) => ({ ...outcome, at: test.at }));
}

export function isPassed({ differences, problem }: TestOutcome): boolean {
  return differences.length === 0 && problem === undefined;
}

/** The reading, unless what was read does not pass its own tests. */
export async function tested(reading: RulesReading): Promise<RulesReading> {
  if (!reading.ok) return reading;
  const { files, file, rules } = reading;
  const problems = await failingTests(rules.config);
  return problems.length === 0 ? reading : { ok: false, of: 'tests', files, ...(file ? { file } : {}), problems };
}

/** The tests that a rules file does not pass, each with all that is wrong. */
export async function failingTests(config: Config): Promise<Problem[]> {
  const outcomes = await testOutcomes(config);
  return outcomes.flatMap(({ at, name, problem, differences }) => {
    const wrong = problem ? [`${problem.path} ${problem.message}`] : differences.map(differenceWords);
    return wrong.length === 0 ? [] : [{ path: at, message: `the test "${name}" fails: ${wrong.join('; ')}` }];
  });
}

function differenceWords({ of, name, expected, actual }: Difference): string {
  const what = name === undefined ? of : `${of} ${JSON.stringify(name)}`;
  return `${what}: expected ${JSON.stringify(expected)}, came ${JSON.stringify(actual)}`;
}
