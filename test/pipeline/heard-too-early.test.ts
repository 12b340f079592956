import { expect, test } from 'vitest';
import { key, openPipeline, rateLow } from './open-pipeline.ts';
import { engines, openStore, second } from './open-store.ts';

const counted = [{ ...rateLow, fireAfter: { count: 2, of: 3 }, clearAfter: { count: 2 } }];

test.each(engines)(
  'what happened after an end, and was heard before it, counts from then on, on %s',
  async (engine) => {
    const store = await openStore(engine);
    const pipeline = await openPipeline({ store, rules: counted });
    const begin = store.now();
    store.advance(60 * second);
    const hear = async (at: number, inboxRate: number) => {
      await pipeline.hear({ inboxRate, atMs: begin + at * second });
      await pipeline.route();
      return (await pipeline.ledger.readIncidents([key])).get(key);
    };
    await hear(1, 0.5);
    expect(await hear(2, 0.5)).toMatchObject({ open: true, episode: 1 });
    await hear(5, 0.9);
    expect(await hear(9, 0.5)).toMatchObject({ open: true, episode: 1 });
    expect(await hear(6, 0.9)).toMatchObject({ open: false, episode: 1 });
    expect(await hear(10, 0.5)).toMatchObject({ open: true, episode: 2 });
    expect(await hear(4, 0.5)).toMatchObject({ open: true, episode: 2 });
  },
);
