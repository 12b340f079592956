import type { Labelled } from './filter/condition-text.ts';
import { conditionLines, nearWords } from './filter/condition-text.ts';
import type { RuleTrace, Trace } from './trace.ts';

/** What is known beside the trace. */
export type Beside = {
  /** Why other rules do not look at it, instead of how many these are. */
  deaf?: string[];
  /** By rule that cleared and found nothing to clear: the keys under which it fires. */
  elsewhere?: ReadonlyMap<string, readonly string[]>;
  /** `false`: who is told what is shown by itself. */
  told?: false;
};

/** A trace as a person reads it: each rule with its verdict, the conditions with what they found, and what followed. */
export function traceText(trace: Trace, { deaf, elsewhere, told }: Beside = {}): string {
  const notes = trace.notes.map((note) => `  note: ${note}`);
  const incidents = trace.incidents.map(({ key, episode, change }) => `  incident ${key} #${episode}: ${change}`);
  const owed = (told === false ? [] : trace.owed).map(
    ({ destination, key, what }) => `  owed: ${what} to ${destination}, about ${key}`,
  );
  const isQuiet = told !== false && trace.owed.length === 0 && trace.error === undefined;
  const nothing = isQuiet ? ['  nobody is told anything'] : [];
  const error = trace.error === undefined ? [] : [`  routing failed: ${trace.error}`];
  const cut = trace.cut ? ['  (details were left out: the trace was too large)'] : [];
  return [
    ...error,
    ...notes,
    ...trace.rules.flatMap((rule) => ruleLines(rule, elsewhere?.get(rule.rule))),
    ...(deaf ?? deafLines(trace.deaf)).map((line) => `  ${line}`),
    ...incidents,
    ...owed,
    ...nothing,
    ...cut,
  ].join('\n');
}

/** One rule: what it says and why, its conditions in columns, and what it nearly said. */
export function ruleLines(rule: RuleTrace, elsewhere: readonly string[] = []): string[] {
  const because = rule.because ? ` (${rule.because})` : '';
  const effect = rule.effect ? `, ${rule.effect}` : '';
  const near = nearWords(rule).map((line) => ({ label: 'near', line }));
  const below: Labelled[] = [
    ...(rule.key === undefined ? [] : [{ label: 'key', line: rule.key }]),
    ...conditionLines(rule),
    ...near,
    ...(rule.template === undefined ? [] : [{ label: 'words', line: `not its own: ${rule.template}` }]),
    ...(elsewhere.length === 0 ? [] : [{ label: 'open', line: elsewhereWords(elsewhere) }]),
  ];
  const width = Math.max(...below.map(({ label }) => label.length));
  const lines = below.map(({ label, line }) => `      ${label.padEnd(width)}  ${line}`);
  return [`  rule ${rule.rule}: ${rule.verdict}${because}${effect}`, ...lines];
}

const mostKeys = 5;

function elsewhereWords(keys: readonly string[]): string {
  const more = keys.length > mostKeys ? ` and ${keys.length - mostKeys} more` : '';
  return `under other keys: ${keys.slice(0, mostKeys).join(', ')}${more} (a clear ends only what has its own key)`;
}

function deafLines(count: number): string[] {
  if (count === 0) return [];
  return [`${count === 1 ? '1 other rule' : `${count} other rules`} not hearing this type or source`];
}
