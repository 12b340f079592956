import { basename } from 'node:path';
import { isPassed, stageOf, testOutcomes } from '../compose-rehearsal.ts';
import type { Config } from '../config/load-rules.ts';
import { testsPath } from '../config/rules-tests.ts';
import type { TestOutcome } from '../pipeline/rehearsal/run-rules-test.ts';
import { exampleTest } from './example-test.ts';
import { Misuse } from './misuse.ts';
import { outcomeLines } from './outcome-text.ts';
import { readRules, rulesPath } from './rules-path.ts';
import type { AddCommand, Invocation } from './run-command.ts';

type Options = { rules?: string; json?: boolean };

/** `tocsin test`: runs the tests of a rules file, in a time of their own. Secrets are not looked at, nothing is sent. */
export const testCommand: AddCommand = (program, invocation, done) => {
  program
    .command('test')
    .argument('[name...]', 'only tests with this in their name')
    .description('run the tests of the rules file; exit code 1 if any fails')
    .option('--rules <file>', 'the rules file (TOCSIN_RULES, or rules.json)')
    .option('--json', 'print {"ok", "tests"} as JSON')
    .action(async (names: string[], options: Options) => done(await test(names, options, invocation)));
};

async function test(names: string[], options: Options, invocation: Invocation): Promise<number> {
  const { print, complain } = invocation;
  const path = rulesPath(invocation, options.rules, false);
  const config = readRules(path, invocation);
  if (!config) return 1;
  const tests = chosen(config.tests, names);
  const ofTests = config.warnings.filter((each) => tests.some(({ at }) => each.path.startsWith(`${at}.`)));
  for (const warning of ofTests) complain(`warning: ${warning.path}: ${warning.message}`);
  const outcomes = await testOutcomes({ ...config, tests });
  const failed = outcomes.filter((each) => !isPassed(each));
  if (options.json) print(JSON.stringify({ ok: failed.length === 0, tests: outcomes.map(told) }, null, 2));
  else if (outcomes.length === 0) print(howToWrite(path, config));
  else {
    for (const outcome of outcomes) for (const line of outcomeLines(outcome)) print(line);
    print(`\n${summary(outcomes.length, failed.length)}`);
  }
  return failed.length === 0 ? 0 : 1;
}

function chosen(tests: Config['tests'], names: string[]): Config['tests'] {
  if (names.length === 0) return tests;
  const found = tests.filter((each) => names.some((name) => each.name.toLowerCase().includes(name.toLowerCase())));
  if (found.length > 0) return found;
  const all = tests.map((each) => `  ${each.name}`);
  throw new Misuse([`No test has ${names.join(' or ')} in its name. There are:`, ...all].join('\n'));
}

function told(outcome: TestOutcome & { at: string }) {
  const { name, at, ...rest } = outcome;
  return { name, at, ok: isPassed(outcome), ...rest };
}

function summary(all: number, failed: number): string {
  if (failed === 0) return all === 1 ? '1 test passes.' : `${all} tests pass.`;
  return `${failed} of ${all} ${all === 1 ? 'test' : 'tests'} ${failed === 1 ? 'fails' : 'fail'}: "-" was expected, "+" came.`;
}

function howToWrite(path: string, config: Config): string {
  const place = `Write some under "tests" there, or in ${basename(testsPath(path))} beside it`;
  const example = exampleTest(stageOf(config));
  if (!example) return `${path} has no tests. ${place}.`;
  return `${path} has no tests. ${place}, such as\n\n${JSON.stringify({ tests: [example] }, null, 2)}`;
}
