/** What a filter says: unknown is not false, and never true. */
export type Verdict = 'match' | 'no-match' | 'unknown';

export const and = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.includes('no-match') ? 'no-match' : verdicts.includes('unknown') ? 'unknown' : 'match';

export const or = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.includes('match') ? 'match' : verdicts.includes('unknown') ? 'unknown' : 'no-match';

const opposite = { match: 'no-match', 'no-match': 'match', unknown: 'unknown' } as const;

export const not = (verdict: Verdict = 'unknown'): Verdict => opposite[verdict];
