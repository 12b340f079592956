import { describe, expect, test } from 'vitest';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { madeDestination } from './made-destination.ts';
import type { PipelineSettings } from './open-pipeline.ts';
import { key, openPipeline } from './open-pipeline.ts';
import type { Engine } from './open-store.ts';
import { engines, minute, openStore, second } from './open-store.ts';

async function openOwing(engine: Engine, count: number, settings: PipelineSettings = {}) {
  const store = settings.store ?? (await openStore(engine));
  const pipeline = await openPipeline({ ...settings, store });
  const domains = Array.from({ length: count }, (_, i) => (i === 0 ? 'news.example.com' : `d${i}.example.com`));
  for (const domain of domains) await pipeline.hear({ domain });
  await pipeline.route();
  return pipeline;
}

describe.each(engines)('a pace, on %s', (engine) => {
  test('of 60 a minute has the second message wait for a second', async () => {
    const chat = madeDestination({ pace: { perMinute: 60, burst: 1 } });
    const { store, tell } = await openOwing(engine, 3, { destinations: [chat] });
    await tell();
    expect(chat.standing).toHaveLength(1);
    store.advance(second - 1);
    await tell();
    expect(chat.standing).toHaveLength(1);
    store.advance(1);
    await tell();
    expect(chat.standing).toHaveLength(2);
    store.advance(second);
    await tell();
    expect(chat.standing).toHaveLength(3);
  });

  test('of one place is no other’s', async () => {
    const chat = madeDestination({ pace: { perMinute: 1, burst: 1 } });
    const other = madeDestination({ name: 'other' });
    const rules = [{ id: 'r', on: ['test.completed'], resolveAfter: '6h', key: '{{ domain }}', to: ['chat', 'other'] }];
    const { tell } = await openOwing(engine, 5, { destinations: [chat, other], rules });
    await tell();
    expect([chat.standing.length, other.standing.length]).toEqual([1, 5]);
  });

  test('is not used up by what turns out to need no call', async () => {
    const chat = madeDestination({ pace: { perMinute: 1, burst: 1 } });
    const { store, hear, route, tell } = await openOwing(engine, 1, { destinations: [chat] });
    store.advance(minute);
    await hear({ inboxRate: 0.9 });
    await hear({ domain: 'other.example.com' });
    await route();
    await tell();
    expect(chat.standing).toMatchObject([{ key: 'placement:other.example.com', state: 'open' }]);
  });

  test('has what just came due looked at when it opens, not later', async () => {
    const chat = madeDestination({ pace: { perMinute: 240, burst: 1 } });
    const { notifier, tell } = await openOwing(engine, 2, { destinations: [chat] });
    await tell();
    expect(await notifier.turn()).toBe(250);
  });
});

describe.each(engines)('room, on %s', (engine) => {
  test('is for thirty-two calls to one place at a time', async () => {
    const chat = madeDestination();
    const { notifier, tell } = await openOwing(engine, 35, { destinations: [chat] });
    const held = Array.from({ length: 32 }, () => chat.holdNext());
    await notifier.turn();
    await Promise.all(held.map(({ begun }) => begun));
    expect(await notifier.turn()).toBeGreaterThan(0);
    expect(chat.calls).toHaveLength(32);
    for (const { arrive } of held) arrive();
    await tell();
    expect(chat.standing).toHaveLength(35);
  });

  test('a call that takes longer than its lease is not begun a second time by the same process', async () => {
    const chat = madeDestination();
    const { store, notifier, tell } = await openOwing(engine, 1, { destinations: [chat] });
    const held = chat.holdNext();
    await notifier.turn();
    await held.begun;
    store.advance(minute);
    await notifier.turn();
    expect(chat.calls).toHaveLength(1);
    held.arrive();
    await tell();
    expect(chat.standing).toHaveLength(1);
  });

  test('no call is begun unless the rest of its lease is longer than its time-out', async () => {
    const chat = madeDestination({ timeoutMs: 10 * second });
    const store = await openStore(engine);
    const delays = [5 * second, 5 * second - 1];
    const { ledger, tell } = await openOwing(engine, 1, {
      store,
      destinations: [chat],
      over: (plain) => ({
        async claimNotifications(claim) {
          const claimed = await plain.claimNotifications(claim);
          if (claimed.notifications.length > 0) store.advance(delays.shift() ?? 0);
          return claimed;
        },
      }),
    });
    await tell();
    expect(delays).toEqual([]);
    expect(chat.standing).toMatchObject([{ state: 'open', told: 1 }]);
    const [notification] = (await ledger.findIncident(key))?.notifications ?? [];
    expect(notification?.attempts).toMatchObject([{ number: 1, result: 'told' }]);
  });
});

describe.each(engines)('a stop, on %s', (engine) => {
  test('waits for what is in flight and keeps its outcome', async () => {
    const chat = madeDestination();
    const { ledger, notifier } = await openOwing(engine, 1, { destinations: [chat] });
    const held = chat.holdNext();
    await notifier.turn();
    await held.begun;
    const drained = notifier.drain(minute);
    held.arrive();
    await drained;
    expect((await ledger.findIncident(key))?.notifications).toMatchObject([{ state: 'settled' }]);
  });

  test('cuts off what takes too long: nobody knows whether it was told, and it is told again', async () => {
    const chat = madeDestination();
    const store = await openStore(engine);
    const { ledger, notifier } = await openOwing(engine, 1, { store, destinations: [chat] });
    const held = chat.holdNext();
    await notifier.turn();
    await held.begun;
    await notifier.drain(1);
    expect((await ledger.findIncident(key))?.notifications).toMatchObject([
      { state: 'due', told: { opened: 'maybe' }, attempts: [{ result: 'ambiguous' }] },
    ]);
    const next = await openPipeline({ store, destinations: [chat] });
    store.advance(second);
    await next.tell();
    expect(chat.standing).toHaveLength(1);
  });
});

describe.each(engines)('a ledger that is away when an outcome is to be kept, on %s', (engine) => {
  test('is asked again until it is back, and nothing is told twice', async () => {
    const chat = madeDestination();
    let away = 2;
    const { ledger, tell } = await openOwing(engine, 1, {
      destinations: [chat],
      over: (plain) => ({
        async record(record) {
          away -= 1;
          if (away >= 0) throw new LedgerUnavailable('away');
          return plain.record(record);
        },
      }),
    });
    await tell();
    expect(chat.calls).toHaveLength(1);
    expect((await ledger.findIncident(key))?.notifications).toMatchObject([{ state: 'settled' }]);
  });

  test('and stays away is not waited for by a stop', async () => {
    const chat = madeDestination();
    const { notifier, lines } = await openOwing(engine, 1, {
      destinations: [chat],
      over: () => ({ record: () => Promise.reject(new LedgerUnavailable('away')) }),
    });
    await notifier.turn();
    await notifier.drain(1);
    expect(lines.at(-1)).toMatchObject({ level: 50, msg: 'attempt.failed', err: { message: 'away' } });
  });
});
