import { describe, expect, onTestFinished, test } from 'vitest';
import { snooze } from '../../src/domain/incident/people.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { changeIncident } from '../../src/pipeline/people.ts';
import { findingWays, madeDestination } from './made-destination.ts';
import type { PipelineSettings } from './open-pipeline.ts';
import { key, openPipeline, rateLow } from './open-pipeline.ts';
import type { Engine } from './open-store.ts';
import { engines, hour, minute, openStore, second } from './open-store.ts';

const down = { kind: 'retry', reason: 'down' } as const;

/** A process that runs on while the clock of its ledger is set; the senders have the right time. */
async function openUnsteady(engine: Engine, settings: PipelineSettings = {}) {
  const store = await openStore(engine);
  const startedAt = store.now();
  let elapsedMs = 0;
  const unsteady = { ...settings, store, elapsedMs: () => elapsedMs };
  const pipeline = await openPipeline(unsteady);
  return {
    ...pipeline,
    unsteady,
    setClock: store.advance,
    /** Time goes by, and in each step of it all is done that is due. */
    async run(ms: number, stepMs = second) {
      for (let gone = 0; gone < ms; gone += stepMs) {
        elapsedMs += stepMs;
        store.advance(stepMs);
        await pipeline.watch();
        await pipeline.route();
        await pipeline.tell();
      }
    },
    async hear(inboxRate: number, domain = 'news.example.com') {
      await pipeline.hear({ inboxRate, domain, atMs: startedAt + elapsedMs });
      await pipeline.route();
    },
    isOpen: async () => (await pipeline.ledger.findIncident(key))?.incident?.open,
    attempts: async () => {
      const [notification] = (await pipeline.ledger.findIncident(key))?.notifications ?? [];
      return notification?.attempts.map(({ act, result }) => `${act ?? 'begun'} ${result ?? 'unknown'}`);
    },
  };
}

const steps = [
  ['an hour forwards', hour],
  ['an hour back', -hour],
] as const;
const cases = engines.flatMap((engine) => steps.map(([words, byMs]) => ({ engine, words, byMs })));

describe.each(cases)('a clock that is set $words, on $engine', ({ engine, byMs }) => {
  test('during a call makes nobody tell it twice', async () => {
    const chat = madeDestination();
    const { hear, notifier, setClock, run, attempts } = await openUnsteady(engine, { destinations: [chat] });
    await hear(0.5);
    const held = chat.holdNext();
    await notifier.turn();
    await held.begun;
    setClock(byMs);
    await notifier.turn();
    expect(chat.calls).toHaveLength(1);
    held.arrive();
    await run(minute);
    expect(chat.standing).toMatchObject([{ state: 'open', told: 1 }]);
    expect(await attempts()).toEqual(['open told']);
  });

  test('keeps nothing from being tried again in time', async () => {
    const chat = madeDestination();
    const { hear, tell, setClock, run } = await openUnsteady(engine, { destinations: [chat] });
    await hear(0.5);
    chat.answerNext(down, down);
    await tell();
    setClock(byMs);
    await run(3 * second);
    expect(chat.standing).toMatchObject([{ state: 'open', told: 1 }]);
  });

  test('stops no pace, and lets out no flood', async () => {
    const chat = madeDestination({ pace: { perMinute: 60, burst: 1 } });
    const { hear, tell, setClock, run } = await openUnsteady(engine, { destinations: [chat] });
    for (let i = 0; i < 6; i += 1) await hear(0.5, `d${i}.example.com`);
    await tell();
    await run(second);
    expect(chat.standing).toHaveLength(2);
    setClock(byMs);
    for (const told of [3, 4, 5, 6]) {
      await run(second);
      expect(chat.standing.length).toBeGreaterThanOrEqual(told);
      expect(chat.standing.length).toBeLessThanOrEqual(told + 1);
    }
  });

  test('ends no silence, and none for ever', async () => {
    const chat = madeDestination();
    const { ledger, hear, setClock, run } = await openUnsteady(engine, { destinations: [chat] });
    await ledger.keepSilence({ id: 's', filter: { key }, by: 'ann', comment: '', forMs: 2 * hour });
    await hear(0.5);
    await run(minute);
    setClock(byMs);
    await run(50 * minute, 10 * minute);
    expect(chat.calls.length).toBe(0);
    await run(2 * hour + 10 * minute, 10 * minute);
    expect(chat.standing).toMatchObject([{ state: 'open', told: 1 }]);
  });

  test('ends no snooze, and none for ever', async () => {
    const chat = madeDestination();
    const { ledger, hear, setClock, run } = await openUnsteady(engine, { destinations: [chat] });
    await hear(0.5);
    const change = await changeIncident(ledger, key, (incident, at) =>
      snooze(incident, { by: 'ann', at, until: at + 2 * hour }),
    );
    expect(change.kind).toBe('changed');
    await run(minute);
    setClock(byMs);
    await run(50 * minute, 10 * minute);
    expect(chat.calls.length).toBe(0);
    await run(2 * hour + 10 * minute, 10 * minute);
    expect(chat.standing).toMatchObject([{ state: 'open', told: 1 }]);
  });

  test('is no quiet, and keeps quiet from ending nothing', async () => {
    const rules = [{ ...rateLow, resolveAfter: '30m' }];
    const { hear, setClock, run, isOpen } = await openUnsteady(engine, { rules });
    await run(minute);
    await hear(0.5);
    await run(5 * minute + 3 * second);
    setClock(byMs);
    await run(5 * second);
    await run(24 * minute, 30 * second);
    expect(await isOpen()).toBe(true);
    await run(hour + 2 * minute, 30 * second);
    expect(await isOpen()).toBe(false);
  });

  test('leaves what a dead process held to the next', async () => {
    const chat = madeDestination({ ways: findingWays });
    const { hear, tell, setClock, run, unsteady, attempts } = await openUnsteady(engine, { destinations: [chat] });
    const dying = await openPipeline({ ...unsteady, over: () => ({ commit: dead, record: dead }) });
    onTestFinished(() => dying.notifier.drain(0));
    await hear(0.5);
    const told = chat.holdNext();
    const claimed = dying.notifier.turn();
    await told.begun;
    told.arrive();
    await claimed;
    await dying.hear({ domain: 'routed.example.com' });
    await expect(dying.route()).rejects.toThrow('dead');
    await tell();
    setClock(byMs);
    await run(20 * second);
    expect(chat.standing).toMatchObject([
      { key, state: 'open', told: 2 },
      { key: 'placement:routed.example.com', state: 'open', told: 1 },
    ]);
    expect(await attempts()).toEqual(['begun unknown', 'find none', 'update told']);
  });

  test('hears what begins and what ends afterwards', async () => {
    const chat = madeDestination();
    const { hear, setClock, run } = await openUnsteady(engine, { destinations: [chat] });
    await hear(0.5);
    await hear(0.5, 'other.example.com');
    await run(minute);
    await hear(0.95, 'other.example.com');
    await run(minute);
    setClock(byMs);
    await hear(0.95);
    await hear(0.5, 'other.example.com');
    await hear(0.5, 'new.example.com');
    await run(minute);
    expect(chat.standing).toMatchObject([
      { key, state: 'resolved' },
      { key: 'placement:other.example.com', state: 'resolved' },
      { key: 'placement:other.example.com', state: 'open' },
      { key: 'placement:new.example.com', state: 'open' },
    ]);
  });
});

const dead = () => Promise.reject(new LedgerUnavailable('dead'));
