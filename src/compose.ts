import type { Logger } from 'pino';
import type { Openers } from './compose-destinations.ts';
import { openingsOf } from './compose-destinations.ts';
import type { PipelineParts } from './compose-pipeline.ts';
import { startPipeline } from './compose-pipeline.ts';
import { hearsSlack, slackAppOf } from './compose-slack-app.ts';
import { refusalAtStart } from './compose-workers.ts';
import type { Environment } from './config/environment.ts';
import type { ResolvedRules, RulesReading } from './config/read-rules.ts';
import type { ResolvedSource } from './config/resolve.ts';
import type { Opening } from './destinations/kept-open.ts';
import { keptOpen } from './destinations/kept-open.ts';
import { httpApp } from './http/http-app.ts';
import { listen } from './http/http-server.ts';
import { readinessOf } from './http/readiness.ts';
import type { Sender } from './in-force.ts';
import { holdInForce } from './in-force.ts';
import type { Purpose } from './ledger/history.ts';
import type { Ledger } from './ledger/ledger.ts';
import { openLedger } from './ledger/open-ledger.ts';
import type { Durability } from './pipeline/durability.ts';
import { durability } from './pipeline/durability.ts';
import { meteredLedger, meteredOwner, meteredReceive, meteredReload, metricsText } from './pipeline/metered.ts';
import { receiver } from './pipeline/receive.ts';
import { watchedWrites } from './pipeline/writes.ts';
import type { Closing } from './runtime/close-all.ts';
import { closeAll } from './runtime/close-all.ts';
import { openMetrics } from './runtime/metrics.ts';
import { pollLoop } from './runtime/poll-loop.ts';
import { inboxCheck } from './sources/inbox-check.ts';
import { pagerDuty } from './sources/pagerduty.ts';
import { pagerDutyAlerts } from './sources/pagerduty-alerts.ts';
import { reachscore } from './sources/reachscore.ts';
import type { AskAlerts, HookType } from './sources/source.ts';

export const eventTypes = { 'inbox-check': inboxCheck, reachscore };

/** How each type of sender is spoken to. */
export const sourceTypes: Readonly<Record<ResolvedSource['type'], HookType>> = {
  ...eventTypes,
  pagerduty: pagerDuty,
};

const anyBody = { id: 'sample', atMs: 0 };

export const traitsByType = {
  'inbox-check': { ...inboxCheck.traits, sample: (type: string) => inboxCheck.fixture(type, anyBody) },
  reachscore: { ...reachscore.traits, sample: (type: string) => reachscore.fixture(type, anyBody) },
};

/** Unrouted deliveries beyond which the hook answers 503: hours of the largest accounts. */
const backlogLimit = 100_000;
/** SQLite keeps more than Redis, which keeps it in memory. */
const defaultRetention = {
  sqlite: { historyMs: 30 * 86_400_000, historyBytes: 5 * 1024 ** 3 },
  redis: { historyMs: 7 * 86_400_000, historyBytes: 512 * 1024 ** 2 },
} as const;
/** Below the 10 s that a stop may take, with what is in flight. */
const closeWithinMs = 3_000;
const receiveTimeoutMs = 3_000;
/** Longer than it takes from being looked up to being called. */
const lingerMs = 5_000;

export type ServiceOptions = {
  environment: Environment;
  /** In force from the start. */
  rules: ResolvedRules;
  /** Reads them anew. */
  read: () => Promise<RulesReading>;
  preview: boolean;
  /** The SQLite file, where Redis is not used. */
  ledgerPath: string;
  log: Logger;
  /** Other destinations than the rules say. */
  openings?: () => Opening[];
};

export type Service = {
  port: number;
  /** Reads the rules file at once, changed or not. */
  reload(): void;
  /** Stops politely: answers what is in flight, finishes or gives back what is claimed. */
  stop(): Promise<void>;
};

/** The ledger for the command line, beside a running service. */
export function openLedgerBeside(environment: Environment, path: string): Promise<Ledger> {
  return openLedger({ ...ledgerSettings(environment, path), serving: false });
}

function ledgerSettings(environment: Environment, path: string) {
  return { redisUrl: environment.REDIS_URL, redisWait: environment.TOCSIN_REDIS_WAIT, path, backlogLimit };
}

