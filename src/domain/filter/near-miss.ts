import type { RuleTrace } from '../trace.ts';
import type { ConditionTrace } from './filter.ts';

/** A condition without which a rule would have said something else, or that failed by little. */
export type NearMiss = {
  condition: ConditionTrace;
  /** What it kept the rule from: looking at the event at all, ringing, or being over. */
  of: 'scope' | 'match' | 'clear';
  /** Nothing else was missing. */
  alone: boolean;
};

/** What nearly made a rule look, match or clear: conditions that failed by little, or that were all that was missing. */
export function nearMisses({ verdict, where, when, clear, baseline }: RuleTrace): NearMiss[] {
  if (verdict === 'match') return [];
  if (verdict === 'out-of-scope') return missesIn([where], 'scope');
  const ofMatch = missesIn([when, baseline], 'match');
  return verdict === 'clear' ? ofMatch : [...ofMatch, ...missesIn([clear], 'clear')];
}

function missesIn(parts: readonly (ConditionTrace | undefined)[], of: NearMiss['of']): NearMiss[] {
  const conditions = parts.filter((each) => each !== undefined);
  const missing = conditions.flatMap(missingIn);
  const alone = missing.length === 1;
  const isAllElseMet = alone && conditions.some(hasMatch);
  return missing
    .filter((condition) => isAllElseMet || isClose(condition))
    .map((condition) => ({ condition, of, alone }));
}

/** What would have to hold besides, for the whole to match: of several ways the shortest, and of these the nearest. */
function missingIn(condition: ConditionTrace): ConditionTrace[] {
  const { verdict, op, children } = condition;
  if (verdict === 'match') return [];
  if (!children) return [condition];
  const missing = children.map(missingIn);
  if (joining.has(op)) return missing.flat();
  if (!choosing.has(op)) return [condition];
  return missing.toSorted((a, b) => a.length - b.length || shareOf(a) - shareOf(b))[0] ?? [condition];
}

const joining = new Set(['$and', '$all']);
const choosing = new Set(['$or', '$any', 'some']);

function shareOf([first]: readonly ConditionTrace[]): number {
  return first ? (gapOf(first)?.share ?? Number.POSITIVE_INFINITY) : 0;
}

/** A condition beside those that are missing is met. */
function hasMatch({ verdict, op, children = [] }: ConditionTrace): boolean {
  if (children.length === 0 || op === '$not') return verdict === 'match';
  return joining.has(op) || verdict === 'match' ? children.some(hasMatch) : closest(children).some(hasMatch);
}

/** The way of several that lacks least. */
function closest(children: readonly ConditionTrace[]): ConditionTrace[] {
  return children.toSorted((a, b) => missingIn(a).length - missingIn(b).length).slice(0, 1);
}

const closeShare = 0.05;

function isClose(condition: ConditionTrace): boolean {
  const gap = gapOf(condition);
  return gap !== undefined && (gap.share <= closeShare || (gap.isWhole && gap.size <= 1));
}

/** How far a number lies from where it would have matched, also as a share of the bound. */
function gapOf({ op, expected, actual, verdict }: ConditionTrace) {
  if (typeof actual !== 'number' || verdict !== 'no-match') return undefined;
  const bounds = boundsOf(op, expected);
  if (bounds.length === 0) return undefined;
  const [size, bound] = bounds
    .map((each): [number, number] => [Math.abs(actual - each), each])
    .reduce((a, b) => (a[0] <= b[0] ? a : b));
  const isWhole = Number.isInteger(actual) && Number.isInteger(bound);
  return { size, isWhole, share: size === 0 ? 0 : size / Math.abs(bound) };
}

function boundsOf(op: string, expected: unknown): number[] {
  if (op === '$between' && Array.isArray(expected)) return expected.filter((each) => typeof each === 'number');
  // `{"$gte": 2}`: how many elements there would have to be.
  if (op === '$count' && typeof expected === 'object' && expected !== null) {
    return Object.entries(expected).flatMap(([name, each]) => boundsOf(name, each));
  }
  return ordering.has(op) && typeof expected === 'number' ? [expected] : [];
}

const ordering = new Set(['$lt', '$lte', '$gt', '$gte', '$count']);
