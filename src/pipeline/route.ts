import type { Logger } from 'pino';
import type { Event } from '../domain/event.ts';
import type { Incident } from '../domain/incident/incident.ts';
import type { Feeding } from '../domain/incident/orphans.ts';
import { twinsOf } from '../domain/incident/shadow.ts';
import { ownerNotice } from '../domain/notice.ts';
import type { Judged, Routing, Standing } from '../domain/routing.ts';
import { judgeDelivery, routeDelivery } from '../domain/routing.ts';
import { owedFor } from '../domain/telling/owed.ts';
import type { Trace } from '../domain/trace.ts';
import type { ClaimedDelivery, Commit, CommitAnswer, Inbox } from '../ledger/inbox.ts';
import type { AnsweringBack } from './answering-back.ts';
import type { Speaker } from './arrived.ts';
import { arrivedOf } from './arrived.ts';
import type { Unheard } from './unheard.ts';

/** What routing needs. `newToken` and `chance` (0 to 1) are random, passed in. */
export type Routes = {
  ledger: Inbox;
  standing: () => Standing;
  /** By name, as configured. */
  source: (name: string) => Speaker | undefined;
  /** Sees to what is no event. */
  answers: Pick<AnsweringBack, 'take' | 'holding'>;
  /** What every process that is there goes by now. */
  feeding: () => Promise<Feeding[]>;
  /** Who hears of deliveries that cannot be routed. */
  owner: () => { address: string; destination: string } | undefined;
  /** What nobody hears of, since there is no owner. */
  unheard: Pick<Unheard, 'note'>;
  log: Logger;
  newToken: () => string;
  chance: () => number;
};

const batchSize = 64;
const leaseMs = 10_000;
/** Nothing to do: the wake-up is the ledger's word, this is only the safety net. */
const idleMs = 1_000;
/** A routing that throws so often is given up. */
const maxFailures = 5;
/** A conflict is no failure; from this round on a random pause keeps two routers from meeting again and again. */
const pauseFromRound = 3;
const maxRounds = 50;

/** One turn: claims a batch of deliveries, routes each, commits each by itself. Returns how long to sleep. */
export function router(routes: Routes): () => Promise<number> {
  /** Of a claim that got no answer: it is repeated, and not left to its lease. */
  let unanswered: string | undefined;
  return async () => {
    const token = unanswered ?? routes.newToken();
    unanswered = token;
    const holding = routes.answers.holding();
    const { now, deliveries } = await routes.ledger.claimDeliveries({ token, limit: batchSize, leaseMs, holding });
    unanswered = undefined;
    if (deliveries.length === 0) return idleMs;
    // One and the same to the end of the turn: rules that change meanwhile are for the deliveries after these.
    const batch = { routes, token, now, standing: routes.standing() };
    const events = deliveries.filter((each) => !routes.answers.take(each, { token, now }));
    let rest = await judgeAll(events, batch);
    for (let round = 1; rest.length > 0 && round <= maxRounds; round += 1) {
      if (round >= pauseFromRound) await pause(routes.chance() * 5 * round);
      rest = await commitRound(rest, batch);
    }
    if (rest.length > 0)
      await routes.ledger.releaseDeliveries(
        token,
        rest.map((each) => each.claimed.seq),
      );
    return deliveries.length < batchSize ? idleMs : 0;
  };
}

type Batch = { routes: Routes; token: string; now: number; standing: Standing };

type Work = { claimed: ClaimedDelivery; judged: Judged };

async function judgeAll(deliveries: ClaimedDelivery[], batch: Batch): Promise<Work[]> {
  const work: Work[] = [];
  for (const claimed of deliveries) {
    const source = batch.routes.source(claimed.source);
    try {
      if (source) work.push({ claimed, judged: judgeDelivery(arrivedOf(claimed, source), batch.standing) });
      else await giveUpSource(claimed, batch);
    } catch (error) {
      await giveBack(claimed, { ...batch, error });
    }
  }
  return work;
}

const elsewhereMs = 2_000;

/** A process with another rules file may still know it: then it is left to that one. */
async function giveUpSource(delivery: ClaimedDelivery, batch: Batch): Promise<void> {
  const { seq, source, id } = delivery;
  const { routes, token } = batch;
  const feeding = await routes.feeding();
  if (feeding.some(({ sources }) => sources.includes(source))) {
    routes.log.info({ source, id }, 'delivery.left-to-another');
    return routes.ledger.releaseDeliveries(token, [seq], elsewhereMs);
  }
  const words = `no source "${source}" is in the rules file any more: put it back, then tocsin redeliver ${id}`;
  await giveBack(delivery, { ...batch, error: new Error(words) });
}

