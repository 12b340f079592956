import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { type RedisServer, startRedisServer } from '../redis-server.ts';
import { aDelivery, owe } from './ledger-contract-samples.ts';
import { openOn } from './redis-harness.ts';

async function replicaOf(master: RedisServer): Promise<RedisServer> {
  const replica = await startRedisServer([
    '--replicaof',
    '127.0.0.1',
    String(master.port),
    '--repl-diskless-sync-delay',
    '0',
  ]);
  const client = new Redis(master.port, '127.0.0.1');
  await expect.poll(() => client.info('replication'), { timeout: 20_000 }).toContain('state=online');
  await client.quit();
  return replica;
}

test('accepts only what as many replicas have as are wanted', async () => {
  const master = await startRedisServer(['--repl-diskless-sync-delay', '0']);
  const replica = await replicaOf(master);
  const ledger = await openOn(master.url, { waitReplicas: 1 });
  const delivery = aDelivery();

  expect(await ledger.accept(aDelivery())).toMatchObject({ status: 'accepted' });
  expect(await owe(ledger, 'k')).toBeDefined();
  replica.pause();
  await expect(ledger.accept(delivery)).rejects.toThrow(LedgerUnavailable);
  replica.resume();
  expect(await ledger.accept(delivery)).toMatchObject({ status: 'accepted' });

  await ledger.close();
  await Promise.all([master.stop(), replica.stop()]);
});
