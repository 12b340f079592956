import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedgerBeside } from '../src/compose.ts';
import { readEnvironment } from '../src/config/environment.ts';
import type { Ledger } from '../src/ledger/ledger.ts';
import { startRedisServer } from '../test/redis-server.ts';
import type { Started } from './processes.ts';
import { load, start } from './processes.ts';

export const secret = 'whsec_bench';

export type Setting = {
  service: Started;
  sink: Started;
  /** From the start of the process until it said that it serves. */
  startedInMs: number;
  ledger: Ledger;
  end: () => Promise<void>;
};

/** tocsin on an engine, before a sink, on an empty ledger. */
export async function openSetting(engine: 'sqlite' | 'redis'): Promise<Setting> {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-bench-'));
  const redis = engine === 'redis' ? await startRedisServer(['--appendfsync', 'everysec']) : undefined;
  const sink = await start('bench/sink.ts', [], {});
  const rules = join(dir, 'rules.json');
  await writeFile(rules, JSON.stringify(rulesFile));
  const env = {
    TOCSIN_RULES: rules,
    TOCSIN_DATA: join(dir, 'tocsin.db'),
    ...(redis ? { REDIS_URL: redis.url } : {}),
    IC_WEBHOOK_SECRET: secret,
    WEBHOOK_URL: `http://127.0.0.1:${sink.port}/`,
  };
  const spawnedAt = performance.now();
  const service = await start('src/main.ts', ['serve'], env);
  const servingAt = performance.now();
  const read = readEnvironment(env);
  if (!read.ok) throw new Error('the environment is wrong');
  const ledger = await openLedgerBeside(read.environment, env.TOCSIN_DATA);
  return {
    service,
    sink,
    startedInMs: servingAt - spawnedAt,
    ledger,
    async end() {
      await ledger.close();
      await service.end();
      await sink.end();
      await redis?.stop();
      await rm(dir, { recursive: true });
    },
  };
}

/** From the start of the process until its hook has answered 200, in milliseconds. */
export async function coldStart(engine: 'sqlite' | 'redis'): Promise<number> {
  const setting = await openSetting(engine);
  const answered = await load({ port: setting.service.port, secret, count: 1, connections: 1, oneIn: 1, run: 'cold' });
  await setting.end();
  if (answered.accepted !== 1) throw new Error('not accepted');
  return setting.startedInMs + (answered.latencies[0] ?? 0);
}

/** Every bad test opens an incident of its own and tells the sink. */
const rulesFile = {
  sources: { 'inbox-check': { type: 'inbox-check', secrets: [{ env: 'IC_WEBHOOK_SECRET' }] } },
  destinations: { sink: { type: 'slack-webhook', url: { env: 'WEBHOOK_URL' }, pace: 'none' } },
  rules: [
    {
      id: 'inbox-rate-low',
      on: ['test.completed'],
      when: { inboxRate: { $lt: 0.8 } },
      key: 'placement:{{ domain }}',
      to: ['sink'],
    },
  ],
};