/** Builds every part, joins them, and starts to listen. What was opened is closed again when a later part fails. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const opened: Closing = [];
  const stop = () => closeAll(opened, options.log);
  try {
    return { ...(await open(options, opened)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function open(options: ServiceOptions, opened: Closing): Promise<Omit<Service, 'stop'>> {
  const { environment, log, rules, read, preview } = options;
  const metrics = openMetrics();
  const plain = await openLedger({ ...ledgerSettings(environment, options.ledgerPath), serving: true });
  opened.push(() => plain.close());
  await checkPurpose(plain, preview ? 'preview' : 'live');
  await checkOrphans(plain, rules);
  const { ledger, trouble: unwritable } = watchedWrites(meteredLedger(plain, metrics));
  const buttons = hearsSlack(environment, preview);
  const openers: Openers = { preview, slackApiUrl: environment.SLACK_API_URL, buttons, log };
  const kept = keptOpen({ lingerMs, onUnclosed: (err) => log.error({ err }, 'destination.not-closed') });
  opened.push(() => kept.close());
  const openings = options.openings ?? ((of: ResolvedRules) => openingsOf(of, openers));
  const asking = askersOf(environment.PD_API_TOKEN);
  const senders = (of: ResolvedRules) => sendersOf(of, asking);
  const inForce = holdInForce(rules, { senders, openings, kept });
  const heard = meteredReload(metrics);
  const onUntellable = meteredOwner(metrics);
  const retention = defaultRetention[environment.REDIS_URL === undefined ? 'sqlite' : 'redis'];
  const pipeline = startPipeline({ ledger, inForce, openers, read, heard, onUntellable, retention, log });
  opened.push(...pipeline.stops);
  const slackApp = buttons ? slackAppOf({ environment, ledger, inForce, log }) : undefined;
  if (slackApp) opened.push(() => slackApp.stop());
  const durable = await watchDurability({ ledger, log }, opened);
  const warnings = () => [...durable.warnings(), ...pipeline.warnings(), ...(slackApp?.warnings() ?? [])];
  const sources = () => inForce.current().sources;
  const receive = receiver({ sources, ledger, log, now: Date.now, timeoutMs: receiveTimeoutMs });
  const app = httpApp({
    receive: meteredReceive(receive, metrics),
    readiness: readinessOf({ ledger, reachable: () => inForce.current().reachable, unwritable, warnings }),
    metrics: metricsText(ledger, metrics, { parked: pipeline.parked, unwritable }),
    slackEvents: slackApp?.events,
    log,
  });
  const { HOST: host, PORT: port } = environment;
  const http = await listen({ app, host, port, closeWithinMs });
  opened.push(() => http.close());
  slackApp?.start();
  return { port: http.port, reload: pipeline.reload };
}

/** Who asks right after the start whether it is ready hears of it already. */
async function watchDurability(parts: Pick<PipelineParts, 'ledger' | 'log'>, opened: Closing): Promise<Durability> {
  const durable = durability(parts);
  await durable.turn();
  const loop = pollLoop('durability', durable.turn, parts.log);
  opened.push(() => loop.stop());
  return durable;
}

/** The other kind of ledger was given: what is owed there would be told by the wrong one. */
export class WrongPurpose extends Error {
  override name = 'WrongPurpose';
}

async function checkPurpose(ledger: Ledger, mine: Purpose): Promise<void> {
  const purpose = await ledger.purpose(mine);
  if (purpose === mine) return;
  const way = 'give it one of its own with TOCSIN_DATA, or REDIS_URL';
  throw new WrongPurpose(
    mine === 'preview'
      ? `This ledger belongs to a service that tells people: a preview must not touch it; ${way}.`
      : `This ledger belongs to a preview: what it holds was never told to anybody; ${way}.`,
  );
}

/** The rules file is most likely not the one that is meant: what is open would be ended for nothing. */
export class RulesRefused extends Error {
  override name = 'RulesRefused';
}

async function checkOrphans(ledger: Ledger, rules: ResolvedRules): Promise<void> {
  const why = await refusalAtStart(ledger, rules);
  if (why !== undefined) throw new RulesRefused(why);
}

function sendersOf({ sources }: ResolvedRules, asking: Asking): Map<string, Sender> {
  return new Map(sources.map((source) => [source.name, senderOf(source, asking)]));
}

function senderOf({ type, secrets, maxAgeMs, testFilter, server }: ResolvedSource, asking: Asking): Sender {
  const settings = { secrets, maxAgeMs: maxAgeMs ?? sourceTypes[type].defaultMaxAgeMs };
  if (type !== 'pagerduty') {
    return { sends: 'events', type: eventTypes[type], settings, ...(testFilter ? { testFilter } : {}) };
  }
  const ask = server === undefined ? undefined : asking(server);
  return { sends: 'answers', type: pagerDuty, settings, ...(ask ? { ask } : {}) };
}

type Asking = (server: string) => AskAlerts | undefined;

/** One for each server, through all reloads: it keeps to the pauses that it was asked for. */
function askersOf(token: string | undefined): Asking {
  const known = new Map<string, AskAlerts>();
  return (server) => {
    if (token === undefined) return undefined;
    const ask = known.get(server) ?? pagerDutyAlerts({ server, token, elapsedMs: () => performance.now() });
    known.set(server, ask);
    return ask;
  };
}
