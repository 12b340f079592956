import type { ConditionTrace } from './filter/filter.ts';
import type { CauseVerdict } from './incident/incident.ts';

/** What one rule made of a delivery. */
export type RuleTrace = {
  rule: string;
  verdict: CauseVerdict | 'out-of-scope';
  /** Why, in words: what put it out of scope, what the clear was, what kept the verdict from being known. */
  because?: string;
  key?: string;
  where?: ConditionTrace;
  when?: ConditionTrace;
  clear?: ConditionTrace;
  /** The comparison with what was usual. */
  baseline?: ConditionTrace;
  /** What it did to its cause. */
  effect?: string;
  /** Why its own words could not be said, or not all of them. */
  template?: string;
};

/** Why a delivery had the effect it had: kept for each, at most 16 KiB of JSON. */
export type Trace = {
  notes: string[];
  rules: RuleTrace[];
  /** Rules it does not concern: of another type or source, or, where many hear that, of other values in `where`. */
  deaf: number;
  incidents: { key: string; episode: number; change: string }[];
  owed: { destination: string; key: string; episode: number; what: string }[];
  /** The routing threw: why it is a dead letter. */
  error?: string;
  /** Details were left out to keep within the size. */
  cut?: true;
};

const maxTraceBytes = 16 * 1024;
const maxActual = 200;
const maxError = 500;

/**
 * A trace that fits: first without the trees of rules that did not match, then without any, then without the rules
 * that did nothing, and last without whatever is too long to be told.
 */
export function fittingTrace(trace: Trace): Trace {
  if (fits(trace)) return trace;
  const { rules } = trace;
  const told = rules.filter((rule) => rule.effect).map(bare);
  const cuts: (() => Omit<Trace, 'cut'>)[] = [
    () => ({ ...trace, rules: rules.map((rule) => (rule.verdict === 'match' ? rule : bare(rule))) }),
    () => ({ ...trace, rules: rules.map(bare) }),
    () => ({ ...trace, rules: told.slice(0, 20) }),
    ...[20, 5, 1].map((kept) => () => shortLists(trace, kept)),
  ];
  for (const cut of cuts) {
    const candidate: Trace = { ...cut(), cut: true };
    if (fits(candidate)) return candidate;
  }
  return { notes: [], rules: [], deaf: trace.deaf, incidents: [], owed: [], cut: true };
}

function fits(trace: Trace): boolean {
  return Buffer.byteLength(JSON.stringify(trace)) <= maxTraceBytes;
}

function shortLists({ deaf, incidents, owed, error }: Trace, kept: number): Trace {
  return {
    notes: [],
    rules: [],
    deaf,
    incidents: incidents.slice(0, kept),
    owed: owed.slice(0, kept),
    ...(error === undefined ? {} : { error: error.slice(0, maxError).toWellFormed() }),
  };
}

function bare(rule: RuleTrace): RuleTrace {
  const { where: _where, when: _when, clear: _clear, baseline: _baseline, ...rest } = rule;
  return rest;
}

/** A condition's tree with its actual values shortened: they come from outside and may be large. */
export function shortened(condition: ConditionTrace): ConditionTrace {
  const { actual, children, ...rest } = condition;
  return {
    ...rest,
    ...(actual === undefined ? {} : { actual: shortValue(actual) }),
    ...(children ? { children: children.map(shortened) } : {}),
  };
}

function shortValue(value: unknown): unknown {
  if (typeof value !== 'object' && typeof value !== 'string') return value;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= maxActual) return value;
  return `${text.slice(0, maxActual).toWellFormed()}… (${text.length} characters)`;
}
