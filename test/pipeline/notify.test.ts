import { describe, expect, test } from 'vitest';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { inboxCheck } from '../../src/sources/inbox-check.ts';
import { madeDestination, pagerWays } from './made-destination.ts';
import type { PipelineSettings } from './open-pipeline.ts';
import { key, openPipeline, rateLow } from './open-pipeline.ts';
import { engines, openStore, second } from './open-store.ts';

const toBoth = { ...rateLow, to: ['chat', 'pager'] };

async function openTold(engine: (typeof engines)[number], settings: PipelineSettings = {}) {
  const chat = madeDestination();
  const pager = madeDestination({ name: 'pager', ways: pagerWays });
  const store = await openStore(engine);
  const pipeline = await openPipeline({ store, rules: [toBoth], destinations: [chat, pager], ...settings });
  /** Hears it a second after the last and routes it. */
  async function becomes(inboxRate: number): Promise<void> {
    store.advance(second);
    await pipeline.hear({ inboxRate });
    await pipeline.route();
  }
  const acts = () => ({ chat: chat.calls.map(({ act }) => act), pager: pager.calls.map(({ act }) => act) });
  return { ...pipeline, chat, pager, becomes, acts };
}

describe.each(engines)('what is told, on %s', (engine) => {
  test('an open, an update and a resolve are one post and two edits, one trigger folded and one resolve', async () => {
    const { tell, becomes, chat, pager, acts } = await openTold(engine);
    for (const inboxRate of [0.5, 0.4, 0.9]) {
      await becomes(inboxRate);
      await tell();
    }
    expect(acts()).toEqual({ chat: ['open', 'update', 'resolve'], pager: ['open', 'update', 'resolve'] });
    expect(chat.calls.map(({ ref }) => ref)).toEqual([undefined, `${key}@1`, `${key}@1`]);
    expect(chat.standing).toMatchObject([{ state: 'resolved', told: 3 }]);
    expect(pager.standing).toMatchObject([{ key, state: 'resolved' }]);
  });

  test('is told though the answer to the claim got lost, without waiting for the lease', async () => {
    let lost = 0;
    const { tell, becomes, chat } = await openTold(engine, {
      over: (plain) => ({
        async claimNotifications(claim) {
          const answer = await plain.claimNotifications(claim);
          if (answer.notifications.length > 0) lost += 1;
          if (lost === 1) throw new LedgerUnavailable('no answer');
          return answer;
        },
      }),
    });
    await becomes(0.5);
    await expect(tell()).rejects.toThrow('no answer');
    lost += 1;
    await tell();
    expect(chat.standing).toMatchObject([{ state: 'open', told: 1 }]);
    expect(chat.calls).toHaveLength(1);
  });

  test('ten events in a burst before the first send are one message', async () => {
    const { tell, becomes, chat, pager } = await openTold(engine);
    for (let i = 0; i < 10; i += 1) await becomes(0.5 - i / 100);
    await tell();
    expect([chat.calls.length, pager.calls.length]).toEqual([1, 1]);
    expect(chat.standing).toMatchObject([
      { state: 'open', title: 'news.example.com: inbox rate 41.0% (below 80.0%)', told: 1 },
    ]);
  });

  test('ten events while the first is being told are one message and one edit', async () => {
    const { tell, notifier, becomes, chat, acts } = await openTold(engine);
    await becomes(0.6);
    const held = chat.holdNext();
    await notifier.turn();
    await held.begun;
    for (let i = 1; i < 10; i += 1) await becomes(0.6 - i / 100);
    held.arrive();
    await tell();
    expect(acts().chat).toEqual(['open', 'update']);
    expect(chat.standing).toMatchObject([{ title: 'news.example.com: inbox rate 51.0% (below 80.0%)', told: 2 }]);
  });

  test('a resolve before the first send is nothing at all', async () => {
    const { ledger, tell, becomes, chat, pager } = await openTold(engine);
    await becomes(0.5);
    await becomes(0.9);
    await tell();
    expect([...chat.calls, ...pager.calls]).toEqual([]);
    expect(await ledger.backlog()).toMatchObject({ owed: 0, openIncidents: 0 });
    const found = await ledger.findIncident(key);
    expect(found?.notifications).toMatchObject([
      { state: 'settled', attempts: [{ act: 'nothing', result: 'none' }] },
      { state: 'settled', attempts: [{ act: 'nothing', result: 'none' }] },
    ]);
  });

  test('a resolve while the first is being told is told after it', async () => {
    const { tell, notifier, becomes, pager, acts } = await openTold(engine);
    await becomes(0.5);
    const held = pager.holdNext();
    await notifier.turn();
    await held.begun;
    await becomes(0.9);
    held.arrive();
    await tell();
    expect(acts().pager).toEqual(['open', 'resolve']);
    expect(pager.standing).toMatchObject([{ state: 'resolved' }]);
  });

  test('once all is told nothing is owed, and nobody is told again', async () => {
    const { ledger, store, tell, becomes, chat } = await openTold(engine);
    await becomes(0.5);
    await tell();
    store.advance(86_400 * second);
    await tell();
    expect(chat.calls).toHaveLength(1);
    expect(await ledger.backlog()).toMatchObject({ owed: 0, openIncidents: 1 });
  });

  test('a notice is told once, and again by no duplicate', async () => {
    const notice = { id: 'failed', on: ['test.failed'], lifecycle: 'notice', to: ['chat', 'pager'] };
    const { hearEvent, route, tell, chat, pager } = await openTold(engine, { rules: [notice] });
    for (let i = 0; i < 2; i += 1) {
      await hearEvent(inboxCheck, 'test.failed', { id: 'dlv_1' });
      await route();
      await tell();
    }
    expect(chat.calls.map(({ act }) => act)).toEqual(['notice']);
    expect(pager.standing).toMatchObject([{ state: 'notice' }]);
  });

  test('each attempt is one line in the log, by who, what and how it ended', async () => {
    const { tell, becomes, lines } = await openTold(engine);
    await becomes(0.5);
    await tell();
    const told = lines.filter(({ msg }) => msg === 'attempt.told');
    expect(told).toHaveLength(2);
    expect(told).toContainEqual(
      expect.objectContaining({ destination: 'pager', act: 'open', result: 'told', key, episode: 1, attempt: 1 }),
    );
  });
});

