import type { Order } from '../../../src/destinations/destination.ts';
import { severities } from '../../../src/domain/incident/incident.ts';
import type { Meant } from './people.ts';
import type { Place } from './place.ts';
import type { Witness } from './witness.ts';

export type Held = { witness: Witness; silences: ReadonlyMap<string, Meant>; now: () => number };

/** Looks at each call as it begins: what it must not ring, and why, in words. */
export function neverRung({ witness, silences, now }: Held): (place: Place, order: Order) => string[] {
  const ended = new Set<string>();

  function holder({ message: { key, number, severity, event } }: Order): string | undefined {
    const silence = [...silences.values()].find((each) => {
      const isInForce = each.startsAt <= now() && now() < each.endsAt;
      return isInForce && (each.domain === undefined ? each.severity === severity : each.domain === event.domain);
    });
    if (silence) return silence.id;
    const incident = witness.incidents.get(key);
    const { snoozed } = incident?.episode === number ? incident : {};
    return snoozed && snoozed.until > now() ? 'a snooze' : undefined;
  }

  return (place, order) => {
    const { act, notificationId, message } = order;
    const what = `${act} at ${place.name} about episode ${message.number} of ${message.key}`;
    const told = `${place.name} ${notificationId}`;
    if (act === 'resolve') ended.add(told);
    if (act === 'open' && ended.has(told)) return [`${what}: it was told already that it is over`];
    if (message.key.startsWith('owner:') || !rings(place, order)) return [];
    const by = holder(order);
    return by === undefined ? [] : [`${what}: it rang while ${by} held it back`];
  };
}

function rings(place: Place, { act, change, notificationId, message }: Order): boolean {
  if (act === 'open' || act === 'notice') return true;
  if (act === 'reply') return change?.what === 'raised';
  if (act !== 'update' || (place.ways.edits && !place.ways.folds)) return false;
  const before = place.arrivals.filter(({ order }) => order.notificationId === notificationId);
  const gravest = Math.min(...before.map(({ order }) => severities.indexOf(order.message.severity)));
  return severities.indexOf(message.severity) < gravest;
}
