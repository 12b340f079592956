import { randomUUID } from 'node:crypto';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openRedisLedger, type RedisLedgerOptions } from '../../src/ledger/redis/open-redis-ledger.ts';
import type { RedisServer } from '../redis-server.ts';
import type { LedgerHarness } from './ledger-contract.ts';

/** A store of its own in this Redis, on a clock that stands still until it is moved. */
export async function redisHarness(server: RedisServer, url = server.url): Promise<LedgerHarness> {
  const prefix = randomUUID();
  const openings: Ledger[] = [];
  let now = Date.now();
  return {
    async open(options) {
      const ledger = await openOn(url, { prefix, clock: () => now, ...options });
      openings.push(ledger);
      return ledger;
    },
    advance(ms) {
      now += ms;
    },
    async stall() {
      server.pause();
      return async () => server.resume();
    },
    async close() {
      await Promise.all(openings.map((ledger) => ledger.close()));
    },
  };
}

export function openOn(url: string, over: Partial<RedisLedgerOptions> = {}): Promise<Ledger> {
  return openRedisLedger({ url, clock: 'redis', backlogLimit: 10_000, waitReplicas: 0, prefix: randomUUID(), ...over });
}
