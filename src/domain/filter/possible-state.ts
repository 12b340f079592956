import type { Shape } from '../event-shape.ts';
import { eventShape, typesWith } from '../event-shape.ts';
import type { TextForm, ValueSet } from './value-set.ts';
import { anyValue, everyNumber, inBoth, isImpossible, mayBe, ofKinds } from './value-set.ts';

/**
 * A place of an event. `key` tells the elements of a list apart, `path` is for people. `isLoose`: nothing is known of
 * what is around it.
 */
export type Spot = { key: string; path: string; shape: Shape; above?: Spot; isLoose?: boolean };

/**
 * What narrows the values at a place: a condition of the file, or (`given`) what events are like anyway, or (`isWay`)
 * that one of several ways is looked at.
 */
export type Reason = { at: string; words: string; set: ValueSet; given?: true; isWay?: true };

/** Conditions that no value meets all of. The last is the one that was one too many. */
export type Conflict = { path: string; reasons: Reason[] };

/** What is known of the events that are looked for. */
export type World = {
  /** The types they may have, as in `on`; left out: any. */
  types?: readonly TextForm[] | undefined;
  /** The sources they may come from; left out: any. */
  sources?: readonly string[] | undefined;
  /** Paths that none of these sources gives. */
  lacks?: readonly string[] | undefined;
};

type Cell = { set: ValueSet; reasons: readonly Reason[] };

/** What may stand at each place that was spoken of, until now. */
export type Places = { world: World; cells: Map<string, Cell> };

export const wholeEvent: Spot = { key: '', path: '', shape: eventShape };

export function fieldSpot(above: Spot, name: string): Spot {
  const { shape } = above;
  // A field that no event has is told of elsewhere; here it may be anything.
  const inner = shape.kind === 'fields' && Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
  const path = above.path === '' ? name : `${above.path}.${name}`;
  return { key: `${above.key}.${name}`, path, shape: inner ?? { kind: 'anything' }, above };
}

/** What a `$ref` leads to, where it leads through fields alone that events have. */
export function refSpot(path: string): Spot | undefined {
  const spot = path.split('.').reduce(fieldSpot, wholeEvent);
  return spot.shape.kind === 'anything' ? undefined : spot;
}

/** Some element of a list, another one for each number. */
export function elementSpot(list: Spot, number: number): Spot {
  const shape: Shape = list.shape.kind === 'list' ? list.shape.element : { kind: 'anything' };
  return { key: `${list.key}\n${number}`, path: `${list.path}[]`, shape };
}

/** How many elements there are. */
export function sizeSpot(list: Spot, of = ''): Spot {
  return { key: `${list.key}\n#${of}`, path: `the number of ${list.path || 'elements'}`, shape: { kind: 'count' } };
}

export function valuesAt(places: Places, spot: Spot): ValueSet {
  return cellAt(places, spot).set;
}

/** Only these values stand there too; or what excludes them. */
export function narrow(places: Places, spot: Spot, reason: Reason): Conflict | undefined {
  const cell = cellAt(places, spot);
  const set = inBoth(cell.set, reason.set);
  const reasons = [...cell.reasons, reason];
  if (isImpossible(set)) return { path: spot.path, reasons: telling(reasons) };
  places.cells.set(spot.key, { set, reasons });
  const isSureNow = mayBe(cell.set, 'nothing') && !mayBe(set, 'nothing');
  return isSureNow ? presentConflict(places, spot, reason.at) : undefined;
}

/** What is there stands in an object, and some fields only in events of some types. */
function presentConflict(places: Places, { above, path }: Spot, at: string): Conflict | undefined {
  if (!above) return undefined;
  const inObject = narrow(places, above, { at, words: 'an object', set: ofKinds('object') });
  const beginning = above === wholeEvent ? typesWith(path) : undefined;
  if (inObject || beginning === undefined) return inObject;
  const words = `one of ${beginning}*, which alone have ${path}`;
  const set: ValueSet = { ...ofKinds('text'), texts: [{ text: beginning, whole: false }] };
  return narrow(places, fieldSpot(wholeEvent, 'type'), { at, words, set });
}

