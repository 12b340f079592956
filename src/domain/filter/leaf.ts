import { valueAt } from '../event.ts';
import { isObject } from '../json.ts';
import type { Filter, Place } from './filter.ts';
import { checkLiteral } from './literal.ts';
import type { Question } from './question.ts';
import { not, or } from './verdict.ts';

/** Compiles what stands beside an operator into a filter. */
export type Compile = (expected: unknown, place: Place, op: string) => Filter;

/** What an operator asks, from what stands beside it. */
export type Compiling = (expected: unknown, place: Place) => Question;

/** What is asked of a value, where the operand is as it stands in the file or leads elsewhere in the event. */
type Asking = (root: unknown) => { ask: Question; expected: unknown; ref?: string };

type Operand = { op: string; expected: unknown };

function askingOf(compiling: Compiling, { op, expected }: Operand, place: Place): Asking {
  if (!isRef(expected)) {
    const asking = { ask: compiling(expected, place), expected };
    checkLiteral(op, expected, place);
    return () => asking;
  }
  const { $ref: ref } = expected;
  if (typeof ref !== 'string' || !/^\w[\w-]*(?:\.\w[\w-]*)*$/.test(ref)) {
    place.problems.push({ path: place.at, message: '$ref takes a dotted path of the event, such as "threshold"' });
    return () => ({ ask: () => 'unknown', expected });
  }
  const path = ref.split('.');
  return (root) => {
    const found = valueAt(root, path);
    return { ask: compiling(found, { at: place.at, problems: [] }), expected: found, ref };
  };
}

function isRef(expected: unknown): expected is { $ref: unknown } {
  return isObject(expected) && Object.hasOwn(expected, '$ref') && Object.keys(expected).length === 1;
}

/** What is asked must stand in the file: a pattern, or a range, is not taken from an event. */
export function fixed(compiling: Compiling): Compile {
  return (expected, place, op) => {
    if (isRef(expected)) {
      const message = '$ref may stand with $eq, $ne, $lt, $lte, $gt, $gte, $in and $nin';
      place.problems.push({ path: place.at, message });
    }
    const ask = isRef(expected) ? () => 'unknown' as const : compiling(expected, place);
    return (value, path = '') => ({ path, op, expected, actual: value, verdict: ask(value) });
  };
}

export function leaf(compiling: Compiling): Compile {
  return (expected, place, op) => {
    const asking = askingOf(compiling, { op, expected }, place);
    return (value, path = '', root = value) => {
      const { ask, ...shown } = asking(root);
      return { path, op, ...shown, actual: value, verdict: ask(value) };
    };
  };
}

/** The Kleene negation of the positive; where that is asked of each element of an array: no element. */
export function negated(compiling: Compiling): Compile {
  return (expected, place, op) => {
    const asking = askingOf(compiling, { op, expected }, place);
    return (value, path = '', root = value) => {
      const { ask, ...shown } = asking(root);
      const ofWhole = op === '$ne' && Array.isArray(shown.expected);
      const positive = Array.isArray(value) && !ofWhole ? or(value.map(ask)) : ask(value);
      return { path, op, ...shown, actual: value, verdict: not(positive) };
    };
  };
}
