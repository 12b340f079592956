import type { Config } from './config/load-rules.ts';
import type { ResolvedRules } from './config/read-rules.ts';
import type { Destination } from './destinations/destination.ts';
import type { KeptOpen, Opening } from './destinations/kept-open.ts';
import type { Filter } from './domain/filter/filter.ts';
import type { Place, Standing } from './domain/routing.ts';
import type { KnownAddress } from './ledger/workers.ts';
import type { AnswerType, AskAlerts, SourceSettings, SourceType } from './sources/source.ts';

/** What is gone by, until other rules take its place: all of it changes together. */
export type InForce = {
  rules: ResolvedRules;
  sources: ReadonlyMap<string, Sender>;
  standing: Standing;
  /** By address: those of the rules file, and others where something may still be owed. */
  destinations: ReadonlyMap<string, Destination>;
  /** Those of the rules file, each address once. */
  configured: KnownAddress[];
  /** Where something can be told. */
  reachable: string[];
  /** Who hears of tocsin's own trouble. */
  owner: Place | undefined;
  /** By address, who is told instead. */
  fallbacks: ReadonlyMap<string, Place>;
};

/** Whoever sends: what happened, or what people did where they were rung. */
export type Sender = { settings: SourceSettings } & (
  | { sends: 'events'; type: SourceType; testFilter?: Filter }
  | { sends: 'answers'; type: AnswerType; ask?: AskAlerts }
);

export type InForceHolder = {
  /** To be asked anew for each step: a step finishes with what it began with. */
  current(): InForce;
  replace(rules: ResolvedRules): void;
  /** Looks after these as well, which the rules file does not have any more. */
  reach(beyond: Beyond): void;
};

/** Addresses beyond those of the rules file: some can still be told, at the others each call is refused. */
export type Beyond = { reachable: readonly Opening[]; absent: readonly Opening[] };

export type InForceParts = {
  senders: (rules: ResolvedRules) => ReadonlyMap<string, Sender>;
  openings: (rules: ResolvedRules) => Opening[];
  kept: KeptOpen;
};

/** Holds what is in force. */
export function holdInForce(first: ResolvedRules, parts: InForceParts): InForceHolder {
  let beyond: Beyond = { reachable: [], absent: [] };
  let current = inForceOf(first, beyond, parts);
  return {
    current: () => current,
    replace(rules) {
      current = inForceOf(rules, beyond, parts);
    },
    reach(others) {
      beyond = others;
      current = inForceOf(current.rules, beyond, parts);
    },
  };
}

function inForceOf(rules: ResolvedRules, beyond: Beyond, parts: InForceParts): InForce {
  const { config } = rules;
  const openings = parts.openings(rules);
  const opened = parts.kept.use([...openings, ...beyond.reachable, ...beyond.absent]);
  const configured = opened.slice(0, openings.length);
  const reachable = opened.slice(0, openings.length + beyond.reachable.length);
  const places = placesOf(configured, config);
  const owner = config.owner === undefined ? undefined : places.get(config.owner);
  return {
    rules,
    sources: parts.senders(rules),
    standing: { rules: config.rules, places, ...(owner ? { owner } : {}), staleAfterMs: config.staleAfterMs },
    destinations: byAddress(opened),
    configured: [...byAddress(configured).values()].map(({ address, type, name, credential }) => {
      return { address, type, destination: name, credential };
    }),
    reachable: [...byAddress(reachable).keys()],
    owner,
    fallbacks: new Map([
      // What was never told where a label led before is told where it leads now.
      ...fallbacksOf(opened.slice(openings.length), places, (name) => name),
      ...fallbacksOf(configured, places, (name) => config.fallbacks.get(name) ?? ''),
    ]),
  };
}

function fallbacksOf(
  destinations: readonly Destination[],
  places: ReadonlyMap<string, Place>,
  labelFor: (name: string) => string,
): [string, Place][] {
  return destinations.toReversed().flatMap(({ name, address }): [string, Place][] => {
    const place = places.get(labelFor(name));
    return place ? [[address, place]] : [];
  });
}

/** Of two at one address the earlier speaks. */
function byAddress(destinations: readonly Destination[]): Map<string, Destination> {
  return new Map(destinations.toReversed().map((each) => [each.address, each]));
}

/** Where each label leads: to the first of its addresses. */
function placesOf(destinations: Destination[], config: Config): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const { name, address } of destinations) {
    const pages = config.destinations.get(name)?.type === 'pagerduty';
    if (!places.has(name)) places.set(name, { address, destination: name, pages });
  }
  return places;
}
