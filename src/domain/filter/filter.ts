import { isObject } from '../json.ts';
import { compileCount } from './count.ts';
import { anyElement, everyElement, noElement, someElement } from './elements.ts';
import type { Compile } from './leaf.ts';
import { fixed, leaf, negated } from './leaf.ts';
import { noOperatorWords } from './operator-words.ts';
import { globText, regexText } from './pattern.ts';
import { between, comparing, equalTo, existence, oneOf } from './question.ts';
import type { Verdict } from './verdict.ts';
import { and, not, or } from './verdict.ts';

/** What one condition said, with what it looked at. A tree: nothing is short-circuited. */
export type ConditionTrace = {
  path: string;
  op: string;
  /** As it stands in the file; what a `$ref` leads to, as it is in this event. */
  expected?: unknown;
  actual?: unknown;
  /** The path whose value was expected. */
  ref?: string;
  verdict: Verdict;
  children?: ConditionTrace[];
};

/** A leaf that matched: why a rule tripped, for people. */
export type Tripped = { path: string; op: string; expected: unknown; actual: unknown };

/** A fault in the rules file: where, and the way out. */
export type Problem = { path: string; message: string };

/**
 * A compiled filter: looks at a value at a path and says what it thinks. Never throws, whatever the value. `root` is
 * where a `$ref` begins: the event, which is the value itself at the top.
 */
export type Filter = (value: unknown, path?: string, root?: unknown) => ConditionTrace;

/** Where in the rules file something stands, and where its faults go. */
export type Place = { at: string; problems: Problem[] };

/**
 * What a check speaks of when an array stands at its place: some one element, the whole array, or (combinators) the
 * element where fields stand beside it and the whole where none do.
 */
type About = 'element' | 'whole' | 'either';

type Check = { name: string; about: About; run: Filter };

/** Where a value stands, and the event it is part of. */
type At = { path: string; root: unknown };

/**
 * Compiles a filter that stands at `at` in the rules file. Faults are added to `problems`; the filter of a faulty
 * text is not to be used. A filter mirrors the event: nested objects, with `$` operators or plain values at the leaves.
 */
export function compileFilter(json: unknown, at: string, problems: Problem[]): Filter {
  if (isObject(json)) return compileObject(json, { at, problems });
  problems.push({ path: at, message: 'a filter is an object, such as {"inboxRate": {"$lt": 0.8}}' });
  return unknownFilter;
}

function compileObject(json: Record<string, unknown>, place: Place): Filter {
  const checks = Object.entries(json).map(([name, expected]) => {
    const inside = { at: `${place.at}.${name}`, problems: place.problems };
    return name.startsWith('$') ? compileOperator(name, expected, inside) : compileField(name, expected, inside);
  });
  if (checks.length === 0) {
    place.problems.push({ path: place.at, message: 'an empty object says nothing: name a field or an operator' });
  }
  return (value, path = '', root = value) => {
    return Array.isArray(value) ? onArray(checks, value, { path, root }) : allOf(checks, value, { path, root });
  };
}

function compileField(name: string, expected: unknown, place: Place): Check {
  if (name.includes('.')) {
    const nested = name.split('.').reduceRight<unknown>((inner, step) => ({ [step]: inner }), expected);
    place.problems.push({ path: place.at, message: `write a dotted key as nested objects: ${JSON.stringify(nested)}` });
  }
  const inner = compileAny(expected, place);
  const run: Filter = (value, path = '', root = value) => {
    return inner(ownField(value, name), path === '' ? name : `${path}.${name}`, root);
  };
  return { name, about: 'element', run };
}

function compileAny(expected: unknown, place: Place): Filter {
  return isObject(expected) ? compileObject(expected, place) : compileValue(expected, place);
}

/** A plain value at a leaf is `$eq`. */
function compileValue(expected: unknown, place: Place): Filter {
  if (Array.isArray(expected)) {
    const either = JSON.stringify({ $in: expected });
    const whole = JSON.stringify({ $eq: expected });
    place.problems.push({ path: place.at, message: `a list alone is unclear: use ${either} or ${whole}` });
    return unknownFilter;
  }
  const check = compileOperator('$eq', expected, place);
  return (value, path = '', root = value) => {
    return Array.isArray(value) ? onArray([check], value, { path, root }) : check.run(value, path, root);
  };
}

