import type { Delivery, Normalised, SourceTraits } from './event.ts';
import type { Effect } from './incident/cause.ts';
import { hearJudgement } from './incident/hear-judgement.ts';
import type { Episode, Incident, Rung } from './incident/incident.ts';
import { compactEvent } from './incident/said.ts';
import { freshIncident, settle } from './incident/settle.ts';
import { withMoved } from './incident/shadow.ts';
import type { Judgement, Judgements } from './judge.ts';
import { judge } from './judge.ts';
import { momentWords } from './message/moment-words.ts';
import { noticeOf } from './notice.ts';
import { placesOf, wouldTell } from './places.ts';
import type { RuleSet } from './rules/rule-set.ts';
import type { Owed } from './telling/notification.ts';
import { owedFor } from './telling/owed.ts';
import type { Trace } from './trace.ts';
import { fittingTrace } from './trace.ts';
import type { Unknown } from './unknowns.ts';
import { unknownNotice, unknownScope, unknownsOf, withNote } from './unknowns.ts';

/** Where a destination of the rules file leads now. */
export type Place = Rung & {
  /** It calls people out: tests do not reach it. */
  pages: boolean;
};

/** What routing goes by. */
export type Standing = {
  rules: RuleSet;
  /** By the label in the rules file. */
  places: ReadonlyMap<string, Place>;
  /** Who hears of what cannot be known. */
  owner?: Rung;
  staleAfterMs: number;
};

/** One delivery, read and judged; the incidents it concerns are not looked at yet. */
export type Judged = Judgements & {
  delivery: Pick<Delivery, 'seq' | 'source' | 'id' | 'receivedAt'>;
  normalised: Normalised;
  traits: SourceTraits;
  /** The incidents to read. */
  keys: string[];
};

/** What a delivery changes: to be committed in one step. */
export type Routing = {
  expects: { key: string; revision: number }[];
  incidents: Incident[];
  episodes: Episode[];
  owed: Owed[];
  /** What could not be known, so that somebody should hear of it. */
  unknowns: Unknown[];
  trace: Trace;
};

export type Arrived = {
  delivery: Judged['delivery'];
  normalised: Normalised;
  traits: SourceTraits;
  /** Its source's test filter matched, or the sender marked it. */
  isTest: boolean;
};

/** Which rules hear the delivery and what each says of it. */
export function judgeDelivery(arrived: Arrived, standing: Standing): Judged {
  const { delivery, normalised, traits } = arrived;
  const judged = judge(standing.rules.hearing(normalised.event, normalised.misread), arrived);
  const touching = judged.judgements.filter((each) => !each.rule.notice && each.key !== undefined);
  return {
    delivery,
    normalised,
    traits,
    ...judged,
    keys: [...new Set(touching.map((each) => each.key ?? ''))],
  };
}

/**
 * What the delivery changes, given the incidents as they are now. `whole`: its trace is not to be kept, and may be as
 * large as it is.
 */
export function routeDelivery(
  judged: Judged,
  incidents: ReadonlyMap<string, Incident>,
  { whole, ...context }: { standing: Standing; now: number; whole?: true },
): Routing {
  const { judgements, outside, normalised } = judged;
  const routing: Routing = {
    expects: [],
    incidents: [],
    episodes: [],
    owed: [],
    unknowns: [],
    trace: {
      notes: normalised.notes,
      rules: [...judgements.map((each) => each.trace), ...outside],
      deaf: context.standing.rules.rules.length - judgements.length - outside.length,
      incidents: [],
      owed: [],
    },
  };
  const moved = withMoved(judged, incidents);
  for (const key of new Set([...judged.keys, ...moved.keys()])) {
    const before = incidents.get(key) ?? freshIncident(key);
    routeToIncident(before, moved.get(key) ?? before, { judged, routing, ...context });
  }
  for (const judgement of judgements.filter((each) => each.rule.notice)) {
    routeNotice(judgement, { judged, routing, ...context });
  }
  tellOfUnknowns({ judged, routing, ...context });
  if (!whole) routing.trace = fittingTrace(routing.trace);
  return routing;
}

type Context = { judged: Judged; routing: Routing; standing: Standing; now: number };

