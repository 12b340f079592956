import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { startRedisServer } from '../redis-server.ts';
import { aDelivery, owe } from './ledger-contract-samples.ts';
import { openOn } from './redis-harness.ts';

async function startServer(settings: string[] = []) {
  const server = await startRedisServer(['--repl-diskless-sync-delay', '0', ...settings]);
  onTestFinished(() => server.stop());
  return server;
}

async function startMasterAndReplica() {
  const master = await startServer();
  const replica = await startServer(['--replicaof', '127.0.0.1', String(master.port)]);
  const client = new Redis(master.port, '127.0.0.1');
  await expect.poll(() => client.info('replication'), { timeout: 20_000 }).toContain('state=online');
  await client.quit();
  return { master, replica };
}

test('accepts only what as many replicas have as are wanted', async () => {
  const { master, replica } = await startMasterAndReplica();
  const ledger = await openOn(master.url, { waitReplicas: 1 });
  onTestFinished(() => ledger.close());
  const delivery = aDelivery();

  expect(await ledger.accept(aDelivery())).toMatchObject({ status: 'accepted' });
  await owe(ledger, 'k');
  replica.pause();
  await expect(ledger.accept(delivery)).rejects.toThrow(LedgerUnavailable);
  await expect(ledger.accept(aDelivery({ id: delivery.id }))).rejects.toThrow(LedgerUnavailable);
  replica.resume();
  expect(await ledger.accept(delivery)).toMatchObject({ status: 'accepted' });
});

test('a repeated call whose connection made no write waits for the replicas all the same', async () => {
  const { master, replica } = await startMasterAndReplica();
  const delivery = aDelivery();
  const prefix = 'shared';
  const unsure = await openOn(master.url, { prefix });
  const sure = await openOn(master.url, { prefix, waitReplicas: 1 });
  onTestFinished(async () => void (await Promise.all([unsure.close(), sure.close()])));

  replica.pause();
  await unsure.accept(delivery);

  await expect(sure.accept(delivery)).rejects.toThrow(LedgerUnavailable);
});

test('replicas that nobody waits for are warned of', async () => {
  const { master } = await startMasterAndReplica();
  const ledger = await openOn(master.url);
  onTestFinished(() => ledger.close());

  expect(await ledger.warnings()).toContainEqual(expect.stringContaining('failover'));
});
