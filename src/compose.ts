import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Environment } from './config/environment.ts';
import type { Config } from './config/load-rules.ts';
import type { ResolvedSource } from './config/resolve.ts';
import type { Destination } from './destinations/destination.ts';
import type { Place, Standing } from './domain/routing.ts';
import type { Readiness } from './http/http-app.ts';
import { httpApp } from './http/http-app.ts';
import { listen } from './http/http-server.ts';
import type { Purpose } from './ledger/history.ts';
import type { Ledger } from './ledger/ledger.ts';
import { LedgerUnavailable } from './ledger/ledger.ts';
import { openLedger } from './ledger/open-ledger.ts';
import { meteredLedger, meteredReceive, metricsText } from './pipeline/metered.ts';
import { notifier } from './pipeline/notify.ts';
import { receiver } from './pipeline/receive.ts';
import { router } from './pipeline/route.ts';
import { watcher } from './pipeline/watch.ts';
import { openMetrics } from './runtime/metrics.ts';
import type { PollLoop } from './runtime/poll-loop.ts';
import { pollLoop } from './runtime/poll-loop.ts';
import { inboxCheck } from './sources/inbox-check.ts';
import { reachscore } from './sources/reachscore.ts';
import type { SourceType } from './sources/source.ts';

/** How each type of sender is spoken to. */
export const sourceTypes: Readonly<Record<ResolvedSource['type'], SourceType>> = {
  'inbox-check': inboxCheck,
  reachscore,
};

export const traitsByType = { 'inbox-check': inboxCheck.traits, reachscore: reachscore.traits };

/** Unrouted deliveries beyond which the hook answers 503: hours of the largest accounts. */
const backlogLimit = 100_000;
/** SQLite keeps more than Redis, which keeps it in memory. */
const defaultRetention = {
  sqlite: { historyMs: 30 * 86_400_000, historyBytes: 5 * 1024 ** 3 },
  redis: { historyMs: 7 * 86_400_000, historyBytes: 512 * 1024 ** 2 },
} as const;
/** Senders replay for 30 days. */
const memoryMs = 35 * 86_400_000;
/** Together below the 10 s that a stop may take. */
const closeWithinMs = 3_000;
const drainWithinMs = 5_000;
const receiveTimeoutMs = 3_000;

export type ServiceOptions = {
  environment: Environment;
  config: Config;
  sources: ResolvedSource[];
  destinations: Destination[];
  preview: boolean;
  /** The SQLite file, where Redis is not used. */
  ledgerPath: string;
  log: Logger;
};

export type Service = {
  port: number;
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
  const { environment, log } = options;
  const opened: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const metrics = openMetrics();
    const plain = await openLedger({ ...ledgerSettings(environment, options.ledgerPath), serving: true });
    opened.push(() => plain.close());
    await checkPurpose(plain, options.preview ? 'preview' : 'live');
    const ledger = meteredLedger(plain, metrics);
    const sources = sourcesByName(options.sources);
    opened.push(...startPipeline({ ...options, sources }, ledger));
    const receive = meteredReceive(
      receiver({ sources, ledger, log, now: Date.now, timeoutMs: receiveTimeoutMs }),
      metrics,
    );
    const readiness = await readinessOf(options, ledger);
    const app = httpApp({ receive, readiness, metrics: metricsText(ledger, metrics), log });
    const { HOST: host, PORT: port } = environment;
    const http = await listen({ app, host, port, closeWithinMs });
    opened.push(() => http.close());
    return { port: http.port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
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

function sourcesByName(sources: ResolvedSource[]) {
  return new Map(
    sources.map(({ name, type, secrets, maxAgeMs, testFilter }) => {
      const sourceType = sourceTypes[type];
      const settings = { secrets, maxAgeMs: maxAgeMs ?? sourceType.defaultMaxAgeMs };
      return [name, { type: sourceType, settings, ...(testFilter ? { testFilter } : {}) }];
    }),
  );
}

type Started = Omit<ServiceOptions, 'sources'> & { sources: ReturnType<typeof sourcesByName> };

/** Starts the loops; returns what stops each, in the order they were started. */
function startPipeline(options: Started, ledger: Ledger): (() => Promise<void>)[] {
  const { config, log, environment, destinations, sources } = options;
  const byAddress = new Map(destinations.toReversed().map((each) => [each.address, each]));
  const standing: Standing = {
    rules: config.rules,
    places: placesOf(destinations, config),
    staleAfterMs: config.staleAfterMs,
  };
  const owner = () => (config.owner === undefined ? undefined : standing.places.get(config.owner));
  const shared = { ledger, log, newToken: randomUUID, chance: Math.random, owner, elapsedMs: () => performance.now() };
  const telling = notifier({ ...shared, destinations: () => byAddress }, () => loops.notify.wake());
  const base = defaultRetention[environment.REDIS_URL === undefined ? 'sqlite' : 'redis'];
  const retention = {
    historyMs: config.retention.ageMs ?? base.historyMs,
    historyBytes: config.retention.bytes ?? base.historyBytes,
    memoryMs,
  };
  const route = router({ ...shared, standing: () => standing, source: (name) => sources.get(name) });
  const loops: Record<'route' | 'notify' | 'watch', PollLoop> = {
    notify: pollLoop('notify', telling.turn, log),
    route: pollLoop('route', route, log),
    watch: pollLoop('watch', watcher({ ...shared, retention: () => retention }), log),
  };
  const deafen = ledger.onWork((work) => loops[work].wake());
  return [
    () => Promise.all(destinations.map((each) => each.close())).then(() => undefined),
    () => telling.drain(drainWithinMs),
    () => loops.notify.stop(),
    () => loops.route.stop(),
    () => loops.watch.stop(),
    async () => deafen(),
  ];
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

async function readinessOf(
  { config, destinations }: ServiceOptions,
  ledger: Ledger,
): Promise<() => Promise<Readiness>> {
  const engine = await ledger.warnings();
  const fromFile = config.warnings.map(({ path, message }) => `${path}: ${message}`);
  const known = new Set(destinations.map((each) => each.address));
  return async () => {
    try {
      const [owed, backlog] = await Promise.all([ledger.owedAddresses(), ledger.backlog()]);
      const unknown = owed
        .filter((address) => !known.has(address))
        .map((address) => `something is owed at ${address}, which no destination in the rules file has any more`);
      const { deadDeliveries, deadNotifications } = backlog;
      const dead =
        deadDeliveries + deadNotifications > 0
          ? [`dead letters: ${deadDeliveries} deliveries, ${deadNotifications} notifications`]
          : [];
      return { ready: true, warnings: [...engine, ...fromFile, ...unknown, ...dead] };
    } catch (error) {
      if (!(error instanceof LedgerUnavailable)) throw error;
      return { ready: false, warnings: [`the ledger does not answer: ${error.message}`, ...engine, ...fromFile] };
    }
  };
}
