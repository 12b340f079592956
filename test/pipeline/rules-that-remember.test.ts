import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { Destination } from '../../src/destinations/destination.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import { lookForOrphans, orphanRefusal } from '../../src/pipeline/orphans.ts';
import { watcher } from '../../src/pipeline/watch.ts';
import { madeDestination } from './made-destination.ts';
import type { Pipeline } from './open-pipeline.ts';
import { key, openPipeline, rateLow } from './open-pipeline.ts';
import type { Engine, Store } from './open-store.ts';
import { day, engines, hour, minute, openStore, second } from './open-store.ts';

const daily = { id: 'daily', on: ['test.completed'], absent: { for: '2h' }, key: rateLow.key, to: ['chat'] };
const fall = {
  id: 'fall',
  on: ['test.completed'],
  baseline: { metric: 'inboxRate', dropAtLeast: 0.15, over: 10 },
  key: rateLow.key,
  to: ['chat'],
};
const shadowKey = `shadow:${key}`;

type Process = Pipeline & {
  chat: ReturnType<typeof madeDestination>;
  incident(key?: string): Promise<Incident | undefined>;
  /** Time goes by, and somebody listens. */
  listenFor(ms: number): Promise<void>;
  /** A test that went so is accepted and routed; its trace by rule. */
  hears(inboxRate: number): Promise<string[]>;
};

/** One process on a store; another on the same store is what comes after a restart, or an edit. */
async function open(store: Store, ...rules: object[]): Promise<Process> {
  const chat = madeDestination();
  const destinations: Destination[] = [chat];
  const pipeline = await openPipeline({ rules, destinations, store });
  await pipeline.watch();
  return {
    ...pipeline,
    chat,
    incident: async (name = key) => (await pipeline.ledger.findIncident(name))?.incident,
    async listenFor(ms) {
      for (let gone = 0; gone < ms; gone += 30 * second) {
        store.advance(Math.min(30 * second, ms - gone));
        await pipeline.watch();
      }
    },
    async hears(inboxRate) {
      store.advance(second);
      const id = await pipeline.hear({ inboxRate });
      await pipeline.route();
      const [delivery] = await pipeline.ledger.findDeliveries(id);
      return delivery?.trace?.rules.map(({ verdict, effect }) => `${verdict}: ${effect}`) ?? [];
    },
  };
}

describe.each(engines)('what is absent, on %s', (engine: Engine) => {
  test('opens when nothing was heard for so long, is told, and is over when one comes', async () => {
    const { hears, listenFor, incident, tell, chat, lines } = await open(await openStore(engine), daily);
    await hears(0.9);
    await listenFor(2 * hour - second);
    expect(await incident()).toMatchObject({ open: false });
    await listenFor(second);
    expect(await incident()).toMatchObject({ open: true, episode: 1 });
    await tell();
    expect(chat.standing).toMatchObject([{ state: 'open' }]);
    expect(chat.calls[0]?.message.title).toBe('news.example.com: nothing heard for 2 h');
    expect(lines.filter(({ msg }) => msg === 'incident.woken')).toMatchObject([{ key, change: 'opened' }]);
    await hears(0.9);
    await tell();
    expect(await incident()).toMatchObject({ open: false });
    expect(chat.standing).toMatchObject([{ state: 'resolved' }]);
  });

  test('is waited for through a restart, and the time when nobody listened is added', async () => {
    const store = await openStore(engine);
    const before = await open(store, daily);
    await before.hears(0.9);
    await before.listenFor(hour);
    store.advance(3 * hour);
    const after = await open(store, daily);
    await after.listenFor(hour - second);
    expect(await after.incident()).toMatchObject({ open: false });
    await after.listenFor(second);
    expect(await after.incident()).toMatchObject({ open: true });
  });

  test('does not open while an older delivery is unrouted, and is waited for anew by that one', async () => {
    const { hears, hear, route, listenFor, incident } = await open(await openStore(engine), daily);
    await hears(0.9);
    await listenFor(90 * minute);
    await hear({});
    await listenFor(hour);
    expect(await incident()).toMatchObject({ open: false });
    await route();
    await listenFor(hour - second);
    expect(await incident()).toMatchObject({ open: false });
    await listenFor(second);
    expect(await incident()).toMatchObject({ open: true });
  });

  test('is not forgotten while it is waited for', async () => {
    const store = await openStore(engine);
    const { hears, ledger, incident } = await open(store, { ...daily, absent: { for: '40d' } });
    await hears(0.9);
    store.advance(36 * day);
    const retention = { historyMs: 30 * day, historyBytes: 1e9, memoryMs: 35 * day };
    while ((await ledger.prune(retention, 100)) > 0);
    expect(await incident()).toMatchObject({ causes: [{ absent: { forMs: 40 * day } }] });
  });

  test('ends after ten periods, and is not waited for any more', async () => {
    const { hears, listenFor, incident, ledger } = await open(await openStore(engine), {
      ...daily,
      absent: { for: '10m' },
    });
    await hears(0.9);
    await listenFor(100 * minute);
    expect(await incident()).toMatchObject({ open: false, last: { why: 'quiet' } });
    expect(await incident()).not.toHaveProperty('wakeAt');
    expect((await ledger.findIncident(key))?.episodes).toMatchObject([{ end: { quietMs: 100 * minute } }]);
  });
});

