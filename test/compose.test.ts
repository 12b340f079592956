import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startService } from '../src/compose.ts';
import { readEnvironment } from '../src/config/environment.ts';
import type { ResolvedRules } from '../src/config/read-rules.ts';
import type { Destination } from '../src/destinations/destination.ts';
import { openSqliteLedger } from '../src/ledger/sqlite/open-sqlite-ledger.ts';
import { openLog } from '../src/runtime/log.ts';
import { configOf, rulesFile } from './config/made-rules.ts';
import { placementTest, post } from './e2e/sender.ts';
import { madeDestination } from './pipeline/made-destination.ts';
import { startRedisServer } from './redis-server.ts';

const secret = 'whsec_compose';

async function ledgerFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-compose-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'tocsin.db');
}

/** The parts of a service that hears Inbox Check and tells the given destinations. */
function parts(ledgerPath: string, destinations: Destination[], port = 0) {
  const read = readEnvironment({ PORT: String(port), HOST: '127.0.0.1' });
  if (!read.ok) throw new Error('the environment is wrong');
  const spare = { chat: { type: 'preview' }, spare: { type: 'preview' } };
  const rules: ResolvedRules = {
    file: 'the file',
    mark: 'the file and its secrets',
    config: configOf(rulesFile({ destinations: spare })),
    sources: [{ name: 'inbox-check', type: 'inbox-check', secrets: [secret], maxAgeMs: undefined }],
    destinations: [],
  };
  return {
    environment: read.environment,
    preview: false,
    rules,
    read: async () => ({ ok: true as const, files: [], rules }),
    openings: () => destinations.map((each, i) => ({ settings: `${i}`, open: () => each })),
    ledgerPath,
    log: openLog('silent', { write: () => undefined }),
  };
}

async function started(ledgerPath: string, destinations: Destination[]) {
  const service = await startService(parts(ledgerPath, destinations));
  onTestFinished(() => service.stop());
  const get = async (path: string) => fetch(`http://127.0.0.1:${service.port}${path}`);
  async function send(inboxRate: number): Promise<number> {
    const id = randomUUID();
    const body = placementTest({ id, domain: 'news.example.com', inboxRate, atMs: Date.now() });
    return (await post(service.port, body, { secret, id })).status;
  }
  return { ...service, get, send };
}

