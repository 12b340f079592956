import type { Deaf } from '../../domain/deaf.ts';
import { deafTo } from '../../domain/deaf.ts';
import type { Event } from '../../domain/event.ts';
import type { Episode, Incident } from '../../domain/incident/incident.ts';
import type { Judgement, Unscoped } from '../../domain/judge.ts';
import type { Message } from '../../domain/message/message.ts';
import { messageOf } from '../../domain/message/message.ts';
import type { Judged, Place, Routing, Standing } from '../../domain/routing.ts';
import { routeDelivery } from '../../domain/routing.ts';
import { heldBy } from '../../domain/telling/holding.ts';
import type { CompiledSilence } from '../../domain/telling/silence.ts';
import type { Trace } from '../../domain/trace.ts';
import { unknownScope, unknownsOf } from '../../domain/unknowns.ts';

/** What stands already: nothing, where the ledger is not looked at. */
export type Stands = {
  now: number;
  incidents: ReadonlyMap<string, Incident>;
  silences: readonly CompiledSilence[];
};

/** What a delivery would do, and why. */
export type Explained = {
  event: Event;
  isTest: boolean;
  trace: Trace;
  /** The rules that do not look at it. */
  deaf: Deaf[];
  told: Would[];
  untold: Untold[];
};

/** What a destination would be told; `held`: what keeps it back. */
export type Would = { destination: string; what: string; key: string; message: Message; held?: string };

/** What a rule, or a rule at a destination, does not tell, and why. */
export type Untold = { rule: string; destinations: string[]; because: string };

/** What the delivery would change, given what stands; by the routing of the service, and nothing is kept. */
export function explain(judged: Judged, { standing, stands, isTest }: Given): Explained {
  const places = asTold(standing.places, stands.incidents.values());
  const { now, incidents } = stands;
  const hasOwner = standing.owner !== undefined;
  const routing = routeDelivery(judged, incidents, { standing: { ...standing, places }, now, whole: true });
  const { deaf, outside } = deafTo(standing.rules.rules, judged);
  const { trace } = routing;
  return {
    event: judged.normalised.event,
    isTest,
    trace: { ...trace, rules: [...trace.rules, ...outside], deaf: deaf.length },
    deaf,
    told: toldBy(routing, stands),
    untold: [
      ...judged.judgements.flatMap((each) => untoldBy(each, { judged, routing, places, isTest, hasOwner })),
      ...judged.unscoped.map((each) => unscopedBy(each, { judged, hasOwner })),
    ],
  };
}

type Given = { standing: Standing; stands: Stands; isTest: boolean };

/** The addresses under which labels were told: here, without secrets, they may have others. */
function asTold(places: ReadonlyMap<string, Place>, incidents: Iterable<Incident>): Map<string, Place> {
  const told = new Map(places);
  for (const { rung } of incidents) {
    for (const { destination, address } of rung) {
      const place = told.get(destination);
      if (place) told.set(destination, { ...place, address });
    }
  }
  return told;
}

function toldBy({ owed, episodes, trace }: Routing, { silences, now }: Stands): Would[] {
  return owed.flatMap(({ key, number, destination, address }, i) => {
    const episode = episodes.find((each) => each.key === key && each.number === number);
    const what = trace.owed[i]?.what ?? 'update';
    if (!episode) return [];
    const held = heldWords(what, episode, { silences, now });
    return [{ destination, what, key, message: messageOf(episode, { address }), ...(held ? { held } : {}) }];
  });
}

/** Only what rings is held back. */
function heldWords(what: string, episode: Episode, { silences, now }: Omit<Stands, 'incidents'>): string | undefined {
  return what === 'open' || what === 'notice' ? heldBy(episode, silences, now)?.why : undefined;
}

type Ran = { judged: Judged; routing: Routing; places: ReadonlyMap<string, Place>; isTest: boolean; hasOwner: boolean };

/** Whom a rule that matches does not tell, and why one says nothing of which nothing can be known. */
function untoldBy(judgement: Judgement, { judged, routing, places, isTest, hasOwner }: Ran): Untold[] {
  const { rule } = judgement;
  const trace = routing.trace.rules.find((each) => each.rule === rule.id) ?? judgement.trace;
  const labels = rule.toOf(rule.severityOf(judged.normalised.event));
  if (trace.verdict === 'unknown') {
    return [{ rule: rule.id, destinations: labels, because: unknownWords({ ...judgement, trace }, hasOwner) }];
  }
  if (trace.verdict !== 'match') return [];
  const told = new Set(routing.owed.filter(({ key }) => isAbout(key, judgement)).map(({ address }) => address));
  const left = labels.filter((label) => !told.has(places.get(label)?.address ?? ''));
  const spared = isTest && !rule.testsAsLive && !rule.shadow ? left.filter((label) => places.get(label)?.pages) : [];
  const others = left.filter((label) => !spared.includes(label));
  return [
    { rule: rule.id, destinations: spared, because: 'a test reaches nobody who is called out' },
    { rule: rule.id, destinations: others, because: trace.effect ?? 'kept' },
  ].filter(({ destinations }) => destinations.length > 0);
}

/** A rule of which nobody can say whether it should look. */
function unscopedBy(unscoped: Unscoped, { judged, hasOwner }: Pick<Ran, 'judged' | 'hasOwner'>): Untold {
  const { rule } = unscoped;
  const unknowns = unknownScope({ ...unscoped, rule: { ...rule, onUnknown: 'tell-owner' } });
  const words = [...unknowns.map((each) => each.words), hearsWords(unscoped, hasOwner)];
  return {
    rule: rule.id,
    destinations: rule.toOf(rule.severityOf(judged.normalised.event)),
    because: words.join('; '),
  };
}

function hearsWords({ rule, apart }: Pick<Judgement, 'rule' | 'apart'>, hasOwner: boolean): string {
  if (rule.onUnknown !== 'tell-owner' || rule.shadow || apart) return 'nobody hears of it';
  return hasOwner ? 'the owner hears of it' : 'there is no owner to hear of it';
}

/** Of a notice the key is its own. */
function isAbout(key: string, judgement: Judgement): boolean {
  return judgement.rule.notice || key === judgement.key;
}

function unknownWords(judgement: Judgement, hasOwner: boolean): string {
  const { rule, trace } = judgement;
  const unknowns = unknownsOf({ ...judgement, rule: { ...rule, onUnknown: 'tell-owner' } });
  if (unknowns.length === 0) return trace.because ?? 'it cannot be known';
  return [...unknowns.map(({ words }) => words), hearsWords(judgement, hasOwner)].join('; ');
}
