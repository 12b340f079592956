import { waitedFor } from '../../domain/incident/absence.ts';
import type { Episode, Incident } from '../../domain/incident/incident.ts';
import type { Listening } from '../../domain/incident/quiet.ts';
import { wake } from '../../domain/incident/waking.ts';
import type { Arrived, Judged, Routing, Standing } from '../../domain/routing.ts';
import { judgeDelivery, routeDelivery } from '../../domain/routing.ts';
import type { Ways } from '../../domain/telling/notification.ts';
import { stepOf } from '../../domain/telling/owed.ts';
import { agenda } from './agenda.ts';
import type { ToldThen } from './rehearsed-telling.ts';
import { rehearsedTelling } from './rehearsed-telling.ts';

/** What a rehearsal goes by, and who hears what comes of it, in order. */
export type Stage = {
  standing: Standing;
  /** What can be done at an address. */
  ways: (address: string) => Ways;
  /** When nobody listened: that is no quiet. */
  gaps?: Listening['gaps'];
  told?: (told: ToldThen) => void;
  changed?: (changed: ChangedThen) => void;
};

/**
 * What became of an incident, or that a rule made a notice. `episode` as it was then, with its end if it has one.
 */
export type ChangedThen = { at: number; what: 'opened' | 'updated' | 'ended' | 'noticed'; episode: Episode };

export type Rehearsal = {
  /** Routes it at its receipt, once all has happened that time alone brings until then. */
  hear(arrived: Arrived): { judged: Judged; routing: Routing };
  /** Time passes, up to and with this moment, and nothing is heard. */
  passUntil(at: number): void;
  /** What waits for nothing but what might follow is told. */
  tellRest(): void;
  /** As they are now, by key. */
  incidents: ReadonlyMap<string, Incident>;
};

const day = 86_400_000;
/** As long as the ledger remembers what is over. */
const memoryMs = 35 * day;

/**
 * Deliveries through the routing and the telling decisions of the service, in memory and in a time of their own: the
 * clock stands where the last delivery was received, and never goes back. Nothing is sent; destinations are always
 * well, and nobody silences, snoozes or acknowledges. Give the deliveries in the order of their receipt, each once
 * (`arrivedOf` makes one of what was stored); several rehearsals may hear the same `Arrived`.
 *
 * It throws where routing throws: that delivery changed nothing, and the next may be heard.
 */
export function rehearse({ standing, ways, gaps = [], told, changed }: Stage): Rehearsal {
  const incidents = new Map<string, Incident>();
  const waking = agenda();
  const telling = rehearsedTelling(ways, told);
  let now = Number.NEGATIVE_INFINITY;
  let forgetAt = Number.NEGATIVE_INFINITY;

  function keep({ incidents: after, episodes, owed }: Pick<Routing, 'incidents' | 'episodes' | 'owed'>): void {
    for (const episode of episodes) {
      if (!episode.key.startsWith('owner:')) changed?.({ at: now, what: changeOf(episode, incidents), episode });
    }
    for (const incident of after) {
      incidents.set(incident.key, incident);
      if (incident.wakeAt === undefined) waking.drop(incident.key);
      else waking.put(incident.key, incident.wakeAt);
    }
    telling.owe(owed, episodes, now);
  }

  function wakeNext(): void {
    const before = incidents.get(waking.take() ?? '');
    if (!before) return;
    const after = wake(before, {
      now,
      gaps,
      stillOrphan: () => false,
      waitedFor: (cause, waiting) => waitedFor(cause, { ...waiting, standing }),
    });
    keep(stepOf(before, after));
  }

  function pass(until: number, isOver: (at: number) => boolean): void {
    for (;;) {
      const at = Math.min(waking.nextAt(), telling.nextAt());
      if (at === Number.POSITIVE_INFINITY || isOver(at)) break;
      now = Math.max(now, at);
      if (waking.nextAt() <= telling.nextAt()) wakeNext();
      else telling.tellNext(now);
    }
    now = Math.max(now, until);
    if (now < forgetAt) return;
    forgetAt = now + day;
    for (const [key, incident] of incidents) if (isForgotten(incident, now)) incidents.delete(key);
  }

  return {
    hear(arrived) {
      const { receivedAt } = arrived.delivery;
      // Nothing is quiet, and no edit final, while a delivery of that very moment is still to be routed.
      pass(receivedAt, (at) => at >= receivedAt);
      const judged = judgeDelivery(arrived, standing);
      const routing = routeDelivery(judged, incidents, { standing, now, whole: true });
      keep(routing);
      return { judged, routing };
    },
    passUntil: (until) => pass(until, (at) => at > until),
    tellRest() {
      for (let at = telling.nextAt(); at < Number.POSITIVE_INFINITY; at = telling.nextAt()) {
        now = Math.max(now, at);
        telling.tellNext(now);
      }
    },
    incidents,
  };
}

function changeOf({ kind, end, key }: Episode, before: ReadonlyMap<string, Incident>): ChangedThen['what'] {
  if (kind === 'notice') return 'noticed';
  if (end) return 'ended';
  return before.get(key)?.open ? 'updated' : 'opened';
}

function isForgotten({ open, wakeAt, causes, last }: Incident, now: number): boolean {
  if (open || wakeAt !== undefined) return false;
  const lastAt = Math.max(last?.endedAt ?? 0, ...causes.map((cause) => cause.heardAt));
  return lastAt < now - memoryMs;
}
