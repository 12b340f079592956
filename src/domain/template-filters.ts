import type { Liquid } from 'liquidjs';
import { toValue } from 'liquidjs';
import { durationWords } from './duration.ts';

/** What filters take for now: not a variable that a template can name. */
export const nowName = ' now';

/** What a filter is called on. */
type Filtering = { context: { globals: object } };

/** What tocsin says beside Liquid's own filters. */
export function registerFilters(liquid: Liquid): void {
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
