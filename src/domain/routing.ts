import type { Effect } from './cause.ts';
import type { Delivery, Normalised, SourceTraits } from './event.ts';
import { hearJudgement } from './hear-judgement.ts';
import type { Episode, Incident, Rung } from './incident.ts';
import type { Judgement } from './judge.ts';
import { judge } from './judge.ts';
import { momentWords } from './moment-words.ts';
import { noticeOf } from './notice.ts';
import type { Owed } from './notification.ts';
import { owedFor } from './owed.ts';
import type { RuleSet } from './rule-set.ts';
import { compactEvent } from './said.ts';
import { freshIncident, settle } from './settle.ts';
import type { RuleTrace, Trace } from './trace.ts';
import { fittingTrace } from './trace.ts';

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
  staleAfterMs: number;
};

/** One delivery, read and judged; the incidents it concerns are not looked at yet. */
export type Judged = {
  delivery: Pick<Delivery, 'seq' | 'source' | 'id' | 'receivedAt'>;
  normalised: Normalised;
  traits: SourceTraits;
  judgements: Judgement[];
  outside: RuleTrace[];
  /** The incidents to read. */
  keys: string[];
};

/** What a delivery changes: to be committed in one step. */
export type Routing = {
  expects: { key: string; revision: number }[];
  incidents: Incident[];
  episodes: Episode[];
  owed: Owed[];
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
  const { event } = arrived.normalised;
  const hearings = standing.rules.hearing(event.type, event.source);
  const { judgements, outside } = judge(event, hearings, arrived);
  const touching = judgements.filter((each) => !each.rule.notice && each.key !== undefined);
  const { delivery, normalised, traits } = arrived;
  return {
    delivery,
    normalised,
    traits,
    judgements,
    outside,
    keys: [...new Set(touching.map((each) => each.key ?? ''))],
  };
}

/** What the delivery changes, given the incidents as they are now. */
export function routeDelivery(
  judged: Judged,
  incidents: ReadonlyMap<string, Incident>,
  context: { standing: Standing; now: number },
): Routing {
  const { judgements, outside, normalised } = judged;
  const routing: Routing = {
    expects: [],
    incidents: [],
    episodes: [],
    owed: [],
    trace: {
      notes: normalised.notes,
      rules: [...judgements.map((each) => each.trace), ...outside],
      deaf: context.standing.rules.rules.length - judgements.length - outside.length,
      incidents: [],
      owed: [],
    },
  };
  for (const key of judged.keys) {
    const mine = judgements.filter((each) => each.key === key && !each.rule.notice);
    routeToIncident(incidents.get(key) ?? freshIncident(key), mine, { judged, routing, ...context });
  }
  for (const judgement of judgements.filter((each) => each.rule.notice)) {
    routeNotice(judgement, { judged, routing, ...context });
  }
  routing.trace = fittingTrace(routing.trace);
  return routing;
}

type Context = { judged: Judged; routing: Routing; standing: Standing; now: number };

function routeToIncident(before: Incident, judgements: Judgement[], context: Context): void {
  const { routing } = context;
  let heard = before;
  const effects = judgements.map((judgement) => {
    const { incident, effect, words } = hearJudgement(heard, judgement, context);
    heard = incident;
    return { judgement, effect, words };
  });
  routing.expects.push({ key: before.key, revision: before.revision });
  const settled = heard === before ? undefined : settleHeard(before, heard, { ...context, effects });
  const { snoozed } = settled?.incident ?? before;
  for (const { judgement, words } of effects) {
    judgement.trace.effect = snoozed ? `${words}; ${snoozeWords(snoozed)}` : words;
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
  return settle(before, heard, {
    now,
    joining: placesOf(
      ringing.map(({ judgement }) => judgement),
      { key: before.key, standing },
    ),
    keyless: ringing.length > 0 && ringing.every(({ judgement }) => judgement.keyless),
    end: { why: 'cleared', event: compactEvent(judged.normalised.event), tripped: ending?.tripped ?? [] },
  });
}

function snoozeWords({ by, until }: { by: string; until: number }): string {
  return `snoozed by ${by} until ${momentWords(until)}: nothing new rings`;
}

/** The places these rules send to. A test reaches nobody who would be called out by it. */
function placesOf(judgements: Judgement[], { key, standing }: { key: string; standing: Standing }): Rung[] {
  const labels = new Set(judgements.flatMap((each) => each.rule.to));
  const found = new Map<string, Rung>();
  for (const label of labels) {
    const place = standing.places.get(label);
    if (!place || (key.startsWith('test:') && place.pages)) continue;
    if (!found.has(place.address)) found.set(place.address, { address: place.address, destination: place.destination });
  }
  return [...found.values()];
}

function routeNotice(judgement: Judgement, { judged, routing, standing, now }: Context): void {
  if (judgement.verdict !== 'match') return;
  const episode = noticeOf(judgement, judged, now);
  const rung = placesOf([judgement], { key: episode.key, standing });
  judgement.trace.effect = rung.length > 0 ? 'told as a notice' : 'nobody to tell: a test reaches no one who is paged';
  routing.episodes.push(episode);
  note(routing, owedFor({ change: 'opened', episode, joined: rung }, rung));
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
