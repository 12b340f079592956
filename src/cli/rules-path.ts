import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { traitsByType } from '../compose.ts';
import type { Config } from '../config/load-rules.ts';
import { loadRules } from '../config/load-rules.ts';
import type { Problem } from '../domain/filter/filter.ts';
import type { Invocation } from './run-command.ts';

const ownRules = 'rules.json';
const example = join(import.meta.dirname, '..', '..', 'rules.example.json');

/** The rules file that is meant: as given, as `TOCSIN_RULES` says, `./rules.json`; in preview the example as the last. */
export function rulesPath({ environment }: Invocation, given: string | undefined, preview: boolean): string {
  const named = given ?? environment.TOCSIN_RULES;
  if (named !== undefined) return named;
  return preview && !existsSync(ownRules) ? example : ownRules;
}

/** The config in force, or every problem told and `undefined`. */
export function readRules(path: string, { complain }: Invocation): Config | undefined {
  const loaded = loadRules(path, traitsByType);
  if (loaded.ok) return loaded.config;
  complain(`${path} cannot be used:`);
  complainOf(loaded.problems, complain);
  return undefined;
}

export function complainOf(problems: readonly Problem[], complain: (text: string) => void): void {
  for (const { path, message } of problems) complain(`  ${path}: ${message}`);
}