/** The last with as few of the others as exclude it: no more than people have to look at. */
function telling(reasons: readonly Reason[]): Reason[] {
  const last = reasons.slice(-1);
  const [only] = last;
  const other = only && reasons.find((each) => each !== only && isImpossible(inBoth(each.set, only.set)));
  if (only && isImpossible(inBoth(anyValue, only.set))) return last;
  return other ? [other, ...last] : [...reasons];
}

function cellAt({ world, cells }: Places, spot: Spot): Cell {
  const known = cells.get(spot.key);
  if (known) return known;
  const { path, shape } = spot;
  const isOfWorld = path === 'type' || path === 'source' || world.lacks?.includes(path);
  if (isOfWorld) return cellOf(givenReasons(spot, world));
  if (shape.kind === 'anything') return anyCell;
  if (!spot.above) return cellOf(givenReasons(spot, world));
  const shaped = shapedCells.get(path) ?? cellOf(givenReasons(spot, world));
  shapedCells.set(path, shaped);
  return shaped;
}

const anyCell: Cell = { set: anyValue, reasons: [] };

/** What the fields of an event may be is the same for all rules; there are only so many. */
const shapedCells = new Map<string, Cell>();

function cellOf(reasons: readonly Reason[]): Cell {
  return { set: reasons.reduce((set, reason) => inBoth(set, reason.set), anyValue), reasons };
}

const always = new Set(['id', 'source', 'type', 'occurredAt', 'live']);

function givenReasons({ path, shape, key, above, isLoose }: Spot, { types, sources, lacks }: World): Reason[] {
  if (key === '') return [{ at: '', words: 'an event is an object', set: ofKinds('object'), given: true }];
  const given = (words: string, set: ValueSet): Reason[] => [{ at: '', words: `${path} ${words}`, set, given: true }];
  const isSingle = !isLoose && (above === undefined || always.has(path));
  const found = ofShape(shape, given, isSingle);
  if (path === 'type' && types) found.push(...given(`is ${formWords(types)} ("on")`, ofTexts(types)));
  if (path === 'source' && sources) {
    const forms = sources.map((text) => ({ text, whole: true }));
    found.push(...given(`is ${formWords(forms)}`, ofTexts(forms)));
  }
  if (lacks?.includes(path)) {
    found.push(...given(`is given by no source it hears (${sources?.join(', ')})`, ofKinds('nothing')));
  }
  return found;
}

function ofTexts(texts: readonly TextForm[]): ValueSet {
  return { ...ofKinds('text'), texts };
}

function formWords(forms: readonly TextForm[]): string {
  return forms.map(({ text, whole }) => (whole ? text : `${text}*`)).join(', ');
}

type Given = (words: string, set: ValueSet) => Reason[];

/** `isSingle`: it is there in any case, also where it is an element of a list. */
function ofShape(shape: Shape, given: Given, isSingle: boolean): Reason[] {
  const kinds = (kind: 'text' | 'number' | 'flag' | 'list' | 'object') => {
    return isSingle ? ofKinds(kind) : ofKinds(kind, 'nothing');
  };
  const from = { ...everyNumber, low: 0 };
  switch (shape.kind) {
    case 'anything':
      return [];
    case 'fields':
      return given('is an object', kinds('object'));
    case 'list':
      return given('is a list', kinds('list'));
    case 'count':
      return given('is a whole number from 0', { ...kinds('number'), whole: true, numbers: [from] });
    case 'share':
      return given('is a number from 0 to 1', { ...kinds('number'), numbers: [{ ...from, high: 1 }] });
    case 'flag':
      return given('is true or false', kinds('flag'));
    case 'number':
      return given('is a number', kinds('number'));
    case 'text':
      return given('is a text', kinds('text'));
  }
}
