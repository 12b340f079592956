import type { ConditionTrace } from './filter.ts';
import type { CauseVerdict } from './incident.ts';

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
  /** What it did to its cause. */
  effect?: string;
};

/** Why a delivery had the effect it had: kept for each, at most 16 KiB of JSON. */
export type Trace = {
  notes: string[];
  rules: RuleTrace[];
  /** Rules that do not hear this type or source at all. */
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

/** A trace that fits: first without the trees of rules that did not match, then without any, then without rules. */
export function fittingTrace(trace: Trace): Trace {
  const steps = [
    () => trace,
    () => ({
      ...trace,
      rules: trace.rules.map((rule) => (rule.verdict === 'match' ? rule : bare(rule))),
      cut: true as const,
    }),
    () => ({ ...trace, rules: trace.rules.map(bare), cut: true as const }),
    () => ({
      ...trace,
      rules: trace.rules
        .filter((rule) => rule.effect)
        .slice(0, 20)
        .map(bare),
      cut: true as const,
    }),
  ];
  for (const step of steps) {
    const candidate = step();
    if (Buffer.byteLength(JSON.stringify(candidate)) <= maxTraceBytes) return candidate;
  }
  const { notes: _n, ...rest } = trace;
  return {
    ...rest,
    notes: [],
    rules: [],
    incidents: trace.incidents.slice(0, 20),
    owed: trace.owed.slice(0, 20),
    cut: true,
  };
}

function bare(rule: RuleTrace): RuleTrace {
  const { where: _where, when: _when, clear: _clear, ...rest } = rule;
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