describe.each(engines)('what is usual, on %s', (engine: Engine) => {
  test('is remembered over many events and a restart, and stays small', async () => {
    const store = await openStore(engine);
    const before = await open(store, fall);
    for (let i = 0; i < 60; i += 1) await before.hears(i % 2 === 0 ? 0.9 : 0.92);
    expect(await before.incident()).toMatchObject({ open: false, episode: 0 });
    const after = await open(store, fall);
    expect(await after.hears(0.7)).toEqual(['match: fires']);
    expect(await after.hears(0.8)).toEqual(['neither: kept']);
    expect(await after.incident()).toMatchObject({ open: true, causes: [{ usual: { frozen: 0.91 } }] });
    expect(await after.hears(0.9)).toEqual(['clear: over']);
    await after.tell();
    // It was over before anybody was told of it.
    expect(after.chat.calls).toEqual([]);
    expect(JSON.stringify(await after.incident()).length).toBeLessThan(3_000);
  });
});

describe.each(engines)('a rule in shadow, on %s', (engine: Engine) => {
  const counted = { ...rateLow, fireAfter: { count: 2 } };

  test('tells nobody, and turned live it opens with the next match', async () => {
    const store = await openStore(engine);
    const shadow = await open(store, { ...counted, mode: 'shadow' });
    await shadow.hears(0.5);
    expect(await shadow.hears(0.5)).toEqual(['match: shadow: would fire, and tell chat']);
    expect(await shadow.incident(shadowKey)).toMatchObject({ open: true, rung: [] });
    expect((await shadow.ledger.findIncident(shadowKey))?.notifications).toEqual([]);
    expect(await shadow.incident()).toBeUndefined();

    const live = await open(store, counted);
    expect(await live.incident()).toBeUndefined();
    expect(await live.hears(0.5)).toEqual(['match: fires']);
    expect(await live.incident()).toMatchObject({ open: true, rung: [{ destination: 'chat' }] });
    expect(await live.incident(shadowKey)).toMatchObject({ open: false, causes: [], last: { why: 'orphaned' } });
    await live.tell();
    expect(live.chat.standing).toMatchObject([{ state: 'open' }]);
  });

  test('turned live opens what stays absent from then on', async () => {
    const store = await openStore(engine);
    const shadow = await open(store, { ...daily, mode: 'shadow' });
    await shadow.hears(0.9);
    await shadow.listenFor(hour);
    const live = await open(store, daily);
    await live.listenFor(hour + second);
    expect(await live.incident(shadowKey)).toMatchObject({ open: false, causes: [] });
    expect(await live.incident()).toMatchObject({ open: true, rung: [{ destination: 'chat' }] });
  });

  test('ends as an orphan when it is gone, and the owner hears nothing of it', async () => {
    const store = await openStore(engine);
    const shadow = await open(store, { ...rateLow, mode: 'shadow' });
    await shadow.hears(0.5);
    const { ledger, incident } = await open(store, daily);
    const feeding = [{ rules: {}, sources: ['inbox-check'] }];
    const parts = { ledger, log: pino({ level: 'silent' }), newToken: randomUUID };
    const owner = () => ({ address: 'made:chat', destination: 'chat' });
    await lookForOrphans({ ...parts, owner, graceMs: minute, file: 'f' }, feeding);
    expect(await orphanRefusal(ledger, feeding)).toBeUndefined();
    const turn = watcher({
      ...parts,
      feeding: async () => feeding,
      standing: () => ({ rules: { rules: [], hearing: () => [] }, places: new Map(), staleAfterMs: day }),
      retention: () => ({ historyMs: day, historyBytes: 1e9, memoryMs: day }),
      elapsedMs: store.now,
    });
    store.advance(minute);
    await turn();
    expect(await incident(shadowKey)).toMatchObject({ open: false, last: { why: 'orphaned' } });
    expect(await ledger.backlog()).toMatchObject({ owed: 0 });
  });

  test('deliveries of one batch move it once', async () => {
    const store = await openStore(engine);
    const shadow = await open(store, { ...rateLow, fireAfter: { count: 3 }, mode: 'shadow' });
    await shadow.hears(0.5);
    const live = await open(store, { ...rateLow, fireAfter: { count: 3 } });
    for (let i = 0; i < 3; i += 1) await live.hear();
    await live.route();
    expect(await live.incident()).toMatchObject({ open: true, causes: [{ ring: { length: 4 } }] });
    expect(await live.incident(shadowKey)).toMatchObject({ causes: [], revision: 2 });
  });
});
