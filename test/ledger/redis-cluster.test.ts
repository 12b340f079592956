import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { type RedisServer, startRedisServer } from '../redis-server.ts';
import { describeLedgerContract } from './ledger-contract.ts';
import { redisHarness } from './redis-harness.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer(['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1']);
  await formCluster(server.port);
});
afterAll(() => server.stop());

/** A Cluster refuses a script whose keys are not all in one slot, also when one node has all slots. */
describeLedgerContract('a Redis Cluster', () => redisHarness(server, `redis+cluster://127.0.0.1:${server.port}`));

async function formCluster(port: number): Promise<void> {
  const node = new Redis(port, '127.0.0.1');
  await node.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
  while (!String(await node.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) await delay(20);
  await node.quit();
}
