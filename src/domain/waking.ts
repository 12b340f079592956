import { emptied } from './cause.ts';
import type { Cause, End, Incident } from './incident.ts';
import type { Listening } from './quiet.ts';
import { quietRestMs } from './quiet.ts';
import type { Settled } from './settle.ts';
import { settle, withWake } from './settle.ts';

/** A moment at which an incident is looked at though nothing was heard. */
export type Moment = Listening & {
  /** No rule in force feeds it, as of now. */
  stillOrphan: (cause: Cause) => boolean;
};

/**
 * The incident after what time alone changes, all of it at once: causes that were quiet long enough end, and so do
 * orphans whose grace is over; a snooze lapses. What is not due yet is looked at again when it is.
 */
export function wake(incident: Incident, moment: Moment): Settled {
  const { now } = moment;
  const looked = incident.causes.map((cause) => ({ cause, fate: fateOf(cause, moment) }));
  const causes = looked.map(({ cause, fate }) => {
    if (fate === 'quiet' || fate === 'orphaned') return emptied(cause, incident.episode);
    return fate === 'fed' ? withoutOrphan(cause) : cause;
  });
  const settled = settle(
    incident,
    { ...awake(incident, now), causes },
    {
      now,
      joining: [],
      keyless: false,
      end: endOf(looked),
    },
  );
  return { ...settled, incident: withWake(settled.incident, (cause) => now + quietRestMs(cause, moment)) };
}

/** `fed`: it was an orphan, and its rule came back. */
type Fate = 'quiet' | 'orphaned' | 'fed' | 'stays';

function fateOf(cause: Cause, moment: Moment): Fate {
  if (quietRestMs(cause, moment) <= 0) return 'quiet';
  if (!cause.firing || !cause.orphan || cause.orphan.until > moment.now) return 'stays';
  return moment.stillOrphan(cause) ? 'orphaned' : 'fed';
}

function endOf(looked: { cause: Cause; fate: Fate }[]): Omit<End, 'at'> {
  if (looked.some(({ fate }) => fate === 'orphaned')) return { why: 'orphaned' };
  const quiet = looked.filter(({ fate }) => fate === 'quiet');
  return { why: 'quiet', quietMs: Math.max(0, ...quiet.map(({ cause }) => cause.resolveAfterMs ?? 0)) };
}

export function withoutOrphan(cause: Cause): Cause {
  const { orphan: _orphan, ...rest } = cause;
  return rest;
}

function awake(incident: Incident, now: number): Incident {
  const { snoozed, ...rest } = incident;
  return snoozed && snoozed.until > now ? incident : rest;
}
