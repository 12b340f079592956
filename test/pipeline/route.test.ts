import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { madeDestination } from './made-destination.ts';
import { key, openPipeline, rateLow } from './open-pipeline.ts';
import { engines, openStore, second } from './open-store.ts';

/** Lets something else happen once, between what a router read and what it commits. */
function meanwhile(happens: () => Promise<void>): (ledger: Ledger) => Partial<Ledger> {
  let once: (() => Promise<void>) | undefined = happens;
  return (ledger) => ({
    async readIncidents(keys) {
      const found = await ledger.readIncidents(keys);
      const happening = once;
      once = undefined;
      await happening?.();
      return found;
    },
  });
}

async function ringOf(ledger: Ledger): Promise<string[]> {
  const incident = (await ledger.readIncidents([key])).get(key);
  return incident?.causes.flatMap(({ ring }) => ring.map(({ verdict }) => verdict)) ?? [];
}

describe.each(engines)('a delivery that is routed, on %s', (engine) => {
  test('leaves its trace, its incident, its episode and what is owed, all in one step', async () => {
    const steps: string[] = [];
    const { ledger, hear, route } = await openPipeline({
      store: await openStore(engine),
      over: (plain) => ({
        async commit(commits) {
          const before = await plain.backlog();
          const answers = await plain.commit(commits);
          const after = await plain.backlog();
          for (const { unrouted, openIncidents, owed } of [before, after]) {
            steps.push(`${unrouted} unrouted, ${openIncidents} open, ${owed} owed`);
          }
          return answers;
        },
      }),
    });
    await hear({ id: 'dlv_1' });
    await route();
    expect(steps).toEqual(['1 unrouted, 0 open, 0 owed', '0 unrouted, 1 open, 1 owed']);
    const [delivery] = await ledger.findDeliveries('dlv_1');
    expect(delivery).toMatchObject({
      state: 'routed',
      trace: {
        rules: [{ rule: 'inbox-rate-low', verdict: 'match', key, effect: 'fires' }],
        incidents: [{ key, episode: 1, change: 'opened' }],
        owed: [{ destination: 'chat', key, episode: 1, what: 'open' }],
      },
    });
    const found = await ledger.findIncident(key);
    expect(found).toMatchObject({ incident: { open: true, revision: 1 }, episodes: [{ number: 1, revision: 1 }] });
    expect(found?.notifications).toMatchObject([{ state: 'due', owedRevision: 1, address: 'made:chat' }]);
  });

  test('leaves its trace also when no rule matched, and nobody is owed anything', async () => {
    const { ledger, hear, route, lines } = await openPipeline({ store: await openStore(engine) });
    await hear({ id: 'dlv_1', inboxRate: 0.83 });
    await route();
    const [delivery] = await ledger.findDeliveries('dlv_1');
    expect(delivery?.trace).toMatchObject({ rules: [{ verdict: 'neither' }], incidents: [], owed: [] });
    expect(await ledger.findIncident(key)).toBeUndefined();
    expect(lines).toMatchObject([{ msg: 'delivery.routed', id: 'dlv_1', matched: [], owed: [] }]);
  });

  test('is one line in the log: what matched, what followed', async () => {
    const { hear, route, lines } = await openPipeline({ store: await openStore(engine) });
    await hear({ id: 'dlv_1' });
    await route();
    expect(lines).toEqual([
      expect.objectContaining({
        msg: 'delivery.routed',
        source: 'inbox-check',
        id: 'dlv_1',
        domain: 'news.example.com',
        matched: ['inbox-rate-low'],
        incidents: [{ key, episode: 1, change: 'opened' }],
        owed: ['open chat'],
      }),
    ]);
  });
});

