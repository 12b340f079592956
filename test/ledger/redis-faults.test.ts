import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test as plainTest } from 'vitest';
import { type Ledger, LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { type RedisServer, startRedisServer } from '../redis-server.ts';
import {
  aCommit,
  acceptMany,
  acceptOne,
  aDelivery,
  anIncident,
  aRecord,
  aRevision,
  claim,
  claimOnly,
  historyOf,
  owe,
  seqsOf,
} from './ledger-contract-samples.ts';
import { openOn } from './redis-harness.ts';

const test = plainTest.extend<{ server: RedisServer; ledger: Ledger }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's dependencies from its first parameter
  server: async ({}, use) => {
    const server = await startRedisServer(['--appendfsync', 'always']);
    await use(server);
    await server.stop();
  },
  ledger: async ({ server }, use) => {
    const ledger = await openOn(server.url);
    await use(ledger);
    await ledger.close();
  },
});

describe('a Redis that forgets its scripts', () => {
  test('is told them again', async ({ server, ledger }) => {
    await acceptOne(ledger);
    const admin = new Redis(server.port, '127.0.0.1');
    await admin.script('FLUSH');
    await admin.quit();

    expect(await ledger.accept(aDelivery())).toMatchObject({ status: 'accepted' });
    expect(await claim(ledger)).toHaveLength(2);
  });
});

describe('a Redis that hangs', () => {
  test('makes accept say so within 3 seconds, and has done everything once when it is back', async ({
    server,
    ledger,
  }) => {
    const first = await acceptOne(ledger);
    const delivery = aDelivery();

    server.pause();
    const askedAt = performance.now();
    await expect(ledger.accept(delivery)).rejects.toThrow(LedgerUnavailable);
    expect(performance.now() - askedAt).toBeLessThan(3_000);
    server.resume();

    expect(await ledger.accept(delivery)).toEqual({ status: 'accepted', seq: first + 1 });
    expect((await ledger.backlog()).heard).toMatchObject({ 'inbox-check': { accepted: 2, duplicate: 0 } });
    expect(await claim(ledger)).toHaveLength(2);
  });

  test('keeps no delivery waiting longer that came while another was tried', async ({ server, ledger }) => {
    server.pause();
    const askedAt = performance.now();
    const first = ledger.accept(aDelivery());
    await setImmediate();
    await setImmediate();
    const both = await Promise.allSettled([first, ledger.accept(aDelivery())]);

    expect(both.map((each) => each.status)).toEqual(['rejected', 'rejected']);
    expect(performance.now() - askedAt).toBeLessThan(3_000);
    server.resume();
  });

  test('delays claims, commits and records, and each is made once', async ({ server, ledger }) => {
    const [seq = 0] = await acceptMany(ledger, 1);
    const id = await owe(ledger, 'told');
    const record = aRecord(await claimOnly(ledger));

    server.pause();
    const made = Promise.all([
      ledger.commit([aRevision('k'), aCommit({ incidents: [anIncident('l', 1)] })]),
      ledger.claimDeliveries({ token: 't', limit: 10, leaseMs: 10_000, holding: [] }),
      ledger.record(record),
      ledger.refuse([{ source: 'inbox-check', code: 'bad_signature', reason: 'wrong' }]),
    ]);
    await expect(ledger.accept(aDelivery())).rejects.toThrow(LedgerUnavailable);
    server.resume();

    const [committed, claimed, recorded] = await made;
    expect(committed).toEqual(['committed', 'committed']);
    expect(claimed.deliveries.map((each) => each.seq)).toContain(seq);
    expect(recorded).toBe('recorded');
    expect((await ledger.readIncidents(['k'])).get('k')?.revision).toBe(1);
    expect((await historyOf(ledger, 'told', id)).attempts).toHaveLength(1);
    expect(await ledger.listRefusals()).toHaveLength(1);
  });
});

describe('a Redis that is killed', () => {
  test('has what it acknowledged when it is back, and takes what was on its way once', async ({ server, ledger }) => {
    const deliveries = Array.from({ length: 600 }, () => aDelivery());
    const answers: Promise<string | undefined>[] = [];
    for (const delivery of deliveries) {
      answers.push(
        ledger.accept(delivery).then(
          () => delivery.id,
          () => undefined,
        ),
      );
      if (answers.length === 300) await answers[100];
    }
    await server.kill();
    await server.restart();
    const acknowledged = (await Promise.all(answers)).filter((id) => id !== undefined);

    expect(acknowledged.length).toBeGreaterThan(100);
    const kept = await claim(ledger, { limit: 1_000 });
    expect(kept.map((each) => each.id)).toEqual(expect.arrayContaining(acknowledged));
    expect(new Set(kept.map((each) => each.id)).size).toBe(kept.length);
    expect(new Set(seqsOf(kept)).size).toBe(kept.length);
  });

  test('wakes all who listen when it is back: they may have missed a call', async ({ server, ledger }) => {
    const heard = new Set<string>();
    const all = new Promise<void>((resolve) => {
      ledger.onWork((work) => heard.add(work).size === 3 && resolve());
    });

    await server.kill();
    await server.restart();

    await all;
  });
});

describe('several processes', () => {
  test('hear of one another’s work', async ({ server }) => {
    const prefix = randomUUID();
    const [one, other] = await Promise.all([openOn(server.url, { prefix }), openOn(server.url, { prefix })]);
    onTestFinished(async () => void (await Promise.all([one.close(), other.close()])));
    const heard = new Promise((resolve) => other.onWork(resolve));

    await acceptOne(one);

    expect(await heard).toBe('route');
  });

  test('share Redis’s clock', async ({ ledger }) => {
    const askedAt = Date.now();
    const now = await ledger.now();

    expect(now).toBeGreaterThanOrEqual(askedAt - 1);
    expect(now).toBeLessThanOrEqual(Date.now() + 1);
  });
});

describe('much at once', () => {
  test('goes in groups, each with its own answer', async ({ ledger }) => {
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, i) => ledger.accept(aDelivery({ id: `${i % 400}` }))),
    );

    expect(answers.filter((answer) => answer.status === 'accepted')).toHaveLength(400);
    expect(answers.slice(400)).toEqual(Array.from({ length: 100 }, () => ({ status: 'duplicate', altered: false })));
  });

  test('one commit may change thousands of incidents', async ({ ledger }) => {
    const keys = Array.from({ length: 9_000 }, (_, i) => `k${i}`);
    const expects = keys.map((key) => ({ key, revision: 0 }));
    const incidents = keys.map((key) => anIncident(key, 1));

    expect(await ledger.commit([aCommit({ expects, incidents })])).toEqual(['committed']);
    expect((await ledger.backlog()).openIncidents).toBe(9_000);
  });
});
