import { isObject } from '../json.ts';
import { compileFilter } from './filter.ts';
import type { Interval, Kind, TextForm, ValueSet } from './value-set.ts';
import { butKinds, everyNumber, numbersBeside, ofKinds } from './value-set.ts';
import type { Verdict } from './verdict.ts';

/** The verdict that a filter is to give; or (`is: false`) any but that one. */
export type Wanted = { verdict: 'match' | 'no-match'; is: boolean };

/** What an operator can speak of, and the values of these kinds of which it says match, and no match. */
type Asked = { about: Kind[]; matching: ValueSet; others: ValueSet };

/**
 * The single values, no lists, of which an operator says what is wanted: at least those. `undefined`: of any, as far as
 * can be said here.
 */
export function askedSet(op: string, expected: unknown, wanted: Wanted): ValueSet | undefined {
  if (op === '$ref' || isRef(expected)) return ofRef(op, wanted);
  if (op === '$ne' || op === '$nin') {
    const set = askedSet(op === '$ne' ? '$eq' : '$in', expected, flipped(wanted));
    // Of a list they say that no element is.
    return set && (op === '$nin' || !Array.isArray(expected)) ? { ...set, kinds: set.kinds | listBit } : set;
  }
  const asked = Object.hasOwn(operators, op) ? operators[op]?.(expected, wanted) : undefined;
  return asked && chosen(asked, wanted);
}

const listBit = ofKinds('list').kinds;

export function flipped({ verdict, is }: Wanted): Wanted {
  return { verdict: verdict === 'match' ? 'no-match' : 'match', is };
}

/** What one says of other kinds is unknown: neither of the two verdicts. */
function chosen({ about, matching, others }: Asked, { verdict, is }: Wanted): ValueSet {
  const set = (verdict === 'match') === is ? matching : others;
  return is ? set : { ...set, kinds: set.kinds | butKinds(...about).kinds };
}

export function isRef(expected: unknown): boolean {
  return isObject(expected) && Object.hasOwn(expected, '$ref');
}

const orders = new Set(['$lt', '$lte', '$gt', '$gte']);

/** What is compared with what stands elsewhere is there, and a number where numbers are compared. */
function ofRef(op: string, { is }: Wanted): ValueSet | undefined {
  if (!is) return undefined;
  return orders.has(op) ? ofKinds('number') : butKinds('nothing');
}

type Ask = (expected: unknown, wanted: Wanted) => Asked | undefined;

const operators: Record<string, Ask> = {
  $eq: (expected) => ofValues([expected]),
  $in: (expected) => (Array.isArray(expected) ? ofValues(expected) : undefined),
  $lt: (expected) => ofNumbers(expected, (high) => ({ ...everyNumber, high, highOpen: true })),
  $lte: (expected) => ofNumbers(expected, (high) => ({ ...everyNumber, high })),
  $gt: (expected) => ofNumbers(expected, (low) => ({ ...everyNumber, low, lowOpen: true })),
  $gte: (expected) => ofNumbers(expected, (low) => ({ ...everyNumber, low })),
  $between: (expected) => {
    const [low, high] = Array.isArray(expected) ? expected : [];
    return ofNumbers(low, () => ({ ...everyNumber, low, high: Number(high) }));
  },
  $exists: (expected) => {
    const [there, missing] = [butKinds('nothing'), ofKinds('nothing')];
    const about: Kind[] = ['nothing', 'text', 'number', 'flag', 'list', 'object'];
    return expected === true
      ? { about, matching: there, others: missing }
      : { about, matching: missing, others: there };
  },
  $glob: (expected, wanted) => ofPattern('$glob', expected, wanted),
  $regex: (expected, wanted) => ofPattern('$regex', expected, wanted),
};

