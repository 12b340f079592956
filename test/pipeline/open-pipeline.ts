import { createHash, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { traitsByType } from '../../src/compose.ts';
import { parseRules } from '../../src/config/load-rules.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import type { Feeding } from '../../src/domain/incident/orphans.ts';
import type { Place } from '../../src/domain/routing.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { answeringBack } from '../../src/pipeline/answering-back.ts';
import type { Notifier } from '../../src/pipeline/notify.ts';
import { notifier } from '../../src/pipeline/notify.ts';
import { router } from '../../src/pipeline/route.ts';
import { rememberUnheard } from '../../src/pipeline/unheard.ts';
import { watcher } from '../../src/pipeline/watch.ts';
import { inboxCheck } from '../../src/sources/inbox-check.ts';
import { pagerDuty } from '../../src/sources/pagerduty.ts';
import { reachscore } from '../../src/sources/reachscore.ts';
import type { AskAlerts, SourceType } from '../../src/sources/source.ts';
import type { Store } from './open-store.ts';
import { openStore } from './open-store.ts';

export const rateLow = {
  id: 'inbox-rate-low',
  on: ['test.completed'],
  when: { inboxRate: { $lt: 0.8 } },
  clear: { inboxRate: { $gte: 0.85 } },
  severity: 'error',
  key: 'placement:{{ domain }}',
  to: ['chat'],
};
export const key = 'placement:news.example.com';

export type PipelineSettings = {
  store?: Store;
  rules?: object[];
  destinations?: Destination[];
  owner?: string;
  /** By the name of one that may not be told, who is told instead. */
  fallbacks?: Record<string, string>;
  /** What all the processes go by. */
  feeding?: Feeding[];
  /** Breaks or delays some of the ledger. */
  over?: (ledger: Ledger) => Partial<Ledger>;
  sources?: Record<string, SourceType>;
  /** Asks for the alerts of a page. */
  ask?: AskAlerts;
  chance?: number;
  elapsedMs?: () => number;
};

/** What a delivery of a placement test says; the newest is the latest heard. */
export type Heard = { id?: string; domain?: string; inboxRate?: number; atMs?: number; source?: string };

/** The steps of one process, each taken when the test says so. */
export type Pipeline = {
  ledger: Ledger;
  store: Store;
  lines: Record<string, unknown>[];
  notifier: Notifier;
  /** Accepts a placement test that went badly, unless told otherwise; its id. */
  hear(heard?: Heard): Promise<string>;
  /** Accepts any event of a sender. */
  hearEvent(type: SourceType, eventType: string, changes?: { id?: string; data?: object }): Promise<string>;
  /** Accepts a webhook of PagerDuty. */
  hearPager(body: { event: { id: string; event_type: string } }): Promise<string>;
  /** Routes until nothing is due. */
  route(): Promise<void>;
  /** Tells until nothing is due and nothing in flight. */
  tell(): Promise<void>;
  /** One look at the clock. */
  watch(): Promise<number>;
  /** What could not be known, and nobody was told. */
  unheard(): string[];
};

export async function openPipeline(settings: PipelineSettings = {}): Promise<Pipeline> {
  const store = settings.store ?? (await openStore('SQLite'));
  const plain = await store.open();
  const inFlight = counted();
  const ledger: Ledger = { ...plain, ...settings.over?.(plain) };
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const parts = {
    ledger,
    log,
    newToken: randomUUID,
    chance: () => settings.chance ?? 1,
    elapsedMs: settings.elapsedMs ?? store.now,
    ...standingOf(settings),
  };
  let claims = 0;
  const claiming: Ledger = {
    ...ledger,
    async claimDeliveries(claim) {
      const claimed = await ledger.claimDeliveries(claim);
      claims += claimed.deliveries.length;
      return claimed;
    },
    async claimNotifications(claim) {
      const claimed = await ledger.claimNotifications(claim);
      claims += claimed.notifications.length;
      inFlight.add(claimed.notifications.length);
      return claimed;
    },
  };
  const telling = notifier({ ...parts, ledger: claiming }, () => inFlight.add(-1));
  const unheard = rememberUnheard(parts.elapsedMs);
  const answerer = { type: pagerDuty, ...(settings.ask ? { ask: settings.ask } : {}) };
  const answering = (name: string) => (name === 'pagerduty' ? answerer : undefined);
  const answers = answeringBack({ ...parts, answering });
  const routeAll = router({ ...parts, unheard, ledger: claiming, answers });
  async function route(): Promise<void> {
    await routeAll();
    await answers.settled();
  }
  async function untilNothingIsClaimed(turn: () => Promise<unknown>): Promise<void> {
    let before: number;
    do {
      before = claims;
      await turn();
    } while (claims > before);
  }
  const retention = { historyMs: 1e12, historyBytes: 1e12, memoryMs: 1e12 };
  const watch = watcher({ ...parts, retention: () => retention });
  async function keep(source: string, body: Buffer, { id, type }: { id: string; type: string }): Promise<string> {
    const digest = createHash('sha256').update(body).digest('hex');
    await plain.accept({ source, id, type, body, digest, token: randomUUID() });
    return id;
  }
  return {
    ledger: plain,
    store,
    lines,
    notifier: telling,
    hear: (heard = {}) => keep(heard.source ?? 'inbox-check', ...placementTest({ atMs: store.now(), ...heard })),
    hearEvent(type, eventType, { id = randomUUID(), data = {} } = {}) {
      const body = type.fixture(eventType, { id, atMs: store.now() }) ?? {};
      const changed = { ...body, data: { ...(body.data as object), ...data } };
      return keep(type.type, Buffer.from(JSON.stringify(changed)), { id, type: eventType });
    },
    hearPager: (body) =>
      keep('pagerduty', Buffer.from(JSON.stringify(body)), { id: body.event.id, type: body.event.event_type }),
    route: () => untilNothingIsClaimed(route),
    async tell() {
      await inFlight.none();
      await untilNothingIsClaimed(async () => {
        await telling.turn();
        await inFlight.none();
      });
    },
    watch,
    unheard: unheard.warnings,
  };
}

function standingOf(settings: PipelineSettings) {
  const { rules = [rateLow], destinations = [], owner, fallbacks = {}, sources, feeding = [] } = settings;
  const labels = destinations.map(({ name }) => [name, { type: 'preview' }]);
  const secrets = [{ env: 'SECRET' }];
  const loaded = parseRules(
    JSON.stringify({
      sources: {
        'inbox-check': { type: 'inbox-check', secrets },
        reachscore: { type: 'reachscore', secrets },
      },
      destinations: { chat: { type: 'preview' }, ...Object.fromEntries(labels) },
      rules,
    }),
    traitsByType,
  );
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const places = new Map<string, Place>(
    destinations.map(({ name, address, ways }) => [name, { address, destination: name, pages: ways.folds }]),
  );
  if (!places.has('chat')) places.set('chat', { address: 'made:chat', destination: 'chat', pages: false });
  const byAddress = new Map(destinations.map((each) => [each.address, each]));
  const known = new Map(Object.entries<SourceType>(sources ?? { 'inbox-check': inboxCheck, reachscore }));
  const told = owner === undefined ? undefined : places.get(owner);
  const standing = { rules: loaded.config.rules, places, ...(told ? { owner: told } : {}), staleAfterMs: 86_400_000 };
  return {
    standing: () => standing,
    source: (name: string) => {
      const type = known.get(name);
      return type && { type };
    },
    destinations: () => byAddress,
    feeding: async () => feeding,
    owner: () => told,
    fallback(address: string) {
      const name = [...places.values()].find((each) => each.address === address)?.destination ?? '';
      return places.get(fallbacks[name] ?? '');
    },
    onUntellable: () => {},
  };
}

function placementTest(made: Heard & { atMs: number }): [Buffer, { id: string; type: string }] {
  const { id = randomUUID(), domain = 'news.example.com', inboxRate = 0.5, atMs } = made;
  const body = inboxCheck.fixture('test.completed', { id, atMs }) as { data: Record<string, object> };
  const data = { ...body.data, senderDomain: domain, summary: { ...body.data.summary, inboxRate } };
  return [Buffer.from(JSON.stringify({ ...body, data })), { id, type: 'test.completed' }];
}

/** How many are in flight, and a signal when none is. */
function counted() {
  let count = 0;
  let none = Promise.withResolvers<void>();
  return {
    add(more: number) {
      count += more;
      if (count > 0) return;
      none.resolve();
      none = Promise.withResolvers<void>();
    },
    none: () => (count === 0 ? Promise.resolve() : none.promise),
  };
}
