import type { ConditionTrace, Filter } from './filter.ts';
import type { Question } from './question.ts';
import type { Verdict } from './verdict.ts';
import { and, not, or } from './verdict.ts';

/** How many elements a trace shows of those that decide. */
const shownElements = 3;

/** `$all`: each element satisfies it. Of no elements nothing can be said, and neither of what is no array. */
export function everyElement(filter: Filter): Filter {
  return (value, path = '', root = value) => ofElements(value, { op: '$all', path, root, filter, join: and });
}

/** `$none`: no element satisfies it. Of no elements nothing can be said. */
export function noElement(filter: Filter): Filter {
  return (value, path = '', root = value) => {
    return ofElements(value, { op: '$none', path, root, filter, join: (verdicts) => not(or(verdicts)) });
  };
}

type Quantified = {
  op: string;
  path: string;
  root: unknown;
  filter: Filter;
  join: (verdicts: readonly Verdict[]) => Verdict;
};

function ofElements(value: unknown, { op, path, root, filter, join }: Quantified): ConditionTrace {
  if (!Array.isArray(value) || value.length === 0) return { path, op, actual: value, verdict: 'unknown' };
  const each = value.map((element, i) => filter(element, `${path}[${i}]`, root));
  const verdict = join(each.map((child) => child.verdict));
  const telling = each.filter((child) => join([child.verdict]) === verdict);
  return { path, op, verdict, children: telling.slice(0, shownElements) };
}

/** Some one element satisfies it. Shows the first that does, or some of those that keep it from a match. */
export function someElement(run: (element: unknown, path: string) => ConditionTrace) {
  return (value: readonly unknown[], path: string, op = 'some'): ConditionTrace => {
    const each = value.map((element, i) => run(element, `${path}[${i}]`));
    const verdict = or(each.map((child) => child.verdict));
    const telling = each.filter((child) => child.verdict === verdict);
    return { path, op, verdict, children: telling.slice(0, verdict === 'match' ? 1 : shownElements) };
  };
}

/** `$any`: what an object or a plain value says of an array anyway, for where it is to be said aloud. */
export function anyElement(filter: Filter): Filter {
  return (value, path = '', root = value) => {
    if (!Array.isArray(value)) return { path, op: '$any', actual: value, verdict: 'unknown' };
    return someElement((element, at) => filter(element, at, root))(value, path, '$any');
  };
}

/**
 * `$count`: how many elements satisfy `where` (left out: all). Elements of which that is not known make it a range; only
 * what holds for all of the range, or for none of it, is known.
 */
export function countOf(where: Filter | undefined, ask: Question, expected: unknown): Filter {
  return (value, path = '', root = value) => {
    const shown = { path, op: '$count', expected };
    if (!Array.isArray(value)) return { ...shown, actual: value, verdict: 'unknown' };
    const each = where ? value.map((element, i) => where(element, `${path}[${i}]`, root).verdict) : undefined;
    const surely = each ? each.filter((verdict) => verdict === 'match').length : value.length;
    const perhaps = each ? each.filter((verdict) => verdict === 'unknown').length : 0;
    const verdicts = new Set(Array.from({ length: perhaps + 1 }, (_, more) => ask(surely + more)));
    const [verdict = 'unknown', ...others] = verdicts;
    const actual = perhaps === 0 ? surely : `${surely} to ${surely + perhaps}`;
    return { ...shown, actual, verdict: others.length > 0 ? 'unknown' : verdict };
  };
}
