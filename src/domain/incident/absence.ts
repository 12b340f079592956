import { placesOf } from '../places.ts';
import type { Standing } from '../routing.ts';
import { renderMessage } from '../rules/rendered.ts';
import type { Cause, Rung } from './incident.ts';

/** What becomes of a cause that was not heard for long enough. */
export type Waited =
  /** The rule in force waits so long: if it is over, the cause fires as it stands here, and these are told. */
  | { is: 'awaited'; forMs: number; firing: Cause; rung: Rung[] }
  /** The rule in force waits for it no more. */
  | { is: 'given-up' }
  /** It is in shadow, and its rule is live now. */
  | { is: 'turned-live' }
  /** No rule in force here is its own. */
  | { is: 'unknown' };

export type Waiting = { key: string; standing: Standing; now: number };

/** By the rules in force, and the event that was heard last. */
export function waitedFor(cause: Cause, { key, standing, now }: Waiting): Waited {
  const { said } = cause;
  const rule = standing.rules.rules.find((each) => each.id === cause.rule && each.fingerprint === cause.fingerprint);
  if (!rule) return { is: 'unknown' };
  const { absentMs: forMs } = rule;
  if (forMs === undefined || !said) return { is: 'given-up' };
  if (rule.shadow !== (cause.shadow !== undefined)) return { is: rule.shadow ? 'given-up' : 'turned-live' };
  const { event } = said;
  const isHeard = standing.rules.hearing(event).some((hearing) => hearing.rule === rule && !hearing.ending);
  if (!isHeard || rule.where?.(event).verdict === 'no-match') return { is: 'given-up' };
  const tripped = [{ path: 'heard', op: 'absent', expected: forMs, actual: cause.heardAt }];
  const { rendered } = rule.message ? renderMessage(rule.message, event, now) : {};
  return {
    is: 'awaited',
    forMs,
    firing: {
      ...cause,
      firing: true,
      order: rule.order,
      severity: rule.severityOf(event),
      // Ten of the longer periods: an edit does not end at once what it opens.
      absent: { forMs: Math.max(forMs, cause.absent?.forMs ?? 0) },
      said: { ...said, tripped, ...(rendered ? { rendered } : {}) },
    },
    rung: placesOf([rule], { key, event, standing }),
  };
}

/** The cause that nobody waits for, until it is heard again. */
export function disarmed(cause: Cause): Cause {
  const { absent: _absent, said: _said, ...rest } = cause;
  return { ...rest, firing: false };
}
