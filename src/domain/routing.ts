import type { Effect } from './cause.ts';
import { hear } from './cause.ts';
import type { Delivery, Normalised, SourceTraits } from './event.ts';
import type { Cause, Episode, Incident, Mark, Rung } from './incident.ts';
import type { Judgement } from './judge.ts';
import { judge } from './judge.ts';
import { noticeOf } from './notice.ts';
import type { Owed } from './notification.ts';
import { owedFor } from './owed.ts';
import type { RuleSet } from './rule-set.ts';
import { compactEvent, saidOf } from './said.ts';
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
  const { judged, routing, standing, now } = context;
  let causes = before.causes;
  const effects = judgements.map((judgement) => {
    const heard = hearJudgement(causes, judgement, context);
    causes = heard.causes;
    return { judgement, effect: heard.effect };
  });
  for (const { judgement, effect } of effects) judgement.trace.effect = effectWords(effect, judgement, before);
  routing.expects.push({ key: before.key, revision: before.revision });
  if (causes === before.causes) return;
  const ringing = effects.filter(({ effect }) => effect === 'fires' || effect === 'again');
  const ending = effects.find(({ effect }) => effect === 'ends')?.judgement;
  const settled = settle(before, causes, {
    now,
    joining: placesOf(
      ringing.map(({ judgement }) => judgement),
      { key: before.key, standing },
    ),
    keyless: ringing.length > 0 && ringing.every(({ judgement }) => judgement.keyless),
    end: { why: 'cleared', event: compactEvent(judged.normalised.event), tripped: ending?.tripped ?? [] },
  });
  routing.incidents.push(settled.incident);
  if (!settled.episode) return;
  routing.episodes.push(settled.episode);
  routing.trace.incidents.push({ key: before.key, episode: settled.episode.number, change: settled.change });
  const rung = settled.change === 'ended' ? before.rung : settled.incident.rung;
  note(routing, owedFor(settled, rung));
}

function hearJudgement(
  causes: Cause[],
  judgement: Judgement,
  { judged, standing }: Context,
): { causes: Cause[]; effect: Effect } {
  const { rule, verdict } = judgement;
  const { event } = judged.normalised;
  const index = causes.findIndex((cause) => cause.rule === rule.id && cause.source === event.source);
  const known = causes[index];
  if (!known && (verdict === 'unknown' || (verdict === 'neither' && rule.counting.fire.of === 1))) {
    return { causes, effect: 'noted' };
  }
  const receivedAt = judged.delivery.receivedAt;
  const mark: Mark = { at: Date.parse(event.occurredAt), ends: isEnding(judged), seq: judged.delivery.seq };
  const staleAfterMs = Math.min(standing.staleAfterMs, rule.resolveAfterMs ?? Number.POSITIVE_INFINITY);
  const stale = receivedAt - mark.at > staleAfterMs;
  const { cause, effect } = hear(known ?? newCause(judgement, judged), {
    mark,
    verdict,
    stale,
    receivedAt,
    counting: rule.counting,
  });
  if (effect === 'late') return { causes, effect };
  const refreshed = effect === 'fires' || effect === 'again' ? withRule(cause, judgement, judged) : cause;
  return { causes: known ? causes.with(index, refreshed) : [...causes, refreshed], effect };
}

function isEnding({ traits, normalised }: Judged): boolean {
  return Object.hasOwn(traits.endings, normalised.event.type);
}

function newCause({ rule }: Judgement, { normalised, delivery }: Judged): Cause {
  return {
    rule: rule.id,
    source: normalised.event.source,
    fingerprint: rule.fingerprint,
    order: rule.order,
    firing: false,
    severity: rule.severity,
    ring: [],
    heardAt: delivery.receivedAt,
  };
}

/** A match that rings brings the cause up to the rule as it is now. */
function withRule(cause: Cause, { rule, tripped }: Judgement, { normalised }: Judged): Cause {
  const { resolveAfterMs: _before, ...rest } = cause;
  return {
    ...rest,
    fingerprint: rule.fingerprint,
    order: rule.order,
    severity: rule.severity,
    said: saidOf(rule.id, normalised.event, tripped),
    ...(rule.resolveAfterMs === undefined ? {} : { resolveAfterMs: rule.resolveAfterMs }),
  };
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

function effectWords(effect: Effect, { verdict }: Judgement, before: Incident): string {
  switch (effect) {
    case 'late':
      return 'late: not newer than what is over, it changed nothing';
    case 'fires':
      return 'fires';
    case 'again':
      return 'fires already';
    case 'ends':
      return 'over';
    case 'noted':
      if (verdict === 'match') return 'kept: something newer stands, or it is too old to open anything';
      return verdict === 'clear' && !before.open ? 'kept: nothing is open under this key' : 'kept';
  }
}
