import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { lookForOrphans, orphanRefusal } from '../../src/pipeline/orphans.ts';
import { madeDestination } from './made-destination.ts';
import type { PipelineSettings } from './open-pipeline.ts';
import { openPipeline } from './open-pipeline.ts';
import { engines, minute, openStore } from './open-store.ts';

const nobody = [{ rules: {}, sources: ['inbox-check'] }];

/** So many incidents are open, and told; the look at them marks what nobody feeds. */
async function openMany(count: number, settings: PipelineSettings) {
  const chat = madeDestination();
  const pipeline = await openPipeline({ destinations: [chat], ...settings });
  for (let i = 0; i < count; i += 1) await pipeline.hear({ domain: `d${i}.example.com` });
  await pipeline.route();
  await pipeline.tell();
  const { ledger } = pipeline;
  const all = async () => {
    const { items } = await ledger.listIncidents({ limit: 1_000 });
    return items;
  };
  const [first] = await all();
  const fed = [
    { rules: { [first?.causes[0]?.rule ?? '']: first?.causes[0]?.fingerprint ?? '' }, sources: ['inbox-check'] },
  ];
  const look = (feeding: typeof nobody, over: Partial<typeof ledger> = {}) =>
    lookForOrphans(
      {
        ledger: { ...ledger, ...over },
        graceMs: 10 * minute,
        file: 'abcdef',
        owner: () => ({ address: chat.address, destination: chat.name }),
        log: pino({ level: 'silent' }),
        newToken: randomUUID,
      },
      feeding,
    );
  const marked = async () => (await all()).filter(({ causes }) => causes.some(({ orphan }) => orphan)).length;
  const notices = () => chat.standing.filter(({ state }) => state === 'notice');
  return { ...pipeline, chat, look, marked, notices, all, fed };
}

test.each(engines)(
  'all that is open is marked, however many pages it takes, and unmarked when it is fed again, on %s',
  async (engine) => {
    const { look, marked, fed, tell, notices, chat } = await openMany(230, { store: await openStore(engine) });
    await look(fed);
    expect(await marked()).toBe(0);
    await look(nobody);
    expect(await marked()).toBe(230);
    await tell();
    expect(notices()).toHaveLength(1);
    expect(chat.calls.at(-1)?.message.title).toMatch(/^tocsin: 230 open incidents .*and 225 more.*10 min/);
    await look(fed);
    expect(await marked()).toBe(0);
    await look(nobody);
    await tell();
    expect(notices()).toHaveLength(1);
  },
);

test('what changed in between is marked at the next look, and the owner is told before anything is marked', async () => {
  const { look, marked, notices, tell, ledger } = await openMany(1, {});
  await look(nobody, {
    commit: async (commits) => (commits[0]?.incidents.length ? ['conflict'] : ledger.commit(commits)),
  });
  expect(await marked()).toBe(0);
  await tell();
  expect(notices()).toHaveLength(1);
  await look(nobody);
  expect(await marked()).toBe(1);
  await tell();
  expect(notices()).toHaveLength(1);
});

test('a file is refused for what it would newly orphan: more than three, and more than half', async () => {
  const { ledger, look, fed } = await openMany(4, {});
  expect(await orphanRefusal(ledger, fed)).toBeUndefined();
  expect(await orphanRefusal(ledger, nobody)).toMatch(/^it would leave 4 of 4 open incidents .*--accept-orphans$/);
  expect(await orphanRefusal(ledger, [...nobody, ...fed])).toBeUndefined();
  await look(nobody);
  expect(await orphanRefusal(ledger, nobody)).toBeUndefined();
  const { ledger: three } = await openMany(3, {});
  expect(await orphanRefusal(three, nobody)).toBeUndefined();
});
