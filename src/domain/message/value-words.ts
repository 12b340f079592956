import type { Event } from '../event.ts';
import type { Tripped } from '../filter/filter.ts';
import { durationWords } from './duration.ts';

const hourMs = 3_600_000;

/** Such as `inbox rate 68.2% (below 80.0%)`. */
export function comparisonWords({ path, op, expected, actual }: Tripped): string {
  if (op === 'absent') return `nothing heard for ${periodWords(Number(expected))}`;
  const comparison = comparisons[op] ?? op;
  return `${labelOf(path)} ${valueWords(path, actual)} (${comparison} ${valueWords(path, expected)})`;
}

/** Shares are told in per cent with one decimal, everything else as it is. */
export function valueWords(name: string | undefined, value: unknown): string {
  if (typeof value !== 'number') return String(value);
  if (name && /rate$/i.test(name) && value >= 0 && value <= 1) return `${(value * 100).toFixed(1)}%`;
  return String(Number(value.toPrecision(12)));
}

/** Whole hours as people write them, `26 h`, and whatever is longer in days. */
export function periodWords(ms: number): string {
  return ms % hourMs === 0 && ms < 3 * 24 * hourMs ? `${ms / hourMs} h` : durationWords(ms);
}

/** `inboxRate` and `inbox_rate` read `inbox rate`. */
export function labelOf(path: string): string {
  return path
    .replace(/^data\./, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[_.]/g, ' ')
    .toLowerCase();
}

/** The type of an event for people: `alert.triggered` reads `alert triggered`. */
export function typeWords({ type }: Event): string {
  return type.replace(/[._]/g, ' ');
}

const comparisons: Record<string, string> = {
  $lt: 'below',
  $lte: 'at most',
  $gt: 'above',
  $gte: 'at least',
  $eq: 'is',
  baseline: 'usual is',
};
