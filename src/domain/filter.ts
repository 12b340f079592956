import { isDeepStrictEqual } from 'node:util';
import { nearest } from './nearest.ts';

/** What a filter says: unknown is not false, and never true. */
export type Verdict = 'match' | 'no-match' | 'unknown';

/** What one condition said, with what it looked at. A tree: nothing is short-circuited. */
export type ConditionTrace = {
  path: string;
  op: string;
  expected?: unknown;
  actual?: unknown;
  verdict: Verdict;
  children?: ConditionTrace[];
};

/** A leaf that matched: why a rule tripped, for people. */
export type Tripped = { path: string; op: string; expected: unknown; actual: unknown };

/** A fault in the rules file: where, and the way out. */
export type Problem = { path: string; message: string };

/** A compiled filter: looks at a value at a path and says what it thinks. Never throws, whatever the value. */
export type Filter = (value: unknown, path?: string) => ConditionTrace;

type Place = { at: string; problems: Problem[] };

/**
 * What a check speaks of when an array stands at its place: some one element, the whole array, or (combinators) the
 * element where fields stand beside it and the whole where none do.
 */
type Check = { name: string; about: 'element' | 'whole' | 'either'; run: Filter };

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
  return (value, path = '') => (Array.isArray(value) ? onArray(checks, value, path) : allOf(checks, value, path));
}

function compileField(name: string, expected: unknown, place: Place): Check {
  if (name.includes('.')) {
    const nested = name.split('.').reduceRight<unknown>((inner, step) => ({ [step]: inner }), expected);
    place.problems.push({ path: place.at, message: `write a dotted key as nested objects: ${JSON.stringify(nested)}` });
  }
  const inner = isObject(expected) ? compileObject(expected, place) : compileValue(expected, place);
  const run: Filter = (value, path = '') => inner(ownField(value, name), path === '' ? name : `${path}.${name}`);
  return { name, about: 'element', run };
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
  return (value, path = '') => (Array.isArray(value) ? onArray([check], value, path) : check.run(value, path));
}

function compileOperator(op: string, expected: unknown, place: Place): Check {
  const compile = Object.hasOwn(operators, op) ? operators[op] : undefined;
  if (compile) return { name: op, about: spokenOf(op, expected), run: compile(expected, place, op) };
  const hint = nearest(op, operatorNames);
  const message = `there is no operator ${op}${hint ? `: did you mean ${hint}?` : ''}`;
  place.problems.push({ path: place.at, message });
  return { name: op, about: 'whole', run: unknownFilter };
}

function spokenOf(op: string, expected: unknown): Check['about'] {
  if (op === '$and' || op === '$or' || op === '$not') return 'either';
  if (op === '$ne' || op === '$nin' || op === '$exists') return 'whole';
  return op === '$eq' && Array.isArray(expected) ? 'whole' : 'element';
}

type Compile = (expected: unknown, place: Place, op: string) => Filter;

const operators: Record<string, Compile> = {
  $eq: (expected, place, op) => leaf(op, expected, equalTo(expected, place)),
  $ne: (expected, place, op) => negated(op, expected, equalTo(expected, place)),
  $lt: (expected, place, op) =>
    leaf(
      op,
      expected,
      compare(expected, place, (a, b) => a < b),
    ),
  $lte: (expected, place, op) =>
    leaf(
      op,
      expected,
      compare(expected, place, (a, b) => a <= b),
    ),
  $gt: (expected, place, op) =>
    leaf(
      op,
      expected,
      compare(expected, place, (a, b) => a > b),
    ),
  $gte: (expected, place, op) =>
    leaf(
      op,
      expected,
      compare(expected, place, (a, b) => a >= b),
    ),
  $in: (expected, place, op) => leaf(op, expected, oneOf(expected, place)),
  $nin: (expected, place, op) => negated(op, expected, oneOf(expected, place)),
  $exists: (expected, place, op) => leaf(op, expected, existence(expected, place)),
  $and: (expected, place, op) => combined(op, listOf(expected, place), and),
  $or: (expected, place, op) => combined(op, listOf(expected, place), or),
  $not: (expected, place, op) => combined(op, [compileFilter(expected, place.at, place.problems)], ([one]) => not(one)),
};

const operatorNames = Object.keys(operators);

type Question = (value: unknown) => Verdict;

function leaf(op: string, expected: unknown, ask: Question): Filter {
  return (value, path = '') => ({ path, op, expected, actual: value, verdict: ask(value) });
}

/** The Kleene negation of the positive; on an array: no element. */
function negated(op: string, expected: unknown, ask: Question): Filter {
  const positive = (value: unknown) =>
    Array.isArray(value) && !Array.isArray(expected) ? or(value.map(ask)) : ask(value);
  return (value, path = '') => ({ path, op, expected, actual: value, verdict: not(positive(value)) });
}

