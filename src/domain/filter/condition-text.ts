import type { RuleTrace } from '../trace.ts';
import type { ConditionTrace } from './filter.ts';
import type { NearMiss } from './near-miss.ts';
import { nearMisses } from './near-miss.ts';

const parts = ['where', 'when', 'baseline', 'clear'] as const;

/** A line, and what it is about: empty where it goes on with what the one before is about. */
export type Labelled = { label: string; line: string };

/** Each condition in a line of its own: path, operator and operand, what was found, verdict; in columns. */
export function conditionLines(rule: RuleTrace): Labelled[] {
  const rows = parts.flatMap((part) => {
    const condition = rule[part];
    return condition ? rowsOf(condition).map((cells, i) => ({ label: i === 0 ? part : '', cells })) : [];
  });
  const widths = [0, 1, 2].map((column) => {
    const fitting = rows.map(({ cells }) => cells[column]?.length ?? 0).filter((width) => width <= widest);
    return Math.max(0, ...fitting);
  });
  return rows.map(({ label, cells }) => {
    return { label, line: cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ') };
  });
}

/** A longer cell moves the rest of its own line, and not everybody's. */
const widest = 40;

function rowsOf(condition: ConditionTrace, indent = ''): string[][] {
  const { path, op, verdict, children } = condition;
  if (!children) return [[`${indent}${path}`, askedWords(condition), foundWords(condition), verdict]];
  const head = [`${indent}${path} ${op}`.trimEnd(), '', '', verdict];
  return [head, ...children.flatMap((child) => rowsOf(child, `${indent}  `))];
}

function askedWords({ op, expected, ref }: ConditionTrace): string {
  // What was usual is told in words already.
  if (op === 'baseline') return String(expected);
  if (ref !== undefined) return `${op} ${ref} (${expected === undefined ? 'missing' : shown(expected)})`;
  return expected === undefined ? op : `${op} ${shown(expected)}`;
}

function foundWords({ actual }: ConditionTrace): string {
  return actual === undefined ? 'is missing' : `is ${shown(actual)}`;
}

const mostShown = 200;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= mostShown ? text : `${text.slice(0, mostShown)}…`;
}

const verbs = { scope: 'from looking', match: 'from matching', clear: 'from clearing' } as const;

/** Such as `inboxRate 0.81, needs < 0.8: the only thing that kept it from matching`. */
export function nearWords(rule: RuleTrace): string[] {
  return nearMisses(rule).map(({ condition, of, alone }: NearMiss) => {
    const why = alone ? `the only thing that kept it ${verbs[of]}` : `close, and not all that kept it ${verbs[of]}`;
    return `${needWords(condition)}: ${why}`;
  });
}

function needWords(condition: ConditionTrace): string {
  const { path, op, actual, children } = condition;
  if (children) return `${path} ${op}`.trim();
  const found = actual === undefined ? 'is missing' : shown(actual);
  return `${path || 'the event'} ${found}, needs ${neededWords(condition)}`;
}

function neededWords({ op, expected, ref }: ConditionTrace): string {
  if (op === 'baseline') return String(expected);
  if (op === '$exists') return expected === true ? 'to be there' : 'not to be there';
  const wanted = ref === undefined ? shown(expected) : `${ref} (${shown(expected)})`;
  const sign = Object.hasOwn(signs, op) ? signs[op] : op;
  return `${sign} ${wanted}`.trim();
}

const signs: Record<string, string> = {
  $eq: '',
  $ne: 'anything but',
  $lt: '<',
  $lte: '<=',
  $gt: '>',
  $gte: '>=',
  $between: 'within',
  $in: 'one of',
  $nin: 'none of',
  $glob: 'to look like',
  $regex: 'to match',
};
