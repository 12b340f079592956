import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openRedisLedger } from '../../src/ledger/redis/open-redis-ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open-sqlite-ledger.ts';
import type { RedisServer } from '../redis-server.ts';
import { startRedisServer } from '../redis-server.ts';

export const engines = ['SQLite', 'Redis'] as const;
export type Engine = (typeof engines)[number];

/** An empty store on a clock that stands still until it is moved; gone with the test. */
export type Store = {
  /** Called twice it gives two openings, as two processes have. */
  open(): Promise<Ledger>;
  now(): number;
  advance(ms: number): void;
};

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

export async function openStore(engine: Engine): Promise<Store> {
  const { close, ...store } = await openOwnStore(engine);
  onTestFinished(close);
  return store;
}

/** One that its opener closes: a test that needs hundreds of them cannot keep them all, nor wait for the disk each time. */
export async function openOwnStore(engine: Engine, folder = tmpdir()): Promise<Store & { close(): Promise<void> }> {
  let now = Date.parse('2026-03-02T08:00:00Z');
  const clock = () => now;
  const { openEngine, remove } = engine === 'SQLite' ? await sqliteFile(clock, folder) : await redisPrefix(clock);
  const opened: Ledger[] = [];
  return {
    now: clock,
    advance(ms) {
      now += ms;
    },
    async open() {
      const ledger = await openEngine();
      opened.push(ledger);
      return ledger;
    },
    async close() {
      await Promise.all(opened.map((ledger) => ledger.close()));
      await remove();
    },
  };
}

type Opener = { openEngine: () => Promise<Ledger>; remove: () => Promise<void> };

async function sqliteFile(clock: () => number, under: string): Promise<Opener> {
  const folder = await mkdtemp(join(under, 'tocsin-pipeline-'));
  const options = { path: join(folder, 'ledger.db'), clock, backlogLimit: 1_000, serving: false, busyTimeoutMs: 1_000 };
  return { openEngine: async () => openSqliteLedger(options), remove: () => rm(folder, { recursive: true }) };
}

/** One server for all tests of a file. */
let redis: Promise<RedisServer> | undefined;
afterAll(async () => (await redis)?.stop());

async function redisPrefix(clock: () => number): Promise<Opener> {
  redis ??= startRedisServer();
  const { url } = await redis;
  const options = { url, clock, backlogLimit: 1_000, waitReplicas: 0, prefix: randomUUID() };
  return { openEngine: () => openRedisLedger(options), remove: async () => {} };
}
