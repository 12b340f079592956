import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type RedisServer, startRedisServer } from '../redis-server.ts';
import { openOn } from './redis-harness.ts';

let server: RedisServer;
let admin: Redis;

beforeAll(async () => {
  server = await startRedisServer(['--appendfsync', 'always']);
  admin = new Redis(server.port, '127.0.0.1');
});
afterEach(async () => {
  await admin.config('SET', 'appendonly', 'yes', 'appendfsync', 'always', 'maxmemory-policy', 'noeviction');
});
afterAll(async () => {
  await admin.quit();
  await server.stop();
});

async function warningsOf(url = server.url): Promise<string[]> {
  const ledger = await openOn(url);
  const warnings = await ledger.warnings();
  await ledger.close();
  return warnings;
}

test('a Redis that writes before it answers needs no warning', async () => {
  expect(await warningsOf()).toEqual([]);
});

test.for([
  ['appendfsync', 'everysec', /appendfsync everysec.*last second or two/],
  ['appendfsync', 'no', /appendfsync no.*half minute/],
  ['appendonly', 'no', /appendonly no.*snapshot/],
  ['maxmemory-policy', 'allkeys-lru', /maxmemory-policy allkeys-lru.*lost/],
] as const)('%s %s is warned of', async ([name, value, words]) => {
  await admin.config('SET', name, value);

  expect(await warningsOf()).toEqual([expect.stringMatching(words)]);
});

test('evicting only what expires is not warned of', async () => {
  await admin.config('SET', 'maxmemory-policy', 'volatile-lru');

  expect(await warningsOf()).toEqual([]);
});

test('what may not be asked cannot be known, and that is said', async () => {
  await admin.acl('SETUSER', 'limited', 'on', '>pass', '~*', '&*', '+@all', '-config');
  expect(await warningsOf(`redis://limited:pass@127.0.0.1:${server.port}`)).toEqual([
    expect.stringMatching(/appendfsync.*cannot be known/),
  ]);

  await admin.acl('SETUSER', 'limited', '-info');
  expect(await warningsOf(`redis://limited:pass@127.0.0.1:${server.port}`)).toEqual([
    expect.stringMatching(/version/),
    expect.stringMatching(/appendonly/),
    expect.stringMatching(/maxmemory-policy/),
  ]);
});
