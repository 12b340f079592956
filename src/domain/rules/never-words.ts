import type { Conflict, Reason } from '../filter/possible-state.ts';
import { mayBe } from '../filter/value-set.ts';

/** Why nothing meets a filter, such as `nothing is above 0.9 and below 0.2 (inboxRate)`, for what stands at `own`. */
export function neverWords({ path, reasons }: Conflict, own: string): string {
  const given = reasons.find((reason) => reason.given);
  const asked = reasons.filter((reason) => !reason.given).map((reason) => wordsOf(reason, own));
  if (!given) return `nothing is ${asked.join(' and ')} (${path || 'the event'})`;
  const isMissing = given.set.kinds !== 0 && mayBe(given.set, 'nothing') && !mayBe(given.set, 'list');
  const hasNone = isMissing && !['text', 'number', 'flag', 'object'].some((kind) => mayBe(given.set, kind as 'text'));
  return hasNone || asked.length === 0 ? given.words : `${given.words}, never ${asked.join(' and ')}`;
}

/** Where the fault stands: at the condition below `own` that was one too many. */
export function placeOf({ reasons }: Conflict, own: string): string {
  return reasons.findLast(({ at }) => at.startsWith(own))?.at ?? own;
}

function wordsOf({ words, at }: Reason, own: string): string {
  if (at.startsWith(own)) return words;
  const [, part = ''] = /^rules\[\d+\]\.(\w+)/.exec(at) ?? [];
  return part === '' ? words : `${words} ("${part}")`;
}
