import { basename } from 'node:path';
import { traitsByType } from '../compose.ts';
import { failingTests } from '../compose-rehearsal.ts';
import type { Config } from '../config/load-rules.ts';
import { loadRules } from '../config/load-rules.ts';
import { testsPath } from '../config/rules-tests.ts';
import type { Problem } from '../domain/filter/filter.ts';
import { rulesPath } from './rules-path.ts';
import type { AddCommand } from './run-command.ts';

/** `tocsin check`: every problem of a rules file at once, its tests that fail among them. Secrets are not looked at. */
export const checkCommand: AddCommand = (program, invocation, done) => {
  const { print, complain } = invocation;
  program
    .command('check')
    .description('check the rules file: every problem at once, with its place; exit code 1 if there is any')
    .option('--rules <file>', 'the rules file (TOCSIN_RULES, or rules.json)')
    .option('--json', 'print {"ok", "problems", "warnings"} as JSON')
    .action(async (options: { rules?: string; json?: boolean }) => {
      const path = rulesPath(invocation, options.rules, false);
      const loaded = loadRules(path, traitsByType);
      const problems: Problem[] = loaded.ok ? await failingTests(loaded.config) : loaded.problems;
      const warnings: Problem[] = loaded.ok ? loaded.config.warnings : [];
      const ok = problems.length === 0;
      done(ok ? 0 : 1);
      if (options.json) {
        const [told, warned] = [problems, warnings].map((all) => all.map((each) => placed(each, path)));
        return print(JSON.stringify({ ok, problems: told, warnings: warned }, null, 2));
      }
      for (const problem of problems) complain(`${problem.path}: ${problem.message}`);
      for (const warning of warnings) complain(`warning: ${warning.path}: ${warning.message}`);
      if (loaded.ok && ok) print(`${path} ${verdictOf(warnings.length)}: ${sizeOf(loaded.config)}.`);
      else complain(`${path}: ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}`);
    });
};

/** For programs: the path alone, and beside it the line, and the file where it is not what stands in the rules file. */
function placed({ path, message }: Problem, rules: string): Placed {
  const [, at = path, line] = /^(.*?)(?: \(line (\d+)\))?$/s.exec(path) ?? [];
  const file = [rules, basename(testsPath(rules))].find((name) => at === name || at.startsWith(`${name} `));
  return {
    ...(file === undefined ? {} : { file }),
    path: file === undefined ? at : at.slice(file.length).trim(),
    ...(line === undefined ? {} : { line: Number(line) }),
    message,
  };
}

type Placed = { file?: string; path: string; line?: number; message: string };

function verdictOf(warnings: number): string {
  if (warnings === 0) return 'is fine';
  return `can be used, with ${warnings === 1 ? '1 warning' : `${warnings} warnings`}`;
}

function sizeOf({ rules, tests }: Config): string {
  const passing = tests.length === 1 ? '1 test passes' : `${tests.length} tests pass`;
  const { length } = rules.rules;
  return `${length === 1 ? '1 rule' : `${length} rules`}${tests.length === 0 ? '' : `, ${passing}`}`;
}
