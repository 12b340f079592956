import type { Event } from '../event.ts';
import { valueAt } from '../event.ts';
import { eventShape, shapeAt } from '../event-shape.ts';
import { isObject } from '../json.ts';

/** A plain value that an event must have at a path, or it is not in a rule's scope. */
export type Literal = { path: string; value: string | number | boolean };

/**
 * The plain values that a `where` demands: those that stand in it as they are, at places that hold a single value. What
 * stands under an operator demands nothing that could be looked up.
 */
export function literalsIn(where: unknown, path: readonly string[] = []): Literal[] {
  if (!isObject(where)) return [];
  return Object.entries(where).flatMap(([name, value]) => {
    if (name.startsWith('$')) return [];
    const at = [...path, name];
    if (isObject(value)) return literalsIn(value, at);
    return isPlain(value) && isSingle(at) ? [{ path: at.join('.'), value }] : [];
  });
}

function isPlain(value: unknown): value is Literal['value'] {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** A list is met by any of its elements, and what is below `data` may be one. */
function isSingle(path: readonly string[]): boolean {
  if (path[0] === 'tags' || path[0] === 'providers') return false;
  const kind = shapeAt(path, eventShape)?.kind;
  return kind !== undefined && kind !== 'anything' && kind !== 'fields' && kind !== 'list';
}

type Indexed<T> = { item: T; literals: readonly Literal[] };

/**
 * Finds, of many, those that an event may concern, in their order: each is filed under the one of its literals that
 * the fewest others share, and those without any are always found. What is filed under a field that could not be read
 * is found whatever it looks for.
 */
export function literalIndex<T>(
  all: readonly Indexed<T>[],
): (event: Event, misread?: readonly string[]) => readonly T[] {
  const sharing = new Map<string, number>();
  for (const { literals } of all) {
    for (const literal of literals) sharing.set(slotOf(literal), (sharing.get(slotOf(literal)) ?? 0) + 1);
  }
  const always: Placed<T>[] = [];
  const filed = new Map<string, Map<string, Placed<T>[]>>();
  for (const [place, { item, literals }] of all.entries()) {
    const rarest = literals.toSorted((a, b) => (sharing.get(slotOf(a)) ?? 0) - (sharing.get(slotOf(b)) ?? 0))[0];
    if (rarest) file(filed, rarest, { place, item });
    else always.push({ place, item });
  }
  if (filed.size === 0) return () => all.map(({ item }) => item);
  const byPath = [...filed].map(([name, slots]) => ({ name, path: name.split('.'), slots }));
  return (event, misread = []) => {
    const found = byPath.flatMap(({ name, path, slots }) => {
      if (misread.includes(name)) return [...slots.values()].flat();
      return slots.get(valueName(valueAt(event, path))) ?? [];
    });
    if (found.length === 0) return always.map(({ item }) => item);
    return [...always, ...found].sort((a, b) => a.place - b.place).map(({ item }) => item);
  };
}

type Placed<T> = { place: number; item: T };

function file<T>(filed: Map<string, Map<string, Placed<T>[]>>, { path, value }: Literal, placed: Placed<T>): void {
  const slots = filed.get(path) ?? new Map<string, Placed<T>[]>();
  const slot = slots.get(valueName(value)) ?? [];
  slot.push(placed);
  filed.set(path, slots.set(valueName(value), slot));
}

const slotOf = ({ path, value }: Literal): string => `${path}=${valueName(value)}`;

/** Values of different kinds are never equal; zero has no sign. */
function valueName(value: unknown): string {
  return typeof value === 'object' ? 'object' : `${typeof value}:${String(value)}`;
}