const unknownFilter: Filter = (value, path = '') => ({ path, op: '?', actual: value, verdict: 'unknown' });

function equalTo(expected: unknown, place: Place): Question {
  if (expected === null)
    place.problems.push({ path: place.at, message: 'null matches nothing: use {"$exists": false}' });
  const kind = kindOf(expected);
  return (value) => {
    if (kindOf(value) !== kind || kind === 'nothing') return 'unknown';
    return isDeepStrictEqual(value, expected) ? 'match' : 'no-match';
  };
}

function oneOf(expected: unknown, place: Place): Question {
  if (!Array.isArray(expected) || expected.length === 0 || expected.includes(null)) {
    place.problems.push({ path: place.at, message: 'takes a list of at least one value, none of them null' });
    return () => 'unknown';
  }
  const kinds = new Set(expected.map(kindOf));
  return (value) => {
    if (!kinds.has(kindOf(value))) return 'unknown';
    return expected.some((each) => isDeepStrictEqual(value, each)) ? 'match' : 'no-match';
  };
}

function compare(expected: unknown, place: Place, holds: (actual: number, expected: number) => boolean): Question {
  if (typeof expected !== 'number') {
    place.problems.push({ path: place.at, message: `takes a number, not ${JSON.stringify(expected)}` });
    return () => 'unknown';
  }
  return (value) => (typeof value !== 'number' ? 'unknown' : holds(value, expected) ? 'match' : 'no-match');
}

function existence(expected: unknown, place: Place): Question {
  if (typeof expected !== 'boolean') place.problems.push({ path: place.at, message: 'takes true or false' });
  return (value) => ((kindOf(value) !== 'nothing') === expected ? 'match' : 'no-match');
}

function listOf(expected: unknown, place: Place): Filter[] {
  if (!Array.isArray(expected) || expected.length === 0) {
    place.problems.push({ path: place.at, message: 'takes a list of at least one filter' });
    return [];
  }
  return expected.map((each, i) => compileFilter(each, `${place.at}[${i}]`, place.problems));
}

function combined(op: string, filters: Filter[], join: (verdicts: Verdict[]) => Verdict): Filter {
  return (value, path = '') => {
    const children = filters.map((filter) => filter(value, path));
    return { path, op, verdict: join(children.map((child) => child.verdict)), children };
  };
}

function allOf(checks: Check[], value: unknown, path: string): ConditionTrace {
  return joined(
    path,
    checks.map((check) => check.run(value, path)),
  );
}

function joined(path: string, children: ConditionTrace[]): ConditionTrace {
  const [only, ...more] = children;
  if (only && more.length === 0) return only;
  return { path, op: '$and', verdict: and(children.map((child) => child.verdict)), children };
}

function onArray(checks: Check[], value: unknown[], path: string): ConditionTrace {
  const besideFields = checks.some((check) => !check.name.startsWith('$'));
  const ofWhole = checks.filter((check) => check.about === 'whole' || (check.about === 'either' && !besideFields));
  const ofElement = checks.filter((check) => !ofWhole.includes(check));
  const children = ofWhole.map((check) => check.run(value, path));
  if (ofElement.length > 0) children.push(someElement(ofElement, value, path));
  return joined(path, children);
}

/** How many elements a trace shows when none matched. */
const shownElements = 3;

function someElement(checks: Check[], value: unknown[], path: string): ConditionTrace {
  const children = value.map((element, i) => allOf(checks, element, `${path}[${i}]`));
  const verdict = or(children.map((child) => child.verdict));
  const telling = children.find((child) => child.verdict === 'match');
  return { path, op: 'some', verdict, children: telling ? [telling] : children.slice(0, shownElements) };
}

/** The leaves that matched and so made the whole match, under whatever combines them. */
export function trippedLeaves(trace: ConditionTrace): Tripped[] {
  if (trace.verdict !== 'match' || trace.op === '$not') return [];
  if (trace.children) return trace.children.flatMap(trippedLeaves);
  return [{ path: trace.path, op: trace.op, expected: trace.expected, actual: trace.actual }];
}

const and = (verdicts: Verdict[]): Verdict =>
  verdicts.includes('no-match') ? 'no-match' : verdicts.includes('unknown') ? 'unknown' : 'match';
const or = (verdicts: Verdict[]): Verdict =>
  verdicts.includes('match') ? 'match' : verdicts.includes('unknown') ? 'unknown' : 'no-match';
const opposite = { match: 'no-match', 'no-match': 'match', unknown: 'unknown' } as const;
const not = (verdict: Verdict = 'unknown'): Verdict => opposite[verdict];

function ownField(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  return Array.isArray(value) ? 'array' : typeof value;
}
