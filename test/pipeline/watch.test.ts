import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { Retention } from '../../src/ledger/history.ts';
import { watcher } from '../../src/pipeline/watch.ts';
import { madeDestination } from './made-destination.ts';
import type { PipelineSettings } from './open-pipeline.ts';
import { key, openPipeline } from './open-pipeline.ts';
import type { Engine } from './open-store.ts';
import { day, engines, minute, openStore, second } from './open-store.ts';

const quiet = {
  id: 'quiet',
  on: ['test.completed'],
  when: { inboxRate: { $lt: 0.8 } },
  clear: { inboxRate: { $gt: 1 } },
  key: 'placement:{{ domain }}',
  resolveAfter: '6m',
  to: ['chat'],
};

/** An incident is open, told, and ends when nothing was heard for six minutes. */
async function openQuiet(engine: Engine, settings: PipelineSettings = {}) {
  const chat = madeDestination();
  const store = settings.store ?? (await openStore(engine));
  const pipeline = await openPipeline({ rules: [quiet], destinations: [chat], ...settings, store });
  await pipeline.watch();
  await pipeline.hear();
  await pipeline.route();
  await pipeline.tell();
  /** Time goes by and somebody listens: a look each half minute. */
  async function listenFor(ms: number): Promise<void> {
    for (let gone = 0; gone < ms; gone += 30 * second) {
      store.advance(Math.min(30 * second, ms - gone));
      await pipeline.watch();
    }
  }
  const isOpen = async () => (await pipeline.ledger.findIncident(key))?.incident?.open;
  return { ...pipeline, chat, listenFor, isOpen };
}

describe.each(engines)('an incident that ends by quiet, on %s', (engine) => {
  test('ends when nothing was heard for so long, by virtual time, and is told as not confirmed', async () => {
    const { listenFor, isOpen, ledger, tell, chat, lines } = await openQuiet(engine);
    await listenFor(6 * minute - second);
    expect(await isOpen()).toBe(true);
    await listenFor(second);
    expect(await isOpen()).toBe(false);
    const found = await ledger.findIncident(key);
    expect(found?.episodes).toMatchObject([{ end: { why: 'quiet', quietMs: 6 * minute } }]);
    await tell();
    expect(chat.standing).toMatchObject([{ state: 'resolved', told: 2 }]);
    expect(chat.calls.at(-1)?.message.end?.words).toBe('nothing heard for 6 min, not confirmed');
    expect(lines.filter(({ msg }) => msg === 'incident.woken')).toMatchObject([
      { key, episode: 1, change: 'ended', why: 'quiet' },
    ]);
  });

  test('ends though another one, before it, cannot be looked at', async () => {
    const { listenFor, isOpen, ledger, lines } = await openQuiet(engine);
    const broken = (await ledger.readIncidents([key])).get(key);
    const causes = broken?.causes.map(({ said: _said, ...cause }) => cause) ?? [];
    const incidents = broken ? [{ ...broken, key: 'broken', revision: 1, causes, wakeAt: 1 }] : [];
    await ledger.commit([{ token: 'b', expects: [{ key: 'broken', revision: 0 }], incidents, episodes: [], owed: [] }]);
    await listenFor(6 * minute);
    expect(await isOpen()).toBe(false);
    const failed = lines.filter(({ msg }) => msg === 'incident.waking-failed');
    expect(failed).toMatchObject([{ key: 'broken', againInMs: 10 * minute }]);
  });

  test('is kept open by whatever is heard in its scope, bad or not', async () => {
    const { hear, route, listenFor, isOpen } = await openQuiet(engine);
    await listenFor(5 * minute);
    await hear({ inboxRate: 0.82 });
    await route();
    await listenFor(5 * minute);
    expect(await isOpen()).toBe(true);
    await listenFor(minute);
    expect(await isOpen()).toBe(false);
  });

  test('does not end while an older delivery is unrouted', async () => {
    const { hear, route, listenFor, isOpen, ledger } = await openQuiet(engine);
    await listenFor(5 * minute);
    await hear({ id: 'dlv_waiting' });
    await listenFor(3 * minute);
    expect(await isOpen()).toBe(true);
    await route();
    await listenFor(2 * minute);
    expect(await isOpen()).toBe(true);
    await listenFor(minute);
    expect(await isOpen()).toBe(false);
    expect((await ledger.findIncident(key))?.episodes).toHaveLength(1);
  });

  test('does not count the time when nobody listened', async () => {
    const { store, watch, listenFor, isOpen } = await openQuiet(engine);
    await listenFor(5 * minute);
    store.advance(3 * minute);
    await watch();
    expect(await isOpen()).toBe(true);
    await listenFor(minute - 10 * second);
    expect(await isOpen()).toBe(true);
    await listenFor(10 * second);
    expect(await isOpen()).toBe(false);
  });

  test('counts on through a restart that takes less than a minute', async () => {
    const { store, ledger, listenFor, isOpen } = await openQuiet(engine);
    await listenFor(5 * minute);
    store.advance(50 * second);
    const next = await openPipeline({ store, rules: [quiet] });
    await next.watch();
    for (let i = 0; i < 2; i += 1) {
      store.advance(30 * second);
      await next.watch();
    }
    expect(await isOpen()).toBe(false);
    expect(await ledger.wakeable(1)).toMatchObject({ gaps: [] });
  });

  test('is not ended by a look that lost the race against a delivery', async () => {
    const store = await openStore(engine);
    const other = await openPipeline({ store, rules: [quiet] });
    let race = async () => {};
    const { listenFor, isOpen, hear, ledger } = await openQuiet(engine, {
      store,
      over: (plain) => ({
        async wakeable(limit) {
          const found = await plain.wakeable(limit);
          await race();
          return found;
        },
      }),
    });
    await listenFor(6 * minute - second);
    race = async () => {
      race = async () => {};
      await hear();
      await other.route();
    };
    await listenFor(second);
    expect(await isOpen()).toBe(true);
    expect((await ledger.findIncident(key))?.episodes).toMatchObject([{ number: 1 }]);
  });

  test('of which there are hundreds all end in one go', async () => {
    const { hear, route, watch, listenFor, ledger, store } = await openQuiet(engine);
    for (let i = 0; i < 250; i += 1) await hear({ domain: `d${i}.example.com` });
    await route();
    await listenFor(6 * minute - 30 * second);
    store.advance(31 * second);
    let turns = 1;
    while ((await watch()) === 0) turns += 1;
    expect(turns).toBe(3);
    expect(await ledger.backlog()).toMatchObject({ openIncidents: 0 });
  });
});

