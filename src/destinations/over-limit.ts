import type { Failure } from './destination.ts';

/** Where nothing readable was asked for: PagerDuty's advice, https://developer.pagerduty.com/docs/events-api-v2-rate-limits */
const unaskedSeconds = 30;
const leastSeconds = 1;
/** No sender of a Retry-After may silence an address for longer. */
const mostSeconds = 900;

/**
 * A 429: it did not happen, and nothing else `of` the exceeded limit (or of the whole address) should be tried before
 * the asked time has passed.
 */
export function overLimit(who: string, askedSeconds: number | undefined, of: 'budget' | 'address'): Failure {
  const asked = askedSeconds === undefined || Number.isNaN(askedSeconds) ? unaskedSeconds : askedSeconds;
  const seconds = Math.min(mostSeconds, Math.max(leastSeconds, asked));
  const ms = Math.ceil(seconds * 1000);
  const reason = `${who} is over its rate limit: not before ${seconds} s`;
  return { kind: 'retry', reason, afterMs: ms, pause: { of, ms } };
}
