import type { Shape } from '../event-shape.ts';
import { eventShape, isNumeric, shapeAt } from '../event-shape.ts';
import { isObject } from '../json.ts';
import { neverWords, placeOf } from '../rules/never-words.ts';
import { covers } from '../rules/type-pattern.ts';
import type { Problem } from './filter.ts';
import { operatorNames } from './filter.ts';
import { nearest } from './nearest.ts';
import type { Heard } from './path-words.ts';
import { missingAt, missingWords } from './path-words.ts';
import { impossibility, isMatch } from './possible.ts';
import type { Spot as SpotOfEvent } from './possible-state.ts';

/** `faults`: the filter can never match, or never not. `doubts`: most likely a slip. */
export type Findings = { faults: Problem[]; doubts: Problem[] };

type Walk = Findings & { heard: Heard };
type Spot = { at: string; shape: Shape; path: string };

/**
 * Looks at a filter that compiles for what no event can meet: paths that none has, operands of another kind than the
 * field's, rates that are no shares, bounds that exclude each other, types and sources that the rule does not hear.
 */
export function findingsIn(filter: unknown, at: string, heard: Heard): Findings {
  const { faults, doubts } = slipsIn(filter, at, heard);
  return { faults: faults.length > 0 ? faults : contradictionsIn(filter, at), doubts };
}

/** The same, but for what contradicts itself in the filter as a whole. */
export function slipsIn(filter: unknown, at: string, heard: Heard): Findings {
  const walk: Walk = { faults: [], doubts: [], heard };
  walkAny(filter, { at, shape: eventShape, path: '' }, walk);
  return { faults: walk.faults, doubts: walk.doubts };
}

/** Why no event at all meets the filter; nothing where one may. */
export function contradictionsIn(filter: unknown, at: string, spot?: SpotOfEvent): Problem[] {
  const never = impossibility([{ filter, at, wanted: isMatch, ...(spot ? { spot } : {}) }], {});
  return never ? [{ path: placeOf(never, at), message: `can never match: ${neverWords(never, at)}` }] : [];
}

/** A filter that stands for itself: what contradicts itself in it is a fault, also where another way is left. */
function walkWhole(json: unknown, spot: Spot, walk: Walk): void {
  const before = walk.faults.length;
  walkAny(json, spot, walk);
  if (walk.faults.length > before) return;
  const { at, path, shape } = spot;
  walk.faults.push(...contradictionsIn(json, at, path === '' ? undefined : looseSpot(path, shape)));
}

function looseSpot(path: string, shape: Shape): SpotOfEvent {
  return { key: path, path, shape, isLoose: !path.endsWith('[]') };
}

function walkAny(json: unknown, spot: Spot, walk: Walk): void {
  if (!isObject(json)) {
    checkValue(json, spot, walk);
    return;
  }
  for (const [name, value] of Object.entries(json)) {
    const inside = { ...spot, at: `${spot.at}.${name}` };
    if (name.startsWith('$')) walkOperator(name, value, inside, walk);
    else walkField(name, value, inside, walk);
  }
}

function walkField(name: string, value: unknown, { at, shape, path }: Spot, walk: Walk): void {
  const of = shape.kind === 'list' ? shape.element : shape;
  const full = path === '' ? name : `${path}.${name}`;
  const inner = fieldIn(of, name);
  if (of.kind !== 'fields' && of.kind !== 'anything') {
    walk.faults.push({ path: at, message: singleWords(name, value, { of, path }) });
  } else if (!inner) {
    const hint = nearest(name, of.kind === 'fields' ? Object.keys(of.fields) : []);
    const way = hint ? `did you mean "${hint}"?` : 'what senders add stands below "data"';
    walk.doubts.push({ path: at, message: `no event has ${full}: ${way}` });
  } else {
    if (path === '') checkHeard(name, value, at, walk);
    // Of what is missing as a whole, the fields are too: that is said once.
    const isFirst = path === '' || walk.heard.lacks?.includes(full);
    const missing = isFirst ? missingAt(full.split('.'), walk.heard) : undefined;
    if (missing) walk.doubts.push({ path: at, message: missingWords(missing) });
    walkAny(value, { at, shape: inner, path: full }, walk);
  }
}

function fieldIn(shape: Shape, name: string): Shape | undefined {
  if (shape.kind === 'anything') return shape;
  return shape.kind === 'fields' && Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
}