/** Lists and objects are not compared with one another here. */
function ofValues(values: readonly unknown[]): Asked | undefined {
  const about = [...new Set(values.map(kindOf))];
  if (about.includes('nothing')) return undefined;
  const { kinds } = ofKinds(...about);
  const asked: Asked = { about, matching: { kinds }, others: { kinds } };
  if (about.includes('number')) {
    const points = values
      .filter((each) => typeof each === 'number')
      .map((each) => ({ ...everyNumber, low: each, high: each }));
    asked.matching.numbers = points;
    asked.others.numbers = numbersBeside(points);
  }
  if (about.includes('text')) {
    const texts = values.filter((each) => typeof each === 'string').map((text) => ({ text, whole: true }));
    asked.matching.texts = texts;
    asked.others.never = texts;
  }
  if (about.includes('flag')) {
    asked.matching.flags = [true, false].filter((each) => values.includes(each));
    asked.others.flags = [true, false].filter((each) => !values.includes(each));
  }
  return asked;
}

function kindOf(value: unknown): Kind {
  if (value === undefined || value === null || Number.isNaN(value)) return 'nothing';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'flag';
  return Array.isArray(value) ? 'list' : 'object';
}

function ofNumbers(expected: unknown, interval: (expected: number) => Interval): Asked | undefined {
  if (typeof expected !== 'number') return undefined;
  const taken = interval(expected);
  const { kinds } = ofKinds('number');
  return {
    about: ['number'],
    matching: { kinds, numbers: [taken] },
    others: { kinds, numbers: numbersBeside([taken]) },
  };
}

function ofPattern(op: '$glob' | '$regex', expected: unknown, { verdict, is }: Wanted): Asked | undefined {
  if (typeof expected !== 'string') return undefined;
  let filter: ((text: string) => Verdict) | undefined;
  // Most patterns are never asked here, and making one takes its time.
  const passing = [
    (text: string) => {
      filter ??= verdictsOf(op, expected);
      return (filter(text) === verdict) === is;
    },
  ];
  const { kinds } = ofKinds('text');
  // Whatever is too long to be asked is no-match to none.
  const texts = op === '$glob' && is ? { texts: [globForm(expected)] } : {};
  return { about: ['text'], matching: { kinds, passing, ...texts }, others: { kinds, passing } };
}

function verdictsOf(op: string, expected: string): (text: string) => Verdict {
  const filter = compileFilter({ [op]: expected }, '', []);
  return (text) => filter(text).verdict;
}

/** How every text begins that a glob matches. */
function globForm(glob: string): TextForm {
  const [beginning = ''] = /^(?:\\.|[^*?\\])*/su.exec(glob) ?? [];
  const rest = glob.slice(beginning.length);
  return { text: beginning.replace(/\\(.)/gsu, '$1'), whole: rest === '' };
}

const listed = (value: unknown) => (Array.isArray(value) ? value.map((each) => JSON.stringify(each)).join(', ') : '…');

const verbs: Record<string, (value: unknown) => string> = {
  $eq: (value) => JSON.stringify(value),
  $ne: (value) => `anything but ${JSON.stringify(value)}`,
  $lt: (value) => `below ${value}`,
  $lte: (value) => `at most ${value}`,
  $gt: (value) => `above ${value}`,
  $gte: (value) => `at least ${value}`,
  $between: (value) => `between ${listed(value)}`,
  $in: (value) => `one of ${listed(value)}`,
  $nin: (value) => `none of ${listed(value)}`,
  $exists: (value) => (value === true ? 'there' : 'missing'),
  $glob: (value) => `like ${JSON.stringify(value)}`,
  $regex: (value) => `like ${JSON.stringify(value)}`,
};

/** What stands beside "is" of a value of which an operator says what is wanted. */
export function askedWords(op: string, expected: unknown, { verdict, is }: Wanted): string {
  const { $ref: ref } = isObject(expected) ? expected : {};
  const words = op === '$ref' || ref !== undefined ? 'there' : (verbs[op]?.(expected) ?? op);
  return (verdict === 'match') === is ? words : `not ${words}`;
}
