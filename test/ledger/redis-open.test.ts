import { once } from 'node:events';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { readRedisUrl } from '../../src/ledger/redis/address.ts';
import { startRedisServer } from '../redis-server.ts';
import { openOn } from './redis-harness.ts';

describe('the URL of Redis', () => {
  const plain = { kind: 'server', tls: false, username: undefined, password: undefined, db: 0, master: '' };
  const localhost = [{ host: 'localhost', port: 6379 }];

  test.for([
    ['redis://localhost', { ...plain, hosts: localhost }],
    ['rediss://localhost:6380/2', { ...plain, hosts: [{ host: 'localhost', port: 6380 }], tls: true, db: 2 }],
    ['redis://:s%40cret@localhost', { ...plain, hosts: localhost, password: 's@cret' }],
    [
      'redis://me:100%@[::1]:7000',
      { ...plain, hosts: [{ host: '::1', port: 7000 }], username: 'me', password: '100%' },
    ],
    [
      'redis+sentinel://a,b:5000/mymaster/1',
      {
        ...{ ...plain, kind: 'sentinel', master: 'mymaster', db: 1 },
        hosts: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 5000 },
        ],
      },
    ],
    [
      'rediss+cluster://a:1,b:2',
      {
        ...{ ...plain, kind: 'cluster', tls: true },
        hosts: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
      },
    ],
  ] as const)('%s is read', ([url, address]) => {
    expect(readRedisUrl(url)).toEqual(address);
  });

  test.for([
    'http://localhost',
    'localhost:6379',
    'redis://',
    'redis://a:1,b:2',
    'redis+sentinel://a:1',
    'redis://localhost/x',
    'redis+raft://a',
  ])('%s is none', (url) => {
    expect(readRedisUrl(url)).toBeUndefined();
  });
});

describe('opening', () => {
  test('gives up after a few seconds and names the host, not the password', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;

    const error = await openOn(`redis://user:hush@127.0.0.1:${port}`).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(LedgerUnavailable);
    expect(String(error)).toContain(`127.0.0.1:${port}`);
    expect(JSON.stringify([error, String(error)])).not.toContain('hush');
  });

  test('says that the password is wrong without saying it', async () => {
    const server = await startRedisServer(['--requirepass', 'right']);
    onTestFinished(() => server.stop());

    const error = await openOn(`redis://:hush@127.0.0.1:${server.port}`).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(LedgerUnavailable);
    expect(String(error)).toMatch(/password|WRONGPASS/);
    expect(String(error)).not.toContain('hush');
  });

  test('finds the master that Sentinels know', async () => {
    const master = await startRedisServer();
    onTestFinished(() => master.stop());
    const sentinel = await startRedisServer(['--sentinel', '--appendonly', 'no']);
    onTestFinished(() => sentinel.stop());
    const client = new Redis(sentinel.port, '127.0.0.1');
    await client.call('SENTINEL', 'MONITOR', 'mymaster', '127.0.0.1', master.port, 1);
    client.disconnect();

    const ledger = await openOn(`redis+sentinel://127.0.0.1:${sentinel.port}/mymaster`);
    onTestFinished(() => ledger.close());

    expect(await ledger.backlog()).toMatchObject({ unrouted: 0 });
  });
});
