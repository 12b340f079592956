import { isPassed } from '../compose-rehearsal.ts';
import { durationWords } from '../domain/message/duration.ts';
import { ruleLines } from '../domain/trace-text.ts';
import type { Difference, TestOutcome } from '../pipeline/rehearsal/run-rules-test.ts';

/** What came of a test as a person reads it: a line, and below one that fails what was expected and what came. */
export function outcomeLines(outcome: TestOutcome & { at: string }): string[] {
  const { name, at, problem, differences } = outcome;
  if (isPassed(outcome)) return [`✓ ${name}`];
  const fault = problem ? [`    ${problem.path} ${problem.message}`] : [];
  return [`✗ ${name} (${at})`, ...fault, ...differences.flatMap(differenceLines), ...heard(outcome)];
}

function differenceLines({ of, name, expected, actual, trace }: Difference): string[] {
  const what = name === undefined ? of : `${of} ${name}`;
  const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const deaf = of === 'verdicts' ? [`      rule ${name} does not hear the last event`] : [];
  const why = trace ? ruleLines(trace).map((line) => `    ${line}`) : deaf;
  return [`    ${what}`, `      - ${shown(expected)}`, `      + ${shown(actual)}`, ...why];
}

const mostIncidents = 20;

/** What there was instead, where that is not plain from the difference. */
function heard({ differences, incidents, told }: TestOutcome): string[] {
  const has = (of: Difference['of']) => differences.some((each) => each.of === of);
  const lines: string[] = [];
  if (has('told')) {
    lines.push('    what was told:');
    for (const { atMs, act, destination, key, episode } of told) {
      lines.push(`      after ${durationWords(atMs)}: ${act} to ${destination}, about ${key} #${episode}`);
    }
    if (told.length === 0) lines.push('      nothing, to nobody');
  }
  if (has('incidents')) {
    const all = Object.entries(incidents).map(([key, stands]) => `      ${key}: ${stands}`);
    lines.push('    the incidents at the end:', ...all.slice(0, mostIncidents));
    if (all.length === 0) lines.push('      none');
    if (all.length > mostIncidents) lines.push(`      and ${all.length - mostIncidents} more`);
  }
  return lines;
}
