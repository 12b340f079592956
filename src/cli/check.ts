import { traitsByType } from '../compose.ts';
import { loadRules } from '../config/load-rules.ts';
import type { Problem } from '../domain/filter.ts';
import { rulesPath } from './rules-path.ts';
import type { AddCommand } from './run-command.ts';

/** `tocsin check`: every problem of a rules file at once. Secrets are not looked at. */
export const checkCommand: AddCommand = (program, invocation, done) => {
  const { print, complain } = invocation;
  program
    .command('check')
    .description('check the rules file: every problem at once, with its place; exit code 1 if there is any')
    .option('--rules <file>', 'the rules file (TOCSIN_RULES, or rules.json)')
    .option('--json', 'print {"ok", "problems", "warnings"} as JSON')
    .action((options: { rules?: string; json?: boolean }) => {
      const path = rulesPath(invocation, options.rules, false);
      const loaded = loadRules(path, traitsByType);
      const problems: Problem[] = loaded.ok ? [] : loaded.problems;
      const warnings: Problem[] = loaded.ok ? loaded.config.warnings : [];
      done(loaded.ok ? 0 : 1);
      if (options.json) return print(JSON.stringify({ ok: loaded.ok, problems, warnings }, null, 2));
      for (const problem of problems) complain(`${problem.path}: ${problem.message}`);
      for (const warning of warnings) complain(`warning: ${warning.path}: ${warning.message}`);
      if (loaded.ok) print(`${path} is fine: ${loaded.config.rules.rules.length} rules.`);
      else complain(`${path}: ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}`);
    });
};
