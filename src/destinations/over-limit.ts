import type { Failure } from './destination.ts';

/** Where nothing readable was asked for: PagerDuty's advice, https://developer.pagerduty.com/docs/events-api-v2-rate-limits */
const unaskedSeconds = 30;
const leastSeconds = 1;
/** No sender of a Retry-After may silence an address for longer. */
const mostSeconds = 900;

/** A 429: it did not happen, and nothing else should be tried there before the asked time has passed. */
export function overLimit(who: string, askedSeconds: number | undefined): Failure {
  const asked = askedSeconds === undefined || Number.isNaN(askedSeconds) ? unaskedSeconds : askedSeconds;
  const seconds = Math.min(mostSeconds, Math.max(leastSeconds, asked));
  const afterMs = Math.ceil(seconds * 1000);
  return { kind: 'retry', reason: `${who} is over its rate limit: not before ${seconds} s`, afterMs, pauseMs: afterMs };
}
