import { traitsByType } from '../../src/compose.ts';
import type { Config } from '../../src/config/load-rules.ts';
import { parseRules } from '../../src/config/load-rules.ts';
import type { Problem } from '../../src/domain/filter/filter.ts';

export const rule = { id: 'r', on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } }, to: ['chat'] };

/** A rules file without a fault, but for the changes. */
export function rulesFile(changes: Record<string, unknown> = {}): string {
  const file = {
    sources: {
      'inbox-check': { type: 'inbox-check', secrets: [{ env: 'IC' }] },
      reachscore: { type: 'reachscore', secrets: [{ env: 'RS' }] },
    },
    destinations: { chat: { type: 'slack', channel: 'C0123456789' } },
    rules: [rule],
    ...changes,
  };
  return JSON.stringify(file, null, 2);
}

/** The same with one rule, or one destination, changed. */
export const withRule = (changes: object) => rulesFile({ rules: [{ ...rule, ...changes }] });
export const withDestination = (destination: object) => rulesFile({ destinations: { chat: destination } });

export function configOf(text: string): Config {
  const loaded = parseRules(text, traitsByType);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

/** `path: message` of each problem, without the line. */
export function problemsIn(text: string): string[] {
  return problemsOf(text).map(({ path, message }) => `${path.replace(/ \(line \d+\)$/, '')}: ${message}`);
}

/** What stands on the line that each problem names. */
export function linesNamedIn(text: string): string[] {
  const lines = text.split('\n');
  return problemsOf(text).map(({ path }) => lines[Number(/\(line (\d+)\)$/.exec(path)?.[1]) - 1]?.trim() ?? '');
}

function problemsOf(text: string): Problem[] {
  const loaded = parseRules(text, traitsByType);
  return loaded.ok ? [] : loaded.problems;
}
