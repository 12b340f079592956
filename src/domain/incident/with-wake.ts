import type { Cause, Incident } from './incident.ts';
import { quietMsOf } from './quiet.ts';

/**
 * With the moment when time alone may change something: nothing was heard for long enough, a snooze lapses, an orphan's
 * grace is over.
 */
export function withWake(incident: Incident, quietAt: (cause: Cause) => number = quietSince): Incident {
  const { wakeAt: _w, ...rest } = incident;
  const wakeAt = Math.min(
    ...incident.causes.map(quietAt),
    ...incident.causes.map(({ firing, orphan }) => (firing && orphan ? orphan.until : Number.POSITIVE_INFINITY)),
    incident.snoozed?.until ?? Number.POSITIVE_INFINITY,
  );
  return wakeAt === Number.POSITIVE_INFINITY ? rest : { ...rest, wakeAt };
}

/** When nothing will have been heard for long enough, if we listen all the while. */
function quietSince(cause: Cause): number {
  return cause.heardAt + quietMsOf(cause);
}
