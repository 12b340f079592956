import { isIdentity, isObject, ownField } from './envelope.ts';

/**
 * Reads a body whose shape is promised only in part. Every reader takes dotted paths, the likeliest first, and gives
 * the first value of the right type. What is there in a wrong type, or an empty text, is noted and left out; `null` is
 * as good as nothing.
 */
export type FieldReader = ReturnType<typeof fieldReader>;

export function fieldReader(root: Readonly<Record<string, unknown>>) {
  const notes = new Set<string>();
  const misread = new Set<string>();
  let noted = 0;
  const note = (text: string): void => {
    noted += 1;
    notes.add(text);
  };

  function read<T>(paths: string[], kind: string, fits: (value: unknown) => value is T): T | undefined {
    for (const path of paths) {
      const value = valueThere(root, path, note);
      if (value === undefined || value === null) continue;
      if (fits(value)) return value;
      note(`${path} is ${nameOf(value)}, not ${kind}: left out`);
    }
    return undefined;
  }

  return {
    notes,
    note,
    /** The fields of the event that were asked for and are missing only since what is there cannot be read. */
    misread,
    /** What `reading` makes of the body for the fields of these names. */
    fields<T extends object | undefined>(names: readonly string[], reading: () => T): T {
      const before = noted;
      const found = reading();
      if (noted === before) return found;
      for (const name of names) {
        if (found === undefined || ownField({ ...found }, name) === undefined) misread.add(name);
      }
      return found;
    },
    /** What `reading` makes of the body for one field. */
    field<T>(name: string, reading: () => T): T {
      const before = noted;
      const found = reading();
      if (found === undefined && noted > before) misread.add(name);
      return found;
    },
    text: (...paths: string[]) => read(paths, 'a text', isText),
    identity: (...paths: string[]) => read(paths, 'an id of at most 255 characters', isIdentity),
    /** An id whose shape nobody promises: a whole number is as good as a text. */
    looseIdentity: (...paths: string[]) => read(paths, 'an id of at most 255 characters', isLooseIdentity)?.toString(),
    number: (...paths: string[]) => read(paths, 'a number', isNumber),
    count: (...paths: string[]) => read(paths, 'a whole number from 0', isCount),
    rate: (...paths: string[]) => read(paths, 'a number from 0 to 1', isRate),
    flag: (...paths: string[]) => read(paths, 'a boolean', isFlag),
    object: (...paths: string[]) => read(paths, 'an object', isObject),
    /** The elements that `pick` can read; the others are noted. Of none that it can, nothing is known. */
    list<T>(path: string, kind: string, pick: (element: unknown) => T | undefined): T[] | undefined {
      const elements = read([path], 'an array', isList);
      const picked = elements?.map(pick).filter((each) => each !== undefined);
      const lost = (elements?.length ?? 0) - (picked?.length ?? 0);
      if (lost > 0) note(`${path}: ${lost} of ${elements?.length} are not ${kind}: left out`);
      return picked?.length === 0 && lost > 0 ? undefined : picked;
    },
  };
}

function valueThere(root: unknown, path: string, note: (text: string) => void): unknown {
  let value = root;
  let walked = '';
  for (const step of path.split('.')) {
    if (value === undefined || value === null) return undefined;
    if (!isObject(value)) return note(`${walked} is ${nameOf(value)}, not an object: left out`);
    value = ownField(value, step);
    walked = walked ? `${walked}.${step}` : step;
  }
  return value;
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isLooseIdentity(value: unknown): value is string | number {
  return isIdentity(value) || Number.isSafeInteger(value);
}

/** JSON can write 1e999, which is read as infinite. */
function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isRate(value: unknown): value is number {
  return isNumber(value) && value >= 0 && value <= 1;
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

/** Numbers are shown; a text may be long, or nobody's business. */
const maxShown = 40;

function nameOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string' && value !== '' && value.length <= maxShown) return JSON.stringify(value);
  if (value === '') return 'an empty string';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
