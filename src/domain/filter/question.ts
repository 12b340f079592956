import { isDeepStrictEqual } from 'node:util';
import type { Place } from './filter.ts';
import type { Verdict } from './verdict.ts';

/** What an operator at a leaf asks of the value it stands beside. Of another kind than it can ask about: unknown. */
export type Question = (value: unknown) => Verdict;

export function equalTo(expected: unknown, place: Place): Question {
  if (expected === null)
    place.problems.push({ path: place.at, message: 'null matches nothing: use {"$exists": false}' });
  const kind = kindOf(expected);
  return (value) => {
    if (kindOf(value) !== kind || kind === 'nothing') return 'unknown';
    return isEqual(value, expected) ? 'match' : 'no-match';
  };
}

export function oneOf(expected: unknown, place: Place): Question {
  if (!Array.isArray(expected) || expected.length === 0 || expected.includes(null)) {
    place.problems.push({ path: place.at, message: 'takes a list of at least one value, none of them null' });
    return () => 'unknown';
  }
  const kinds = new Set(expected.map(kindOf));
  return (value) => {
    if (!kinds.has(kindOf(value))) return 'unknown';
    return expected.some((each) => isEqual(value, each)) ? 'match' : 'no-match';
  };
}

export function comparing(holds: (actual: number, expected: number) => boolean) {
  return (expected: unknown, place: Place): Question => {
    if (!isNumber(expected)) {
      place.problems.push({ path: place.at, message: `takes a number, not ${JSON.stringify(expected)}` });
      return () => 'unknown';
    }
    return (value) => (isNumber(value) ? (holds(value, expected) ? 'match' : 'no-match') : 'unknown');
  };
}

/** Both ends included. */
export function between(expected: unknown, place: Place): Question {
  const [low, high, ...more] = Array.isArray(expected) ? expected : [];
  if (!isNumber(low) || !isNumber(high) || more.length > 0) {
    place.problems.push({ path: place.at, message: 'takes two numbers, such as [0.5, 0.8]; both ends are included' });
    return () => 'unknown';
  }
  if (low > high) {
    place.problems.push({ path: place.at, message: `${low} is above ${high}: nothing lies between; turn them round` });
  }
  return (value) => (isNumber(value) ? (low <= value && value <= high ? 'match' : 'no-match') : 'unknown');
}

export function existence(expected: unknown, place: Place): Question {
  if (typeof expected !== 'boolean') place.problems.push({ path: place.at, message: 'takes true or false' });
  return (value) => ((kindOf(value) !== 'nothing') === expected ? 'match' : 'no-match');
}

/** JSON can write -0, which a deep comparison tells from 0. */
function isEqual(a: unknown, b: unknown): boolean {
  return a === b || isDeepStrictEqual(a, b);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Number.isNaN(value)) return 'not a number';
  return Array.isArray(value) ? 'array' : typeof value;
}

function isNumber(value: unknown): value is number {
  return kindOf(value) === 'number';
}