describe.each(engines)('a claim whose process died, on %s', (engine) => {
  /** It claims, and is never heard of again. */
  async function dies(): Promise<Awaited<ReturnType<typeof openTold>> & { tellLater: () => Promise<void> }> {
    const told = await openTold(engine);
    await told.becomes(0.5);
    const claim = (destination: { address: string; timeoutMs: number }) => ({
      address: destination.address,
      slots: 8,
      leaseMs: destination.timeoutMs + 5 * second,
    });
    const rooms = [told.chat, told.pager].map(claim);
    await told.ledger.claimNotifications({ token: 'dead', rooms, holding: [] });
    async function tellLater() {
      told.store.advance(15 * second);
      await told.tell();
    }
    return { ...told, tellLater };
  }

  test('may have told: it is told again, and PagerDuty folds it', async () => {
    const { ledger, tell, tellLater, pager, lines } = await dies();
    await tell();
    expect(pager.calls).toEqual([]);
    await tellLater();
    expect(pager.standing).toMatchObject([{ key, state: 'open', told: 1 }]);
    expect(lines.filter(({ msg }) => msg === 'attempt.told')).toMatchObject([
      { attempt: 2, interrupted: true },
      { attempt: 2, interrupted: true },
    ]);
    const found = await ledger.findIncident(key);
    for (const { attempts } of found?.notifications ?? []) {
      expect(attempts).toMatchObject([{ number: 1 }, { number: 2, result: 'told' }]);
      expect(attempts[0]).not.toHaveProperty('result');
    }
  });

  test('is owed its end although nobody knows whether it told', async () => {
    const { becomes, tellLater, acts, pager } = await dies();
    const there = { ref: key, key, number: 1, state: 'open', told: 1, short: false } as const;
    pager.standing.push({ ...there, title: 'as the dead one told it' });
    await becomes(0.9);
    await tellLater();
    expect(acts()).toEqual({ chat: ['resolve'], pager: ['resolve'] });
    expect(pager.standing).toMatchObject([{ state: 'resolved' }]);
  });
});
