import { isObject } from './json.ts';

/**
 * The JSON value with another one at a path. What the path leads through is made where it is missing, or is none that
 * holds anything; in a list, a number is a place.
 */
export function changedAt(value: unknown, [step, ...rest]: readonly string[], changed: unknown): unknown {
  if (step === undefined) return changed;
  if (Array.isArray(value) && /^\d{1,4}$/.test(step)) {
    const list = value.slice();
    list[Number(step)] = changedAt(list[Number(step)], rest, changed);
    return list;
  }
  const fields = isObject(value) ? value : {};
  const before = Object.hasOwn(fields, step) ? fields[step] : undefined;
  return Object.fromEntries([...Object.entries(fields), [step, changedAt(before, rest, changed)]]);
}