/** `start`: the incident with what was moved there, or away from there, before it hears anything. */
function routeToIncident(before: Incident, start: Incident, context: Context): void {
  const { routing, judged } = context;
  const judgements = judged.judgements.filter(({ key, rule }) => key === before.key && !rule.notice);
  let heard = start;
  const effects = judgements.map((judgement) => {
    const { incident, ...rest } = hearJudgement(heard, judgement, context);
    heard = incident;
    return rest;
  });
  routing.expects.push({ key: before.key, revision: before.revision });
  const settled = heard === before ? undefined : settleHeard(before, heard, { ...context, effects });
  const { snoozed } = settled?.incident ?? before;
  for (const { judgement, effect, words } of effects) {
    if (judgement.rule.shadow) judgement.trace.effect = shadowWords(judgement, { words, effect }, context);
    else judgement.trace.effect = snoozed ? `${words}; ${snoozeWords(snoozed)}` : words;
  }
  if (!settled) return;
  routing.incidents.push(settled.incident);
  if (!settled.episode) return;
  routing.episodes.push(settled.episode);
  routing.trace.incidents.push({ key: before.key, episode: settled.episode.number, change: settled.change });
  const rung = settled.change === 'ended' ? before.rung : settled.incident.rung;
  note(routing, owedFor(settled, rung));
}

type Effects = { effects: { judgement: Judgement; effect: Effect }[] };

function settleHeard(before: Incident, heard: Incident, { judged, standing, now, effects }: Context & Effects) {
  const ringing = effects.filter(({ effect }) => effect === 'fires' || effect === 'again');
  const ending = effects.find(({ effect }) => effect === 'ends')?.judgement;
  // Nothing is said of an end while something fires: what to say of it is costly.
  const goesOn = heard.causes.some(({ firing }) => firing) || !before.open;
  return settle(before, heard, {
    now,
    joining: placesOf(
      ringing.map(({ judgement }) => judgement.rule),
      { key: before.key, standing, event: judged.normalised.event },
    ),
    keyless: ringing.length > 0 && ringing.every(({ judgement }) => judgement.keyless),
    end:
      effects.length > 0 && !goesOn
        ? { why: 'cleared', event: compactEvent(judged.normalised.event), tripped: ending?.tripped ?? [] }
        : { why: 'orphaned' },
  });
}

function snoozeWords({ by, until }: { by: string; until: number }): string {
  return `snoozed by ${by} until ${momentWords(until)}: nothing new rings`;
}

/** What a rule in shadow would have done, and who would have been told. */
function shadowWords(
  judgement: Judgement,
  { words, effect }: { words: string; effect: Effect },
  context: Context,
): string {
  if (effect === 'late' || effect === 'noted') return `shadow: ${words}`;
  const would = { fires: 'would fire', again: 'would still fire', ends: 'would be over' }[effect];
  return `shadow: ${would}, and tell ${wouldTellWords(judgement, context)}`;
}

function wouldTellWords({ rule, key = '' }: Judgement, { judged, standing }: Context): string {
  const places = wouldTell(rule, { key, standing, event: judged.normalised.event });
  return places.map(({ destination }) => destination).join(', ') || 'nobody';
}

function routeNotice(judgement: Judgement, context: Context): void {
  if (judgement.verdict !== 'match') return;
  const { judged, routing, standing, now } = context;
  if (judgement.rule.shadow) {
    judgement.trace.effect = `shadow: would be told as a notice to ${wouldTellWords(judgement, context)}`;
    return;
  }
  const episode = noticeOf(judgement, judged, now);
  const rung = placesOf([judgement.rule], { key: episode.key, standing, event: judged.normalised.event });
  judgement.trace.effect = rung.length > 0 ? 'told as a notice' : 'nobody to tell: a test reaches no one who is paged';
  routing.episodes.push(episode);
  note(routing, owedFor({ change: 'opened', episode, joined: rung }, rung));
}

/** One field of the wrong type may be in the way of a thousand rules. */
const mostUnscoped = 10;

/** Without an owner there is nobody to tell: it is left to whoever routes. What lives apart calls nobody. */
function tellOfUnknowns({ judged, routing, standing, now }: Context): void {
  const { source, id } = judged.delivery;
  const { owner } = standing;
  const isTold = ({ rule, apart }: Pick<Judgement, 'rule' | 'apart'>) => !rule.shadow && !apart;
  const unscoped = judged.unscoped.filter(isTold).slice(0, mostUnscoped);
  const unknowns = [...judged.judgements.filter(isTold).flatMap(unknownsOf), ...unscoped.flatMap(unknownScope)];
  routing.unknowns = unknowns.map((each) => withNote(each, judged.normalised.notes));
  if (!owner) return;
  for (const unknown of routing.unknowns) {
    const episode = unknownNotice(unknown, { source, id, now });
    routing.episodes.push(episode);
    note(routing, owedFor({ change: 'opened', episode, joined: [owner] }, [owner]));
  }
}

function note(routing: Routing, owed: { owed: Owed; what: string }[]): void {
  for (const each of owed) {
    routing.owed.push(each.owed);
    routing.trace.owed.push({
      destination: each.owed.destination,
      key: each.owed.key,
      episode: each.owed.number,
      what: each.what,
    });
  }
}
