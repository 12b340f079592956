import type { Judgement } from '../judge.ts';
import type { Judged } from '../routing.ts';
import type { Cause, Incident, Mark } from './incident.ts';

/** A cause that is heard for the first time. What a person ended is over for it too. */
export function newCause({ floor }: Incident, { rule, twin }: Judgement, { normalised, delivery }: Judged): Cause {
  return {
    rule: rule.id,
    source: normalised.event.source,
    fingerprint: rule.fingerprint,
    order: rule.order,
    firing: false,
    severity: rule.severityOf(normalised.event),
    ring: [],
    ...(floor ? { floor } : {}),
    heardAt: delivery.receivedAt,
    ...(rule.shadow && twin !== undefined ? { shadow: twin } : {}),
  };
}

/**
 * The event's place in the order of a cause is its own moment. Where that is the receipt, because it says none or one
 * still to come, it is behind all that was received before: that may have a later moment, if our clock went back in
 * between.
 */
export function markOf({ ring, floor, forgotten }: Cause, { delivery, normalised, traits }: Judged): Mark {
  const { seq, receivedAt } = delivery;
  const { event } = normalised;
  const mark = { at: Date.parse(event.occurredAt), ends: Object.hasOwn(traits.endings, event.type), seq };
  if (mark.at < receivedAt) return mark;
  const ahead = [...ring, floor, forgotten].flatMap((each) =>
    each && each.seq < seq && each.at > receivedAt ? [each.at + 1] : [],
  );
  return { ...mark, at: Math.max(mark.at, ...ahead) };
}
