import { isObject } from '../json.ts';
import { countOf } from './elements.ts';
import type { Filter, Place } from './filter.ts';
import type { Compiling } from './leaf.ts';
import { nearest } from './nearest.ts';
import type { Question } from './question.ts';
import { between, comparing } from './question.ts';
import { and } from './verdict.ts';

/** `$count`: `{"where": filter, "$gte": 2}`, or a number: exactly so many. `compile` is for the filter of one element. */
export function compileCount(compile: (expected: unknown, place: Place) => Filter) {
  return (expected: unknown, place: Place): Filter => {
    if (!isObject(expected)) return countOf(undefined, exactly(expected, place), expected);
    const { where, ...rest } = expected;
    const asks = Object.entries(rest).map(([name, wanted]) => compileBound(name, wanted, place));
    if (asks.length === 0) {
      place.problems.push({ path: place.at, message: '$count says how many, such as {"where": {…}, "$gte": 2}' });
    }
    const filter = where === undefined ? undefined : compile(where, inside(place, 'where'));
    return countOf(filter, (count) => and(asks.map((ask) => ask(count))), rest);
  };
}

function compileBound(name: string, wanted: unknown, place: Place): Question {
  const compiling = Object.hasOwn(bounds, name) ? bounds[name] : undefined;
  if (compiling) return compiling(wanted, inside(place, name));
  const known = ['where', ...Object.keys(bounds)];
  const hint = nearest(name, known);
  const way = hint ? `did you mean "${hint}"?` : `there are: ${known.join(', ')}`;
  place.problems.push({ path: `${place.at}.${name}`, message: `$count has no "${name}": ${way}` });
  return () => 'unknown';
}

function inside({ at, problems }: Place, name: string): Place {
  return { at: `${at}.${name}`, problems };
}

const exactly = comparing((actual, expected) => actual === expected);

const bounds: Record<string, Compiling> = {
  $eq: exactly,
  $lt: comparing((actual, expected) => actual < expected),
  $lte: comparing((actual, expected) => actual <= expected),
  $gt: comparing((actual, expected) => actual > expected),
  $gte: comparing((actual, expected) => actual >= expected),
  $between: between,
};
