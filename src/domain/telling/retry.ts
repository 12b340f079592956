/** The first pause, doubled up to the cap. */
const firstPauseMs = 1_000;
/** The longest pause between two tries of what is still true. */
const pauseCapMs = 300_000;
const day = 86_400_000;
/** How long something is tried: an end is worth a month. */
export const patienceMs = { open: 7 * day, end: 30 * day } as const;

export type Failed = {
  result: { kind: 'retry'; reason: string; afterMs?: number } | { kind: 'ambiguous' | 'refused'; reason: string };
  /** Failures in a row before this one. */
  failures: number;
  owedSince: number;
  now: number;
  /** What failed was an end. */
  ending: boolean;
  /** A random number from 0 to 1: full jitter. */
  chance: number;
};

/**
 * What follows a failed attempt: again after a pause (never sooner than the destination asked), or given up because
 * it was refused or its time is over. A transient failure alone never gives up what is still true.
 */
export function afterFailure(failed: Failed): { again: true; afterMs: number } | { again: false; reason: string } {
  const { result, failures, owedSince, now, ending, chance } = failed;
  if (result.kind === 'refused') return { again: false, reason: result.reason };
  const patience = ending ? patienceMs.end : patienceMs.open;
  if (now - owedSince > patience) {
    return { again: false, reason: `given up after ${patience / day} days: ${result.reason}` };
  }
  const ceiling = Math.min(pauseCapMs, firstPauseMs * 2 ** Math.min(failures, 20));
  const asked = result.kind === 'retry' ? (result.afterMs ?? 0) : 0;
  return { again: true, afterMs: Math.max(asked, Math.ceil(ceiling * chance)) };
}
