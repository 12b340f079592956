import type { Normalised } from '../event.ts';
import { valueAt } from '../event.ts';
import type { ConditionTrace } from '../filter/filter.ts';

/**
 * The conditions for which a `where` cannot be known although the sender gave what they ask for: something of another
 * type stands there. What is simply missing keeps an event out of scope, and is no trouble: then there are none.
 */
export function illTyped(where: ConditionTrace, read: Normalised): ConditionTrace[] {
  return doubtsIn(where, { read, negated: false });
}

type Context = { read: Normalised; negated: boolean };

/** Only those of which one day, well typed, the whole could match. */
function doubtsIn({ verdict, op, children, ...leaf }: ConditionTrace, context: Context): ConditionTrace[] {
  if (verdict !== 'unknown') return [];
  if (!children) return isIllTyped(leaf, context.read) ? [{ verdict, op, ...leaf }] : [];
  const negated = op === '$not' ? !context.negated : context.negated;
  const unknown = children.filter((child) => child.verdict === 'unknown');
  const doubts = unknown.map((child) => doubtsIn(child, { ...context, negated }));
  const needsAll = joining.has(op) ? !negated : choosing.has(op) && negated;
  return needsAll && doubts.some((each) => each.length === 0) ? [] : doubts.flat();
}

const joining = new Set(['$and', '$all']);
const choosing = new Set(['$or', '$any', 'some']);

/** Compared are two values where one is taken from elsewhere in the event: either may be missing. */
function isIllTyped({ path, ref }: Pick<ConditionTrace, 'path' | 'ref'>, read: Normalised): boolean {
  const states = (ref === undefined ? [path] : [path, ref]).map((each) => stateOf(each, read));
  return states.includes('ill-typed') || states.every((state) => state === 'there');
}

function stateOf(path: string, { event, misread = [] }: Normalised): 'there' | 'missing' | 'ill-typed' {
  const plain = path.replace(/\[\d+\]/g, '');
  if (misread.some((field) => plain === field || plain.startsWith(`${field}.`))) return 'ill-typed';
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  for (const length of steps.keys()) {
    const above = valueAt(event, steps.slice(0, length));
    if (above === undefined || above === null) return 'missing';
    if (typeof above !== 'object') return 'ill-typed';
  }
  const value = valueAt(event, steps);
  const isNothing = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  return isNothing ? 'missing' : 'there';
}
