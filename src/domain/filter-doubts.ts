import type { Shape } from './event-shape.ts';
import { eventShape, typesWith } from './event-shape.ts';
import type { Problem } from './filter.ts';
import { isObject } from './json.ts';
import { nearest } from './nearest.ts';
import { covers, mayBegin } from './type-pattern.ts';

/** What a rule hears, where it says so. */
export type Heard = { on?: readonly string[] | undefined; from?: readonly string[] | undefined };

/** `faults`: the filter can never match, or never not. `doubts`: most likely a slip. */
export type Findings = { faults: Problem[]; doubts: Problem[] };

type Walk = Findings & { heard: Heard };
type Spot = { at: string; shape: Shape; path: string };

/**
 * Looks at a filter that compiles for what no event can meet: paths that none has, operands of another kind than the
 * field's, rates that are no shares, bounds that exclude each other, types and sources that the rule does not hear.
 */
export function findingsIn(filter: unknown, at: string, heard: Heard): Findings {
  const walk: Walk = { faults: [], doubts: [], heard };
  walkAny(filter, { at, shape: eventShape, path: '' }, walk);
  return { faults: walk.faults, doubts: walk.doubts };
}

function walkAny(json: unknown, spot: Spot, walk: Walk): void {
  if (!isObject(json)) {
    checkValue(json, spot, walk);
    return;
  }
  checkBounds(json, spot, walk);
  for (const [name, value] of Object.entries(json)) {
    const inside = { ...spot, at: `${spot.at}.${name}` };
    if (name.startsWith('$')) walkOperator(name, value, inside, walk);
    else walkField(name, value, inside, walk);
  }
}

function walkField(name: string, value: unknown, { at, shape, path }: Spot, walk: Walk): void {
  const of = shape.kind === 'list' ? shape.element : shape;
  if (of.kind === 'anything') return;
  const full = path === '' ? name : `${path}.${name}`;
  const inner = of.kind === 'fields' && Object.hasOwn(of.fields, name) ? of.fields[name] : undefined;
  if (!inner) {
    const known = of.kind === 'fields' ? Object.keys(of.fields) : [];
    const hint = nearest(name, known);
    const way = hint ? `did you mean "${hint}"?` : 'what senders add stands below "data"';
    walk.doubts.push({ path: at, message: `no event has ${full}: ${way}` });
    return;
  }
  if (path === '') checkHeard(name, value, at, walk);
  walkAny(value, { at, shape: inner, path: full }, walk);
}

/** Of a field that stands only in events of types that the rule does not hear. */
export function unheardWords(field: string, { on }: Heard): string | undefined {
  const beginning = typesWith(field);
  if (!beginning || !on || on.some((pattern) => mayBegin(pattern, beginning))) return undefined;
  return `only ${beginning}* events have ${field}, and the rule hears none of them`;
}

/** A field that only other types have, or a type or a source that the rule does not hear. */
function checkHeard(name: string, value: unknown, at: string, { heard, faults, doubts }: Walk): void {
  const unheard = unheardWords(name, heard);
  if (unheard) doubts.push({ path: at, message: unheard });
  const allowed = name === 'type' ? heard.on : name === 'source' ? heard.from : undefined;
  if (!allowed || typeof value !== 'string' || allowed.some((pattern) => covers(pattern, value))) return;
  const key = name === 'type' ? 'on' : 'from';
  faults.push({ path: at, message: `can never match: "${value}" is not in "${key}" (${allowed.join(', ')})` });
}

type Step = (value: unknown, spot: Spot, walk: Walk) => void;

function walkOperator(op: string, value: unknown, spot: Spot, walk: Walk): void {
  const step = Object.hasOwn(steps, op) ? steps[op] : undefined;
  (step ?? checkValue)(value, spot, walk);
}

const each = (step: Step): Step => {
  return (value, spot, walk) => {
    for (const [i, one] of listOf(value).entries()) step(one, { ...spot, at: `${spot.at}[${i}]` }, walk);
  };
};

const ofElements: Step = (value, spot, walk) => {
  checkList(spot, walk);
  const element = spot.shape.kind === 'list' ? spot.shape.element : spot.shape;
  walkAny(value, { ...spot, shape: element, path: `${spot.path}[]` }, walk);
};

