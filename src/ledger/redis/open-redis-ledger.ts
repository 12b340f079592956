import { type Ledger, LedgerUnavailable } from '../ledger.ts';
import { acceptIn } from './accept.ts';
import { readRedisUrl } from './address.ts';
import { addressesIn, addressesMs } from './addresses.ts';
import { backlogIn } from './backlog.ts';
import { connect } from './client.ts';
import { deliveriesIn } from './deliveries.ts';
import { deliveryViews } from './delivery-views.ts';
import { incidentViews } from './incident-views.ts';
import { incidentsIn } from './incidents.ts';
import { notificationViews } from './notification-views.ts';
import { notificationsIn } from './notifications.ts';
import { redeliverIn } from './redeliver.ts';
import { replayIn } from './replay.ts';
import { silencesIn, silencesOverMs } from './silences.ts';
import { readMs, type Store, storeOn } from './store.ts';
import { redisWarnings } from './warnings.ts';
import { hearWork } from './work.ts';
import { workersIn } from './workers.ts';

export type RedisLedgerOptions = {
  /**
   * `redis://[user:password@]host:6379[/db]`, `redis+sentinel://host1:26379,host2:26379/master-name[/db]` or
   * `redis+cluster://host1:6379,host2:6379`; `rediss` instead of `redis` for TLS.
   */
  url: string;
  /** Whose clock makes the moments: Redis's own; tests bring one. */
  clock: 'redis' | (() => number);
  /** As many unrouted deliveries are kept; more are `full`. */
  backlogLimit: number;
  /** As many replicas have a delivery before it counts as accepted. */
  waitReplicas: number;
  /** What the names of all keys begin with, in braces: several ledgers may live in one Redis. */
  prefix: string;
};

/** A ledger on Redis, for any number of processes. `LedgerUnavailable` when Redis is not there within a few seconds. */
export async function openRedisLedger(options: RedisLedgerOptions): Promise<Ledger> {
  const address = readRedisUrl(options.url);
  if (!address) throw new LedgerUnavailable('the URL of Redis cannot be read');
  const store = storeOn(await connect(address), options);
  const { client } = store;
  const work = await hearWork(address, store.channel).catch((error) => {
    client.disconnect();
    throw error;
  });

  const { revive, reroute, reviveAt } = redeliverIn(store);

  return {
    accept: acceptIn(store, options.backlogLimit),
    ...deliveriesIn(store),
    ...incidentsIn(store),
    ...notificationsIn(store),
    revive,
    reroute,
    ...silencesIn(store),
    ...workersIn(store),
    ...addressesIn(store, reviveAt),
    ...deliveryViews(store),
    ...replayIn(store),
    ...incidentViews(store),
    ...notificationViews(store),
    backlog: backlogIn(store),
    purpose: purposeIn(store),
    now: nowIn(store),
    prune: pruneIn(store),
    warnings: () => store.read(() => redisWarnings(client, options.waitReplicas)),
    onWork: work.onWork,
    async close() {
      work.close();
      await client.quit().catch(() => client.disconnect());
    },
  };
}

function purposeIn(store: Store): Ledger['purpose'] {
  const purpose = store.script('purpose');
  return async (mine) => ((await purpose([mine], { withinMs: readMs })) === 'preview' ? 'preview' : 'live');
}

function nowIn(store: Store): Ledger['now'] {
  const now = store.script('now');
  return async () => Number(await now([], { withinMs: readMs }));
}

function pruneIn(store: Store): Ledger['prune'] {
  const prune = store.script('prune');
  return async ({ historyMs, historyBytes, memoryMs }, limit) => {
    const args = [historyMs, historyBytes, memoryMs, silencesOverMs, addressesMs, limit];
    return Number(await prune(args, { withinMs: readMs }));
  };
}
