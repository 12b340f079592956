import type { Delivery, Normalised } from '../domain/event.ts';
import type { Filter } from '../domain/filter/filter.ts';
import type { Arrived } from '../domain/routing.ts';
import type { SourceType } from '../sources/source.ts';

/** What a source is to routing: how it speaks, and which of its events are tests. */
export type Speaker = { type: SourceType; testFilter?: Filter };

/** The delivery in our words. */
export function arrivedOf(delivery: Omit<Delivery, 'type'>, speaker: Speaker): Arrived {
  return arrivedAs(delivery, speaker.type.normalise(delivery), speaker);
}

/** As `arrivedOf`, where it is in our words already. */
export function arrivedAs(
  delivery: Omit<Delivery, 'type'>,
  normalised: Normalised,
  { type, testFilter }: Speaker,
): Arrived {
  const isTest = !normalised.event.live || testFilter?.(normalised.event).verdict === 'match';
  return { delivery, normalised, traits: type.traits, isTest };
}
