import type { CauseVerdict } from './incident.ts';

/** What one condition of a filter said, with what it looked at. */
export type ConditionTrace = {
  path: string;
  op: string;
  expected?: unknown;
  actual?: unknown;
  verdict: 'match' | 'no-match' | 'unknown';
  children?: ConditionTrace[];
};

/** What one rule made of a delivery. */
export type RuleTrace = {
  rule: string;
  verdict: CauseVerdict | 'out-of-scope';
  /** Why, in words: what put it out of scope, what the clear was, what kept it from opening. */
  because?: string;
  key?: string;
  where?: ConditionTrace;
  when?: ConditionTrace;
  clear?: ConditionTrace;
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
