import { afterAll, beforeAll } from 'vitest';
import { type RedisServer, startRedisServer } from '../redis-server.ts';
import { describeLedgerContract } from './ledger-contract.ts';
import { redisHarness } from './redis-harness.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

describeLedgerContract('Redis', () => redisHarness(server));