describe.each(engines)('deliveries of one batch, on %s', (engine) => {
  test('that share a key build on each other, and are committed together', async () => {
    const sizes: number[] = [];
    const { ledger, store, hear, route } = await openPipeline({
      store: await openStore(engine),
      over: (plain) => ({
        commit(commits) {
          sizes.push(commits.length);
          return plain.commit(commits);
        },
      }),
    });
    for (const inboxRate of [0.5, 0.6, 0.95, 0.4]) {
      await hear({ inboxRate });
      store.advance(second);
    }
    await route();
    expect(sizes).toEqual([4]);
    const found = await ledger.findIncident(key);
    expect(found?.incident).toMatchObject({ open: true, episode: 2, revision: 4 });
    expect(found?.episodes).toMatchObject([{ number: 2 }, { number: 1, revision: 3, end: { why: 'cleared' } }]);
  });

  test('of which there are more than one claim takes are all routed, in order', async () => {
    const { ledger, store, hear, route } = await openPipeline({ store: await openStore(engine) });
    for (let i = 0; i < 150; i += 1) {
      await hear({ domain: `d${i % 3}.example.com`, inboxRate: i < 147 ? 0.5 : 0.9 });
      store.advance(10);
    }
    await route();
    expect(await ledger.backlog()).toMatchObject({ unrouted: 0, openIncidents: 0 });
    const found = await ledger.findIncident('placement:d0.example.com');
    expect(found?.incident).toMatchObject({ revision: 50, episode: 1 });
  });
});

describe.each(engines)('two routers over one store, on %s', (engine) => {
  test('a conflict is no failure: it is evaluated again on what the other has done', async () => {
    const store = await openStore(engine);
    const other = await openPipeline({ store });
    const { ledger, hear, route, lines } = await openPipeline({
      store,
      over: meanwhile(async () => {
        store.advance(second);
        await other.hear({ inboxRate: 0.95 });
        await other.route();
      }),
    });
    await hear({ id: 'dlv_1', inboxRate: 0.5 });
    await route();
    expect(lines).toMatchObject([{ msg: 'delivery.routed', id: 'dlv_1', incidents: [] }]);
    expect(await ringOf(ledger)).toEqual(['match', 'clear']);
    expect(await ledger.findIncident(key)).toMatchObject({ incident: { open: false, revision: 2 }, episodes: [] });
  });

  test('what the other did is kept also where the batch would fit on top of it by its revision alone', async () => {
    const store = await openStore(engine);
    const other = await openPipeline({ store });
    const { ledger, hear, route } = await openPipeline({
      store,
      over: meanwhile(async () => {
        store.advance(second);
        await other.hear({ inboxRate: 0.95 });
        await other.route();
      }),
    });
    await hear({ inboxRate: 0.5 });
    store.advance(second);
    await hear({ inboxRate: 0.6 });
    await route();
    expect(await ringOf(ledger)).toEqual(['match', 'match', 'clear']);
    expect((await ledger.findIncident(key))?.incident).toMatchObject({ open: false, revision: 3 });
  });

  test('racing on one key they lose nothing, and what is newest holds', async () => {
    const store = await openStore(engine);
    const chat = madeDestination();
    const [one, two] = await Promise.all([
      openPipeline({ store, destinations: [chat], chance: 0.1 }),
      openPipeline({ store, destinations: [chat], chance: 0.4 }),
    ]);
    const rates = Array.from({ length: 9 }, (_, i) => (i % 2 === 0 ? 0.95 : 0.5));
    await one.hear({ inboxRate: 0.5 });
    await one.route();
    for (const [i, inboxRate] of rates.entries()) {
      await one.hear({ inboxRate, atMs: store.now() + i });
      store.advance(10);
      if (i % 3 === 2) await Promise.all([one.route(), two.route()]);
    }
    await Promise.all([one.route(), two.route()]);
    const found = await one.ledger.findIncident(key);
    expect(found?.incident).toMatchObject({ open: false, revision: 10 });
    expect(found?.episodes.every(({ end }) => end !== undefined)).toBe(true);
    expect(await one.ledger.backlog()).toMatchObject({ unrouted: 0, deadDeliveries: 0, openIncidents: 0 });
  });

  test('racing on many keys each delivery is routed once', async () => {
    const store = await openStore(engine);
    const two = { ...rateLow, id: 'second', key: 'all-of-it', when: { inboxRate: { $lt: 0.7 } } };
    const routers = await Promise.all(
      [0.2, 0.9].map((chance) => openPipeline({ store, chance, rules: [rateLow, two] })),
    );
    for (let i = 0; i < 60; i += 1) await routers[0]?.hear({ domain: `d${i % 12}.example.com` });
    await Promise.all(routers.map(({ route }) => route()));
    const routed = routers.flatMap(({ lines }) => lines.filter(({ msg }) => msg === 'delivery.routed'));
    expect(new Set(routed.map(({ id }) => id)).size).toBe(60);
    expect(routed).toHaveLength(60);
    const shared = await routers[0]?.ledger.findIncident('all-of-it');
    expect(shared?.incident?.revision).toBe(60);
  });
});
