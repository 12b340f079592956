import type { Ledger } from './ledger.ts';

export type LedgerSettings = {
  /** Redis when given, otherwise SQLite. */
  redisUrl: string | undefined;
  /** Replicas that must have a write before it is acknowledged (Redis). */
  redisWait: number;
  /** The SQLite file. */
  path: string;
  /** Unrouted deliveries beyond which no more are accepted. */
  backlogLimit: number;
  /** False for the command line, beside a running service. */
  serving: boolean;
};

/** Opens the ledger the settings name. Rejects with `LedgerUnavailable`, or because another process serves the file. */
export async function openLedger(settings: LedgerSettings): Promise<Ledger> {
  const { redisUrl, redisWait, path, backlogLimit, serving } = settings;
  if (redisUrl !== undefined) {
    const { openRedisLedger } = await import('./redis/open-redis-ledger.ts');
    return openRedisLedger({ url: redisUrl, clock: 'redis', backlogLimit, waitReplicas: redisWait, prefix: 'tocsin' });
  }
  const { openSqliteLedger } = await import('./sqlite/open-sqlite-ledger.ts');
  return openSqliteLedger({ path, clock: Date.now, backlogLimit, serving, busyTimeoutMs: serving ? 50 : 5_000 });
}
