import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { LedgerUnavailable } from '../ledger.ts';
import { hostsOf, type RedisAddress } from './address.ts';
import { wordsOf } from './until-answered.ts';

export type Client = Redis | Cluster;

/** How long Redis may take to be there when the process starts. */
const firstAnswerMs = 5_000;

/**
 * Nothing is retried, queued or sent again behind our back, and nothing waits for ever: every call is repeated with
 * its token by who made it (https://github.com/redis/ioredis#auto-reconnect).
 */
const noSurprises = {
  commandTimeout: 1_000,
  connectTimeout: 1_000,
  /** A connection on which nothing comes back is dead, whatever TCP believes. */
  socketTimeout: 5_000,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  lazyConnect: true,
  connectionName: 'tocsin',
  /** A master that became a replica: look for the new one. */
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
} satisfies RedisOptions;

const retryStrategy = (times: number) => Math.min(50 * 2 ** Math.min(times, 10), 1_000);

/** A client that has answered once; `LedgerUnavailable` when Redis is not there after a few seconds. */
export async function connect(address: RedisAddress): Promise<Client> {
  const client = newClient(address);
  let trouble = 'no answer';
  const ready = Promise.withResolvers<boolean>();
  client.once('ready', () => ready.resolve(true));
  client.on('error', (error: Error) => {
    trouble = wordsOf(error);
    if (/^(WRONGPASS|NOAUTH|NOPERM)/.test(trouble)) ready.resolve(false);
  });
  const timer = setTimeout(() => ready.resolve(false), firstAnswerMs);
  // `connect` gives up at the first failure, but the client itself goes on trying.
  client.connect().catch(() => undefined);
  const isReady = await ready.promise;
  clearTimeout(timer);
  if (isReady) return client;
  client.disconnect();
  throw new LedgerUnavailable(`Redis at ${hostsOf(address)} cannot be used: ${trouble}`);
}

function newClient({ kind, hosts, tls, username, password, db, master }: RedisAddress): Client {
  const options = {
    ...noSurprises,
    ...(username && { username }),
    ...(password && { password }),
    ...(tls && { tls: {} }),
  };
  if (kind === 'cluster') {
    return new Cluster(hosts, { enableOfflineQueue: false, lazyConnect: true, redisOptions: options });
  }
  const standalone = { ...options, db, retryStrategy, enableOfflineQueue: false };
  if (kind === 'server') return new Redis({ ...standalone, ...hosts[0] });
  return new Redis({
    ...standalone,
    sentinels: hosts,
    name: master,
    enableTLSForSentinelMode: tls,
    ...(tls && { sentinelTLS: {} }),
  });
}