/** Below a single value there is nothing: most likely an operator without its sign, or the sender's form of it. */
function singleWords(name: string, value: unknown, { of, path }: { of: Shape; path: string }): string {
  const is = `${path} is ${kindWords[of.kind]}`;
  const operator = operatorNames.find((each) => each === `$${name}`);
  if (operator) return `${is}, and has no "${name}": did you mean ${operator}?`;
  const form = isObject(value) ? '' : `, such as {"${path.split('.').at(-1)}": ${JSON.stringify(value)}}`;
  return `${is}, and has no "${name}": compare it itself${form}`;
}

/** A type or a source that the rule does not hear. */
function checkHeard(name: string, value: unknown, at: string, { heard, faults }: Walk): void {
  const { sources = [] } = heard;
  if (name === 'source' && !heard.from && typeof value === 'string' && sources.length > 0 && !sources.includes(value)) {
    const hint = nearest(value, sources);
    const way = hint ? `did you mean "${hint}"?` : `there are: ${sources.join(', ')}`;
    faults.push({ path: at, message: `can never match: there is no source "${value}": ${way}` });
  }
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
  walkWhole(value, { ...spot, shape: element, path: `${spot.path}[]` }, walk);
};

const nothing: Step = () => undefined;

/** Of every other operator, what stands beside it is compared with the value. */
const steps: Record<string, Step> = {
  $and: each(walkAny),
  $or: each(walkWhole),
  $not: walkWhole,
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
  $glob: (value, spot, walk) => {
    if (typeof value === 'string') checkDomain(value, spot, walk);
    checkKind('text', spot, walk);
  },
  $regex: (_, spot, walk) => checkKind('text', spot, walk),
  $ref: checkRef,
  $exists: nothing,
};

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function checkList({ at, shape, path }: Spot, walk: Walk): void {
  if (shape.kind === 'list' || shape.kind === 'anything') return;
  const is = `${path || 'the event'} is ${kindWords[shape.kind]}`;
  walk.faults.push({ path: at, message: `can never match: ${is}, not a list` });
}

/** How many there are is a whole number, and none below 0. */
function checkCount(value: unknown, spot: Spot, walk: Walk): void {
  const exact = isObject(value) ? value.$eq : value;
  if (typeof exact !== 'number' || (Number.isInteger(exact) && exact >= 0)) return;
  walk.faults.push({ path: spot.at, message: `can never match: there are never ${exact} of them` });
}

/** A plain operand: of the field's kind, and a share where the field is one. A list is compared with a whole list. */
function checkValue(value: unknown, spot: Spot, walk: Walk): void {
  if (isObject(value)) checkRef(value.$ref, { ...spot, at: `${spot.at}.$ref` }, walk);
  if (typeof value === 'object') return;
  if (typeof value === 'number') checkShare(value, spot, walk);
  if (typeof value === 'string') checkDomain(value, spot, walk);
  checkKind(typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'flag' : 'text', spot, walk);
}

function checkKind(given: 'text' | 'number' | 'flag', { at, shape, path }: Spot, walk: Walk): void {
  const of = shape.kind === 'list' ? shape.element : shape;
  if (of.kind === 'anything' || of.kind === given || (given === 'number' && isNumeric(of))) return;
  const message = `can never match: ${path || 'the event'} is ${kindWords[of.kind]}, not ${kindWords[given]}`;
  walk.faults.push({ path: at, message });
}

const kindWords = {
  text: 'a text',
  number: 'a number',
  count: 'a whole number from 0',
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

/** What stands elsewhere has to be there, and of a kind that can be compared. */
function checkRef(ref: unknown, { at, shape, path }: Spot, walk: Walk): void {
  if (typeof ref !== 'string') return;
  const steps = ref.split('.');
  const missing = missingAt(
    steps.filter((step) => !/^\d+$/.test(step)),
    walk.heard,
  );
  if (missing) walk.doubts.push({ path: at, message: missingWords(missing) });
  const [here, there] = [shape, shapeAt(steps)].map((each) => (each?.kind === 'list' ? each.element : each));
  if (!here || !there || [here, there].some(({ kind }) => kind === 'anything')) return;
  if (here.kind === there.kind || (isNumeric(here) && isNumeric(there))) return;
  const message = `can never match: ${path} is ${kindWords[here.kind]}, and ${ref} is ${kindWords[there.kind]}`;
  walk.faults.push({ path: at, message });
}
