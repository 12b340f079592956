import type { ConditionTrace } from '../filter/filter.ts';
import type { Mark } from './incident.ts';

/** A rule's comparison with what was usual: a fall of a metric, in the metric's own units, below the median. */
export type Baseline = { metric: string; dropAtLeast: number; over: number };

/** What a cause remembers of a metric: its values in the order of their events, and the median a fall is judged by. */
export type Usual = {
  metric: string;
  values: (Mark & { value: number })[];
  /** From the first match to the end of the episode the median stays what it was. */
  frozen?: number;
};

/** Of fewer values nothing can be called usual. */
export const fewestValues = 5;
/** Values kept beyond those that count, so that late ones find their place. */
const spareValues = 8;

/** What is remembered of the rule's metric; nothing, where another one was remembered until now. */
export function usualOf({ metric }: Baseline, known: Usual | undefined): Usual {
  return known?.metric === metric ? known : { metric, values: [] };
}

/** How far a value lies below what was usual before it. `over`: less than half of what makes it bad. */
export type Fall = { verdict: 'bad' | 'between' | 'over' | 'unknown'; usual?: number; trace: ConditionTrace };

/** Compares a value with the median of the last `over` values before `mark`, or with the one that is frozen. */
export function fallOf(usual: Usual, { mark, value }: { mark: Mark; value: unknown }, baseline: Baseline): Fall {
  const { metric, dropAtLeast, over } = baseline;
  const asked = { path: metric, op: 'baseline', actual: value };
  const median = usual.frozen ?? medianBefore(usual, mark, over);
  if (median === undefined) {
    const expected = `at least ${fewestValues} earlier values`;
    return { verdict: 'unknown', trace: { ...asked, expected, verdict: 'unknown' } };
  }
  const expected = `at least ${dropAtLeast} below ${median}`;
  if (!isNumber(value)) return { verdict: 'unknown', usual: median, trace: { ...asked, expected, verdict: 'unknown' } };
  const drop = exact(median - value);
  const verdict = drop >= dropAtLeast ? 'bad' : drop <= dropAtLeast / 2 ? 'over' : 'between';
  return { verdict, usual: median, trace: { ...asked, expected, verdict: verdict === 'bad' ? 'match' : 'no-match' } };
}

/** With the value of an event among the others, in the order of events; what has no number is not remembered. */
export function remembered(usual: Usual, { mark, value }: { mark: Mark; value: unknown }, baseline: Baseline): Usual {
  if (!isNumber(value) || usual.values.some(({ seq }) => seq === mark.seq)) return usual;
  const values = [...usual.values, { ...mark, value }].sort(byMark).slice(-(baseline.over + spareValues));
  return { ...usual, values };
}

function medianBefore({ values }: Usual, mark: Mark, over: number): number | undefined {
  const earlier = values.filter((each) => byMark(each, mark) < 0).slice(-over);
  if (earlier.length < fewestValues) return undefined;
  const sorted = earlier.map(({ value }) => value).sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low = 0, high = 0] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return exact((low + high) / 2);
}

/** What is too large for a number is infinite once it is read: nothing to reckon with. */
function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function byMark(a: Mark, b: Mark): number {
  return a.at - b.at || Number(a.ends) - Number(b.ends) || a.seq - b.seq;
}

/** Without the crumbs of binary fractions: 0.9 - 0.75 is 0.15. */
function exact(value: number): number {
  return Number(value.toPrecision(12));
}
