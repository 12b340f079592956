import type { Liquid } from 'liquidjs';
import { toValue } from 'liquidjs';
import { durationWords } from '../message/duration.ts';

/** What filters take for now: not a variable that a template can name. */
export const nowName = ' now';

/** What a filter is called on. */
type Filtering = { context: { globals: object } };

/** Filters of Liquid that make something of nothing: of what is not known, nothing is to be said. */
const ofNumbers = [
  'abs',
  'at_least',
  'at_most',
  'ceil',
  'divided_by',
  'floor',
  'minus',
  'modulo',
  'plus',
  'round',
  'times',
];

/** For these, Liquid's "now" is what a clock of the host says. */
const ofMoments = ['date', 'date_to_xmlschema', 'date_to_rfc822', 'date_to_string', 'date_to_long_string'];

/** Takes away what Liquid guesses, or asks of the host, and adds what tocsin says. */
export function registerFilters(liquid: Liquid): void {
  // Left to chance, two who route the same event would say something else.
  delete liquid.filters.sample;
  for (const name of ofNumbers) guard(liquid, name, { kind: 'a number', value: isNumber, others: isNumber });
  guard(liquid, 'size', { kind: 'a list or a text', value: (v) => Array.isArray(v) || typeof v === 'string' });
  guard(liquid, 'sum', { kind: 'a list', value: Array.isArray });
  for (const name of ofMoments)
    adjust(liquid, name, (value, now) => (isNow(value) ? new Date(now).toISOString() : value));
  liquid.registerFilter('percent', percent);
  liquid.registerFilter('ago', function ago(this: Filtering, value: unknown) {
    return agoWords(value, nowOf(this));
  });
}

/** What is said counts as what is worked on, wherever it goes: what a loop says again and again is bounded as well. */
export function counted(this: { context: { memoryLimit: { use(count: number): void } } }, value: unknown): string {
  const text = written(toValue(value));
  this.context.memoryLimit.use(text.length);
  return text;
}

function written(value: unknown): string {
  if (value === undefined || value === null) return '';
  return Array.isArray(value) ? value.map(written).join('') : String(value);
}

/** What a filter takes, in words and in earnest; `others`: its arguments. */
type Taking = { kind: string; value: (value: unknown) => boolean; others?: (value: unknown) => boolean };

function guard(liquid: Liquid, name: string, { kind, value: fits, others = () => true }: Taking): void {
  adjust(liquid, name, (value, _now, args) => {
    const unfit = fits(value) ? args.findIndex((each) => !others(each)) : -1;
    if (fits(value) && unfit === -1) return value;
    throw new Error(`${name} takes ${kind}, not ${kindOf(unfit === -1 ? value : args[unfit])}`);
  });
}

/** The filter as it is, of what is made of the value. */
function adjust(
  liquid: Liquid,
  name: string,
  adjusted: (value: unknown, now: number, args: readonly unknown[]) => unknown,
): void {
  const known = liquid.filters[name];
  if (typeof known !== 'function') return;
  liquid.registerFilter(name, function adjusting(value: unknown, ...args: unknown[]) {
    return known.call(this, adjusted(value, nowOf(this), args), ...args);
  });
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

function isNow(value: unknown): boolean {
  return value === 'now' || value === 'today';
}

function nowOf({ context }: Filtering): number {
  return Number(Reflect.get(context.globals, nowName));
}

/** A share from 0 to 1, with one decimal or as many as are asked for: 0.617 is 61.7%. */
function percent(value: unknown, digits: unknown = 1): string {
  if (typeof value !== 'number') throw new Error(`percent takes a number, not ${kindOf(value)}`);
  const decimals = Math.min(Math.max(Math.trunc(Number(digits)) || 0, 0), 6);
  return `${(value * 100).toFixed(decimals)}%`;
}

function agoWords(value: unknown, now: number): string {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw new Error(`ago takes a moment such as occurredAt, not ${kindOf(value)}`);
  return `${durationWords(Math.max(0, now - at))} ago`;
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
