import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { openRedisLedger } from '../src/ledger/redis/open-redis-ledger.ts';
import { environmentOf, image, inForce } from './dockerfile.ts';
import { startRedisServer } from './redis-server.ts';

type Service = {
  build?: string;
  profiles: string[];
  ports?: string[];
  environment?: Record<string, string>;
  command?: string[];
  volumes: (string | { target: string })[];
  depends_on?: Record<string, unknown>;
  stop_grace_period?: string;
};

describe('compose.yaml', () => {
  const file = parse(readFileSync(join(import.meta.dirname, '..', 'compose.yaml'), 'utf8'), { merge: true });
  const services: Record<string, Service> = file.services;
  const named = (name: string) => {
    const service = services[name];
    if (!service) throw new Error(`there is no service ${name}`);
    return service;
  };
  const ours = Object.values(services).filter(({ build: context }) => context === '.');
  const targetOf = (mount: Service['volumes'][number]) =>
    typeof mount === 'string' ? (mount.split(':')[1] ?? '') : mount.target;

  test('has a profile for each engine, and builds ours from the Dockerfile', () => {
    expect(ours.map(({ profiles }) => profiles)).toEqual([['redis'], ['sqlite']]);
  });

  test.each(ours)('mounts what the image reads and publishes what it exposes ($profiles.0)', (service) => {
    const { TOCSIN_RULES, TOCSIN_DATA = '' } = environmentOf(image);
    const targets = service.volumes.map(targetOf);
    expect(targets).toContain(TOCSIN_RULES);
    expect(targets.includes(dirname(TOCSIN_DATA))).toBe(service.environment?.REDIS_URL === undefined);
    expect(service.ports?.every((port) => port.endsWith(`:${inForce(image, 'EXPOSE')}`))).toBe(true);
  });

  test.each(ours)('waits longer for a stop than a stop takes ($profiles.0)', ({ stop_grace_period: grace }) => {
    expect(Number.parseInt(grace ?? '', 10)).toBeGreaterThan(10);
  });

  test('names no volume and no service that is not there', () => {
    for (const { volumes, depends_on: needed } of Object.values(services)) {
      const used = volumes.filter((mount) => typeof mount === 'string').map((mount) => mount.split(':')[0]);
      for (const name of used) expect(Object.keys(file.volumes)).toContain(name);
      for (const name of Object.keys(needed ?? {})) expect(Object.keys(services)).toContain(name);
    }
    const { host } = new URL(named('tocsin').environment?.REDIS_URL ?? '');
    expect(Object.keys(services)).toContain(host.replace(':6379', ''));
  });

  test('starts a Redis that may lose nothing', async () => {
    const [program, ...settings] = named('redis').command ?? [];
    expect(program).toBe('redis-server');
    const redis = await startRedisServer(settings);
    onTestFinished(() => redis.stop());
    const options = { clock: 'redis', backlogLimit: 10, waitReplicas: 0, prefix: 'compose' } as const;
    const ledger = await openRedisLedger({ url: redis.url, ...options });
    expect(await ledger.warnings()).toEqual([]);
    await ledger.close();
  });
});