/** Evaluates and commits what is left; returns what met a conflict and is to be evaluated again. */
async function commitRound(work: Work[], batch: Batch): Promise<Work[]> {
  const { routes, token } = batch;
  const stored = await incidentsOf(work, routes.ledger);
  const routed = await evaluateAll(work, stored, batch);
  const answers = await routes.ledger.commit(routed.map((each) => commitOf(each, token)));
  for (const [i, each] of routed.entries()) {
    logRouted(routes.log, each, answers[i]);
    if (answers[i] === 'committed' && !batch.standing.owner) noteUnheard(each, routes);
  }
  return routed.filter((_, i) => answers[i] === 'conflict');
}

/** What is stored of the incidents they concern, also of where their causes were before a rule was turned. */
async function incidentsOf(work: Work[], ledger: Inbox): Promise<Map<string, Incident>> {
  const read = async (keys: string[]) =>
    keys.length > 0 ? ledger.readIncidents([...new Set(keys)]) : new Map<string, Incident>();
  const stored = await read(work.flatMap(({ judged }) => judged.keys));
  const twins = work.flatMap(({ judged }) => twinsOf(judged, stored)).filter((key) => !stored.has(key));
  return new Map([...stored, ...(await read(twins))]);
}

type Routed = Work & { routing: Routing };

/** One after the other on the running state, so that deliveries that share a key build on each other. */
async function evaluateAll(work: Work[], running: Map<string, Incident>, batch: Batch): Promise<Routed[]> {
  const routed: Routed[] = [];
  const context = { standing: batch.standing, now: batch.now };
  for (const { claimed, judged } of work) {
    try {
      const routing = routeDelivery(judged, running, context);
      for (const incident of routing.incidents) running.set(incident.key, incident);
      routed.push({ claimed, judged, routing });
    } catch (error) {
      await giveBack(claimed, { ...batch, error });
    }
  }
  return routed;
}

function commitOf({ claimed, routing }: Routed, token: string): Commit {
  const { expects, incidents, episodes, owed, trace } = routing;
  return { token, delivery: { seq: claimed.seq, state: 'routed', trace }, expects, incidents, episodes, owed };
}

/** Routing threw: later again, or, the fifth time, a dead letter the owner hears of. The rest goes on. */
async function giveBack(delivery: ClaimedDelivery, failed: Batch & { error: unknown }): Promise<void> {
  const { routes, token, now, error } = failed;
  const failures = delivery.failures + 1;
  const { seq, source, id } = delivery;
  routes.log.error({ err: error, source, id, failures }, 'delivery.routing-failed');
  if (failures < maxFailures) return routes.ledger.postpone(token, seq, 1_000 * 2 ** failures);
  const words = `The delivery ${id} from ${source} could not be routed and is a dead letter: ${wordsOf(error)}`;
  const notice = ownerNotice({ about: `delivery:${source}:${id}`, words, severity: 'error', now });
  const owner = routes.owner();
  const rung = owner ? [owner] : [];
  const trace: Trace = { notes: [], rules: [], deaf: 0, incidents: [], owed: [], error: wordsOf(error) };
  await routes.ledger.commit([
    {
      token,
      delivery: { seq, state: 'dead', trace },
      expects: [],
      incidents: [],
      episodes: owner ? [notice] : [],
      owed: owedFor({ change: 'opened', episode: notice, joined: rung }, rung).map((each) => each.owed),
    },
  ]);
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500).toWellFormed();
}

function noteUnheard({ claimed: { source }, routing: { unknowns } }: Routed, { unheard }: Routes): void {
  if (unknowns.length > 0) unheard.note({ source, unknowns });
}

/** The one line a delivery leaves. */
function logRouted(log: Logger, { judged, routing }: Routed, answer: CommitAnswer | undefined): void {
  const { event, ...rest } = judged.normalised;
  if (answer === 'lease-lost') log.info({ source: event.source, id: event.id }, 'delivery.routed-elsewhere');
  if (answer !== 'committed' || !log.isLevelEnabled('info')) return;
  const matched = routing.trace.rules.filter((rule) => rule.verdict === 'match').map((rule) => rule.rule);
  const unknown = [...new Set(routing.unknowns.map(({ rule }) => rule))];
  log.info(
    {
      ...summaryOf(event),
      matched,
      ...(unknown.length > 0 ? { unknown } : {}),
      ...(rest.notes.length > 0 ? { notes: rest.notes.length } : {}),
      incidents: routing.trace.incidents,
      owed: routing.trace.owed.map((each) => `${each.what} ${each.destination}`),
    },
    'delivery.routed',
  );
}

function summaryOf({ source, id, type, domain }: Event) {
  return { source, id, type, ...(domain ? { domain } : {}) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