describe.each(engines)('a watch, on %s', (engine) => {
  test('says every 15 s that it listens', async () => {
    let beats = 0;
    const { store, watch } = await openPipeline({
      store: await openStore(engine),
      over: (plain) => ({
        async heartbeat() {
          beats += 1;
          await plain.heartbeat();
        },
      }),
    });
    for (let i = 0; i < 61; i += 1) {
      await watch();
      store.advance(second);
    }
    expect(beats).toBe(5);
  });

  test('forgets in steps: a second apart while there is more, then a minute', async () => {
    const { ledger, store } = await openPipeline({ store: await openStore(engine) });
    const asked: { retention: Retention; limit: number; atMs: number }[] = [];
    const left = [200, 200, 17, 0];
    const retention = { historyMs: 1, historyBytes: 2, memoryMs: 3 };
    const startedAt = store.now();
    const turn = watcher({
      ledger: {
        ...ledger,
        async prune(retention, limit) {
          asked.push({ retention, limit, atMs: store.now() - startedAt });
          return left.shift() ?? 0;
        },
      },
      retention: () => retention,
      feeding: async () => [],
      standing: () => ({ rules: { rules: [], hearing: () => [] }, places: new Map(), staleAfterMs: day }),
      log: pino({ level: 'silent' }),
      newToken: () => 'token',
      elapsedMs: store.now,
    });
    for (let i = 0; i < 70; i += 1) {
      await turn();
      store.advance(second);
    }
    expect(asked.map(({ atMs }) => atMs / second)).toEqual([1, 2, 3, 63]);
    expect(new Set(asked.map(({ limit }) => limit))).toEqual(new Set([200]));
    expect(asked[0]?.retention).toBe(retention);
  });
});
