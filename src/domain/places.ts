import type { Event } from './event.ts';
import type { Rung } from './incident/incident.ts';
import { isTestKey } from './incident/lane.ts';
import type { Standing } from './routing.ts';
import type { Rule } from './rules/rule-set.ts';

/** What is told of, and by what the places of that are found. */
export type Sending = { key: string; event: Event; standing: Pick<Standing, 'places'> };

/**
 * The places these rules send to, each once. A test reaches nobody who would be called out by it, and who is in shadow
 * tells nobody.
 */
export function placesOf(rules: readonly Rule[], sending: Sending): Rung[] {
  const live = rules.filter((rule) => !rule.shadow);
  return byAddress(live.flatMap((rule) => wouldTell(rule, sending)));
}

/** Where a rule sends to, or would if it were live. */
export function wouldTell(rule: Rule, { key, event, standing }: Sending): Rung[] {
  const found = rule.toOf(rule.severityOf(event)).flatMap((label): Rung[] => {
    const place = standing.places.get(label);
    if (!place || (isTestKey(key) && place.pages)) return [];
    return [{ address: place.address, destination: place.destination }];
  });
  return byAddress(found);
}

/** Of those at one address the first. */
export function byAddress(places: readonly Rung[]): Rung[] {
  return places.filter(({ address }, i) => places.findIndex((each) => each.address === address) === i);
}