function compileOperator(op: string, expected: unknown, place: Place): Check {
  const compile = Object.hasOwn(operators, op) ? operators[op] : undefined;
  if (compile) return { name: op, about: aboutOf(op, expected), run: compile(expected, place, op) };
  place.problems.push({ path: place.at, message: noOperatorWords(op, expected, operatorNames) });
  return { name: op, about: 'whole', run: unknownFilter };
}

/** What a field's name, or an operator, speaks of where a list stands. */
export function aboutOf(op: string, expected: unknown): About {
  if (op === '$and' || op === '$or' || op === '$not') return 'either';
  if (ofWholeArray.has(op)) return 'whole';
  return op === '$eq' && Array.isArray(expected) ? 'whole' : 'element';
}

const ofWholeArray = new Set(['$ne', '$nin', '$exists', '$all', '$none', '$any', '$count']);

const operators: Record<string, Compile> = {
  $eq: leaf(equalTo),
  $ne: negated(equalTo),
  $lt: leaf(comparing((actual, expected) => actual < expected)),
  $lte: leaf(comparing((actual, expected) => actual <= expected)),
  $gt: leaf(comparing((actual, expected) => actual > expected)),
  $gte: leaf(comparing((actual, expected) => actual >= expected)),
  $between: fixed(between),
  $in: leaf(oneOf),
  $nin: negated(oneOf),
  $exists: fixed(existence),
  $glob: fixed(globText),
  $regex: fixed(regexText),
  $ref: (expected, place) => leaf(equalTo)({ $ref: expected }, place, '$eq'),
  $all: (expected, place) => everyElement(compileAny(expected, place)),
  $none: (expected, place) => noElement(compileAny(expected, place)),
  $any: (expected, place) => anyElement(compileAny(expected, place)),
  $count: compileCount(compileAny),
  $and: (expected, place, op) => combined(op, listOf(expected, place), and),
  $or: (expected, place, op) => combined(op, listOf(expected, place), or),
  $not: (expected, place, op) => combined(op, [compileFilter(expected, place.at, place.problems)], ([one]) => not(one)),
};

/** Every operator there is. */
export const operatorNames = Object.keys(operators);

const unknownFilter: Filter = (value, path = '') => ({ path, op: '?', actual: value, verdict: 'unknown' });

function listOf(expected: unknown, place: Place): Filter[] {
  if (!Array.isArray(expected) || expected.length === 0) {
    place.problems.push({ path: place.at, message: 'takes a list of at least one filter' });
    return [];
  }
  return expected.map((each, i) => compileFilter(each, `${place.at}[${i}]`, place.problems));
}

function combined(op: string, filters: Filter[], join: (verdicts: Verdict[]) => Verdict): Filter {
  return (value, path = '', root = value) => {
    const children = filters.map((filter) => filter(value, path, root));
    return { path, op, verdict: join(children.map((child) => child.verdict)), children };
  };
}

function allOf(checks: Check[], value: unknown, { path, root }: At): ConditionTrace {
  return joined(
    path,
    checks.map((check) => check.run(value, path, root)),
  );
}

function joined(path: string, children: ConditionTrace[]): ConditionTrace {
  const [only, ...more] = children;
  if (only && more.length === 0) return only;
  return { path, op: '$and', verdict: and(children.map((child) => child.verdict)), children };
}

function onArray(checks: Check[], value: unknown[], { path, root }: At): ConditionTrace {
  const besideFields = checks.some((check) => !check.name.startsWith('$'));
  const ofWhole = checks.filter((check) => check.about === 'whole' || (check.about === 'either' && !besideFields));
  const ofElement = checks.filter((check) => !ofWhole.includes(check));
  const children = ofWhole.map((check) => check.run(value, path, root));
  if (ofElement.length > 0) {
    children.push(someElement((element, at) => allOf(ofElement, element, { path: at, root }))(value, path));
  }
  return joined(path, children);
}

/** The leaves that matched and so made the whole match, under whatever combines them. */
export function trippedLeaves(trace: ConditionTrace): Tripped[] {
  if (trace.verdict !== 'match' || trace.op === '$not') return [];
  if (trace.children) return trace.children.flatMap(trippedLeaves);
  return [{ path: trace.path, op: trace.op, expected: trace.expected, actual: trace.actual }];
}

function ownField(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export { isObject };
