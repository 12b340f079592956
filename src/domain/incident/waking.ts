import { byAddress } from '../places.ts';
import type { Waited } from './absence.ts';
import { disarmed } from './absence.ts';
import { emptied } from './cause.ts';
import type { Cause, End, Incident, Rung } from './incident.ts';
import type { Listening } from './quiet.ts';
import { lookAgainMs, quietMsOf, quietRestMs } from './quiet.ts';
import type { Settled } from './settle.ts';
import { settle } from './settle.ts';
import { withWake } from './with-wake.ts';

/** A moment at which an incident is looked at though nothing was heard. */
export type Moment = Listening & {
  /** No rule in force feeds it, as of now. */
  stillOrphan: (cause: Cause) => boolean;
  /** What the rules in force here say of what was not heard for long enough. */
  waitedFor: (cause: Cause, waiting: { key: string; now: number }) => Waited;
};

/**
 * The incident after what time alone changes, all of it at once: causes that were quiet long enough end, and so do
 * orphans whose grace is over; what was absent for long enough opens; a snooze lapses. What is not due yet is looked at
 * again when it is.
 */
export function wake(incident: Incident, moment: Moment): Settled {
  const { now } = moment;
  const looked = incident.causes.map((cause) => lookAt(cause, incident, moment));
  const settled = settle(
    incident,
    { ...awake(incident, now), causes: looked.map(({ after }) => after) },
    {
      now,
      joining: byAddress(looked.flatMap(({ rung = [] }) => rung)),
      keyless: false,
      end: endOf(looked),
    },
  );
  return {
    ...settled,
    incident: withWake(settled.incident, (cause) => now + (quietRestMs(cause, moment) || lookAgainMs)),
  };
}

/** A cause and what became of it: why it ended, or who is told that it opened. */
type Looked = { cause: Cause; after: Cause; why?: 'quiet' | 'orphaned'; rung?: Rung[] };

function lookAt(cause: Cause, incident: Incident, moment: Moment): Looked {
  if (quietRestMs(cause, moment) <= 0) {
    return cause.firing
      ? { cause, after: emptied(cause, incident.episode), why: 'quiet' }
      : lookForAbsent(cause, incident, moment);
  }
  if (!cause.firing || !cause.orphan || cause.orphan.until > moment.now) return { cause, after: cause };
  if (!moment.stillOrphan(cause)) return { cause, after: withoutOrphan(cause) };
  return { cause, after: emptied(cause, incident.episode), why: 'orphaned' };
}

/** An edit of how long the rule waits is in force from here on. What another process waits for is left to it, or to whoever brings it live. */
function lookForAbsent(cause: Cause, { key }: Incident, moment: Moment): Looked {
  const waited = moment.waitedFor(cause, { key, now: moment.now });
  if (waited.is === 'given-up') return { cause, after: disarmed(cause) };
  if (waited.is !== 'awaited') return { cause, after: moment.stillOrphan(cause) ? disarmed(cause) : cause };
  const longer = { ...cause, absent: { forMs: waited.forMs } };
  if (quietRestMs(longer, moment) > 0) return { cause, after: longer };
  return { cause, after: waited.firing, rung: waited.rung };
}

function endOf(looked: Looked[]): Omit<End, 'at'> {
  if (looked.some(({ why }) => why === 'orphaned')) return { why: 'orphaned' };
  const quiet = looked.filter(({ why }) => why === 'quiet');
  return { why: 'quiet', quietMs: Math.max(0, ...quiet.map(({ cause }) => quietMsOf(cause))) };
}

export function withoutOrphan(cause: Cause): Cause {
  const { orphan: _orphan, ...rest } = cause;
  return rest;
}

function awake(incident: Incident, now: number): Incident {
  const { snoozed, ...rest } = incident;
  return snoozed && snoozed.until > now ? incident : rest;
}