describe('a service', () => {
  test('routes and tells what it accepted, and counts it', async () => {
    const chat = madeDestination();
    const { get, send } = await started(await ledgerFile(), [chat]);
    expect(await send(0.5)).toBe(200);
    await expect.poll(() => chat.standing.length).toBe(1);
    await expect.poll(async () => (await get('/metrics')).text()).toContain('next="settled"} 1');
    const text = await (await get('/metrics')).text();
    expect(text).toContain('tocsin_deliveries_received_total{source="inbox-check",answer="accepted"} 1');
    expect(text).toContain('tocsin_ledger_up 1');
  });

  test('on a Redis that may lose something says so in the log and on /readyz', async () => {
    const redis = await startRedisServer(['--appendfsync', 'everysec']);
    onTestFinished(() => redis.stop());
    const lines: Record<string, unknown>[] = [];
    const log = openLog('info', { write: (line: string) => void lines.push(JSON.parse(line)) });
    const made = parts('', [madeDestination()]);
    const service = await startService({ ...made, environment: { ...made.environment, REDIS_URL: redis.url }, log });
    onTestFinished(() => service.stop());
    const warning = expect.stringContaining('appendfsync everysec');
    const ready = await fetch(`http://127.0.0.1:${service.port}/readyz`);
    expect(await ready.json()).toMatchObject({ warnings: expect.arrayContaining([warning]) });
    const said = lines.filter(({ msg }) => msg === 'ledger.may-lose');
    expect(said).toEqual([expect.objectContaining({ level: 40, warning })]);
  });

  test('stops all the same where a destination does not close, and leaves its ledger to the next', async () => {
    const path = await ledgerFile();
    const broken = { ...madeDestination(), close: () => Promise.reject(new Error('it does not close')) };
    const service = await startService(parts(path, [broken]));
    await service.stop();
    const { get } = await started(path, [madeDestination()]);
    expect((await get('/readyz')).status).toBe(200);
  });

  test('is ready, and lists what the rules file warns of', async () => {
    const { get } = await started(await ledgerFile(), [madeDestination()]);
    const ready = await get('/readyz');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({
      status: 'ready',
      warnings: [expect.stringMatching(/^destinations\.spare.*: no rule sends to this destination$/)],
    });
  });

  test('makes a dead letter of what is owed where the rules file has no destination any more, and warns', async () => {
    const path = await ledgerFile();
    const gone = madeDestination();
    gone.answerNext(...Array.from({ length: 99 }, () => ({ kind: 'retry', reason: 'down' }) as const));
    const before = await started(path, [gone]);
    await before.send(0.5);
    await expect.poll(() => gone.calls.length).toBeGreaterThan(0);
    await before.stop();
    const { get } = await started(path, [madeDestination({ name: 'other' })]);
    await expect
      .poll(async () => (await get('/readyz')).json(), { timeout: 10_000 })
      .toMatchObject({ warnings: expect.arrayContaining(['dead letters: 0 deliveries, 1 notification']) });
  });

  test('is not ready while another process keeps its ledger from being written, and by itself again after', async () => {
    const path = await ledgerFile();
    const { get, send } = await started(path, [madeDestination()]);
    const other = new DatabaseSync(path);
    onTestFinished(() => other.close());
    other.exec('BEGIN IMMEDIATE');
    expect(await send(0.5)).toBe(503);
    const locked = await get('/readyz');
    expect(locked.status).toBe(503);
    expect(await locked.json()).toMatchObject({
      warnings: [expect.stringMatching(/cannot be written.*locked/), expect.anything()],
    });
    other.exec('ROLLBACK');
    await expect.poll(async () => (await get('/readyz')).status, { timeout: 10_000 }).toBe(200);
    expect(await send(0.5)).toBe(200);
  });

  test('ends what it opened at the address it opened it at, though its label leads elsewhere now', async () => {
    const path = await ledgerFile();
    const old = { ...madeDestination(), address: 'made:old' };
    const before = await started(path, [old]);
    await before.send(0.5);
    await expect.poll(() => old.standing).toMatchObject([{ state: 'open' }]);
    await before.stop();
    const now = { ...madeDestination(), address: 'made:new' };
    const { port } = await started(path, [now, old]);
    const body = placementTest({ id: 'dlv_end', domain: 'news.example.com', inboxRate: 0.95, atMs: Date.now() });
    await post(port, body, { secret, id: 'dlv_end' });
    await expect.poll(() => old.standing).toMatchObject([{ state: 'resolved' }]);
    expect(now.calls).toEqual([]);
  });

  test('tells an address that has two labels by the first of them', async () => {
    const chat = madeDestination();
    const same = { ...madeDestination({ name: 'same' }), address: chat.address };
    const { send } = await started(await ledgerFile(), [chat, same]);
    await send(0.5);
    await expect.poll(() => chat.standing.length).toBe(1);
    expect(same.calls).toEqual([]);
  });

  test('that is stopped lets go of its ledger, and what is in flight is finished first', async () => {
    const path = await ledgerFile();
    const made = madeDestination();
    const chat = { ...made, close: async () => expect(made.standing).toHaveLength(1) };
    const held = chat.holdNext();
    const { send, stop } = await started(path, [chat]);
    await send(0.5);
    await held.begun;
    setTimeout(held.arrive, 100);
    await stop();
    const beside = openSqliteLedger({ path, clock: Date.now, backlogLimit: 1, serving: false, busyTimeoutMs: 1_000 });
    expect((await beside.findIncident('inbox-check:r:news.example.com'))?.notifications).toMatchObject([
      { state: 'settled', attempts: [{ result: 'told' }] },
    ]);
    await beside.close();
    const again = await started(path, [chat]);
    await again.send(0.9);
    await expect.poll(() => chat.standing).toMatchObject([{ state: 'resolved', told: 2 }]);
  });

  test('that cannot listen closes what it had opened', async () => {
    const path = await ledgerFile();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    let closed = 0;
    const chat = {
      ...madeDestination(),
      close: async () => {
        closed += 1;
      },
    };
    await expect(startService(parts(path, [chat], port))).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(closed).toBe(1);
    await started(path, [chat]);
  });
});
