import type { ConditionTrace } from '../domain/filter.ts';
import type { RuleTrace, Trace } from '../domain/trace.ts';

/** A trace as a person reads it: each rule with its verdict, the conditions with what they found, and what followed. */
export function traceText(trace: Trace): string {
  const notes = trace.notes.map((note) => `  note: ${note}`);
  const deaf = trace.deaf > 0 ? [`  ${plural(trace.deaf, 'other rule')} not hearing this type or source`] : [];
  const incidents = trace.incidents.map(({ key, episode, change }) => `  incident ${key} #${episode}: ${change}`);
  const owed = trace.owed.map(({ destination, key, what }) => `  owed: ${what} to ${destination}, about ${key}`);
  const nothing = trace.owed.length === 0 && trace.error === undefined ? ['  nobody is told anything'] : [];
  const error = trace.error === undefined ? [] : [`  routing failed: ${trace.error}`];
  const cut = trace.cut ? ['  (details were left out: the trace was too large)'] : [];
  return [
    ...error,
    ...notes,
    ...trace.rules.flatMap(ruleLines),
    ...deaf,
    ...incidents,
    ...owed,
    ...nothing,
    ...cut,
  ].join('\n');
}

function ruleLines(rule: RuleTrace): string[] {
  const because = rule.because ? ` (${rule.because})` : '';
  const effect = rule.effect ? `: ${rule.effect}` : '';
  const key = rule.key ? [`      key ${rule.key}`] : [];
  const parts = (['where', 'when', 'clear'] as const).flatMap((name) => {
    const condition = rule[name];
    return condition ? conditionLines(condition, `      ${name} `) : [];
  });
  return [`  rule ${rule.rule}: ${rule.verdict}${because}${effect}`, ...key, ...parts];
}

function conditionLines(condition: ConditionTrace, indent: string): string[] {
  const { path, op, expected, actual, verdict, children } = condition;
  const asked = expected === undefined ? op : `${op} ${JSON.stringify(expected)}`;
  const found = children ? '' : `, is ${actual === undefined ? 'missing' : JSON.stringify(actual)}`;
  const line = `${indent}${path ? `${path} ` : ''}${asked}${found}: ${verdict}`;
  const deeper = `${' '.repeat(indent.length)}  `;
  return [line, ...(children ?? []).flatMap((child) => conditionLines(child, deeper))];
}

function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