const ofText: Step = (_, spot, walk) => checkKind('text', spot, walk);
const nothing: Step = () => undefined;

/** Of every other operator, what stands beside it is compared with the value. */
const steps: Record<string, Step> = {
  $and: each(walkAny),
  $or: each(walkAny),
  $not: walkAny,
  $all: ofElements,
  $none: ofElements,
  $any: ofElements,
  $count: (value, spot, walk) => {
    if (isObject(value) && value.where !== undefined)
      ofElements(value.where, { ...spot, at: `${spot.at}.where` }, walk);
    else checkList(spot, walk);
    checkCount(value, spot, walk);
  },
  $in: each(checkValue),
  $nin: each(checkValue),
  $between: (value, spot, walk) => {
    for (const bound of listOf(value)) checkValue(bound, spot, walk);
  },
  $glob: ofText,
  $regex: ofText,
  $ref: nothing,
  $exists: nothing,
};

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function checkList({ at, shape, path }: Spot, walk: Walk): void {
  if (shape.kind === 'list' || shape.kind === 'anything') return;
  walk.faults.push({ path: at, message: `can never match: ${path} is ${kindWords[shape.kind]}, not a list` });
}

/** How many there are is a whole number, and none below 0. */
function checkCount(value: unknown, spot: Spot, walk: Walk): void {
  if (isObject(value)) checkBounds({ $gte: 0, ...value }, spot, walk);
  const exact = isObject(value) ? value.$eq : value;
  if (typeof exact !== 'number' || (Number.isInteger(exact) && exact >= 0)) return;
  walk.faults.push({ path: spot.at, message: `can never match: there are never ${exact} of them` });
}

/** A plain operand: of the field's kind, and a share where the field is one. A list is compared with a whole list. */
function checkValue(value: unknown, spot: Spot, walk: Walk): void {
  if (typeof value === 'object') return;
  if (typeof value === 'number') checkShare(value, spot, walk);
  if (typeof value === 'string') checkDomain(value, spot, walk);
  checkKind(typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'flag' : 'text', spot, walk);
}

function checkKind(given: 'text' | 'number' | 'flag', { at, shape, path }: Spot, walk: Walk): void {
  const of = shape.kind === 'list' ? shape.element : shape;
  if (of.kind === 'anything' || of.kind === given || (of.kind === 'share' && given === 'number')) return;
  const message = `can never match: ${path} is ${kindWords[of.kind]}, not ${kindWords[given]}`;
  walk.faults.push({ path: at, message });
}

const kindWords = {
  text: 'a text',
  number: 'a number',
  share: 'a number from 0 to 1',
  flag: 'true or false',
  fields: 'an object',
  list: 'a list',
  anything: 'anything',
} as const;

function checkShare(value: number, { at, shape, path }: Spot, walk: Walk): void {
  if (shape.kind !== 'share' || (value >= 0 && value <= 1)) return;
  const way = value > 1 && value <= 100 ? `: for ${value} % write ${value / 100}` : '';
  walk.faults.push({ path: at, message: `${path} is a share from 0 to 1${way}` });
}

/** Domains have no case and no dot at the end: the event has them so, whatever the sender wrote. */
function checkDomain(value: string, { at, path }: Spot, walk: Walk): void {
  const kept = value.toLowerCase().replace(/\.$/, '');
  if (path === 'domain' && value !== kept) {
    walk.faults.push({ path: at, message: `can never match: domains are lower-cased here, write "${kept}"` });
  }
}

/** Bounds on one number that leave nothing between them. */
function checkBounds(json: Record<string, unknown>, { at, path }: Spot, walk: Walk): void {
  const bound = (name: string) => (typeof json[name] === 'number' ? json[name] : undefined);
  const low = Math.max(bound('$gt') ?? Number.NEGATIVE_INFINITY, bound('$gte') ?? Number.NEGATIVE_INFINITY);
  const high = Math.min(bound('$lt') ?? Number.POSITIVE_INFINITY, bound('$lte') ?? Number.POSITIVE_INFINITY);
  const open = json.$gt === low || json.$lt === high;
  if (low < high || (low === high && !open)) return;
  walk.faults.push({ path: at, message: `can never match: nothing is above ${low} and below ${high} (${path})` });
}
