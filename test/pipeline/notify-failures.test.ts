import { describe, expect, test } from 'vitest';
import { chatWays, madeDestination, pagerWays } from './made-destination.ts';
import type { PipelineSettings } from './open-pipeline.ts';
import { key, openPipeline, rateLow } from './open-pipeline.ts';
import type { Engine } from './open-store.ts';
import { day, engines, hour, minute, openStore, second } from './open-store.ts';

async function openFailing(engine: Engine, settings: PipelineSettings = {}) {
  const chat = madeDestination();
  const store = await openStore(engine);
  const pipeline = await openPipeline({ store, destinations: [chat], ...settings });
  async function becomes(inboxRate: number, domain = 'news.example.com'): Promise<void> {
    store.advance(second);
    await pipeline.hear({ inboxRate, domain });
    await pipeline.route();
  }
  async function tellAfter(ms: number): Promise<void> {
    store.advance(ms);
    await pipeline.tell();
  }
  const notification = async () => (await pipeline.ledger.findIncident(key))?.notifications[0];
  return { ...pipeline, chat, becomes, tellAfter, notification };
}

describe.each(engines)('what did not happen, on %s', (engine) => {
  test('is tried again after 1, 2, 4 s and so on up to 5 min, and told in the end', async () => {
    const chat = madeDestination({ ways: { ...chatWays, fallbackAfterMs: day } });
    const { becomes, tell, tellAfter, notification } = await openFailing(engine, { destinations: [chat] });
    await becomes(0.5);
    chat.answerNext(...Array.from({ length: 12 }, () => ({ kind: 'retry', reason: 'down' }) as const));
    await tell();
    for (const pause of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]) {
      const before = chat.calls.length;
      await tellAfter(pause * second - 1);
      expect(chat.calls).toHaveLength(before);
      await tellAfter(1);
      expect(chat.calls).toHaveLength(before + 1);
    }
    expect(chat.standing).toMatchObject([{ state: 'open' }]);
    expect(await notification()).toMatchObject({ state: 'settled', failures: 0 });
  });

  test('in an edit of what is gone is told anew, and the end after it', async () => {
    const { chat, becomes, tell, notification } = await openFailing(engine);
    await becomes(0.5);
    await tell();
    await becomes(0.4);
    chat.answerNext({ kind: 'refused', reason: 'the message is gone', lost: 'gone' });
    await tell();
    expect(chat.standing).toMatchObject([{ state: 'open' }, { state: 'open' }]);
    await becomes(0.95);
    await tell();
    expect(chat.standing.at(-1)).toMatchObject({ state: 'resolved' });
    expect(await notification()).toMatchObject({ state: 'settled', failures: 0 });
  });

  test('in an edit of what is fixed as it is is told anew, with a link to what is left behind', async () => {
    const { chat, becomes, tell } = await openFailing(engine);
    await becomes(0.5);
    await tell();
    const [first] = chat.calls;
    expect(first).not.toHaveProperty('former');
    await becomes(0.4);
    chat.answerNext({ kind: 'refused', reason: 'the message can no longer be edited', lost: 'fixed' });
    await tell();
    expect(chat.calls.at(-1)).toMatchObject({ act: 'open', former: chat.calls.at(-2)?.ref });
    await becomes(0.95);
    await tell();
    expect(chat.calls.at(-1)).toMatchObject({ act: 'resolve', former: expect.any(String) });
  });

  test('in a trigger that comes through after the end is ended again', async () => {
    const pager = madeDestination({ name: 'chat', ways: pagerWays });
    const { becomes, tell, tellAfter, notification } = await openFailing(engine, { destinations: [pager] });
    await becomes(0.5);
    pager.answerNext({ kind: 'ambiguous', reason: 'no complete answer', pending: true });
    await tell();
    await becomes(0.95);
    await tell();
    expect(pager.calls.map(({ act }) => act)).toEqual(['open', 'resolve']);
    await tellAfter(8 * second);
    expect(pager.calls).toHaveLength(2);
    await tellAfter(second);
    expect(pager.calls.map(({ act }) => act)).toEqual(['open', 'resolve', 'resolve']);
    expect(await notification()).toMatchObject({ state: 'settled', failures: 0 });
  });

  test('is tried no sooner than asked', async () => {
    const { chat, becomes, tell, tellAfter } = await openFailing(engine);
    await becomes(0.5);
    chat.answerNext({ kind: 'retry', reason: 'busy', afterMs: 47 * second });
    await tell();
    await tellAfter(47 * second - 1);
    expect(chat.calls).toHaveLength(1);
    await tellAfter(1);
    expect(chat.standing).toHaveLength(1);
  });

  test('leaves its pauses growing, whatever is heard meanwhile', async () => {
    const { chat, becomes, tell, notification } = await openFailing(engine);
    chat.answerNext(...Array.from({ length: 4 }, () => ({ kind: 'retry', reason: 'down' }) as const));
    for (let i = 0; i < 4; i += 1) {
      await becomes(0.5 - i / 100);
      await tell();
    }
    expect((await notification())?.failures).toBe(4);
  });

  test('over the limit: nothing else is told at that address before the time it asked for', async () => {
    const other = madeDestination({ name: 'other' });
    const chat = madeDestination();
    const rules = [{ ...rateLow, to: ['chat', 'other'] }];
    const { becomes, tell, tellAfter } = await openFailing(engine, { rules, destinations: [chat, other] });
    chat.answerNext({
      kind: 'retry',
      reason: 'over its limit',
      afterMs: 30 * second,
      pause: { of: 'address', ms: 30 * second },
    });
    await becomes(0.5, 'a.example.com');
    await tell();
    await becomes(0.5, 'b.example.com');
    await becomes(0.5, 'c.example.com');
    await tell();
    expect([chat.calls.length, other.standing.length]).toEqual([1, 3]);
    await tellAfter(28 * second - 1);
    expect(chat.calls).toHaveLength(1);
    await tellAfter(1);
    expect(chat.standing).toHaveLength(3);
  });

  test('is given up after 7 days, an end after 30', async () => {
    const down = { kind: 'retry', reason: 'down' } as const;
    const { chat, becomes, tell, tellAfter, notification } = await openFailing(engine);
    await becomes(0.5);
    await tell();
    chat.answerNext(...Array.from({ length: 50 }, () => down));
    await becomes(0.4);
    await tell();
    for (let i = 0; i < 7; i += 1) await tellAfter(day);
    expect((await notification())?.state).toBe('due');
    await tellAfter(day);
    expect(await notification()).toMatchObject({ state: 'dead', reason: 'given up after 7 days: down' });
    await becomes(0.9);
    await tell();
    for (let i = 0; i < 30; i += 1) await tellAfter(day);
    expect((await notification())?.state).toBe('due');
    await tellAfter(day);
    expect(await notification()).toMatchObject({ state: 'dead', reason: 'given up after 30 days: down' });
  });
});

describe.each(engines)('what nobody knows whether it happened, on %s', (engine) => {
  test('is told again, and PagerDuty folds it', async () => {
    const pager = madeDestination({ ways: pagerWays });
    const { becomes, tell, tellAfter } = await openFailing(engine, { destinations: [pager] });
    pager.arriveBut({ kind: 'ambiguous', reason: 'answered 500' });
    await becomes(0.5);
    await tell();
    await tellAfter(second);
    expect(pager.standing).toMatchObject([{ key, state: 'open', told: 2 }]);
  });

  test('is owed its end: a trigger that was kept but answered by an error ends resolved', async () => {
    const pager = madeDestination({ ways: pagerWays });
    const { becomes, tell } = await openFailing(engine, { destinations: [pager] });
    pager.arriveBut({ kind: 'ambiguous', reason: 'answered 500' });
    await becomes(0.5);
    await tell();
    expect(pager.standing).toMatchObject([{ state: 'open' }]);
    await becomes(0.9);
    await tell();
    expect(pager.calls.map(({ act }) => act)).toEqual(['open', 'resolve']);
    expect(pager.standing).toMatchObject([{ state: 'resolved' }]);
  });
});

describe.each(engines)('what is refused, on %s', (engine) => {
  const archived = { kind: 'refused', reason: 'the channel is archived' } as const;

  /** The owner hears at another place than the one that refuses. */
  async function openRefused() {
    const owner = madeDestination({ name: 'owner' });
    const chat = madeDestination();
    const opened = await openFailing(engine, { destinations: [chat, owner], owner: 'owner' });
    return { ...opened, chat, owner };
  }

  test('is dead, and is not tried again', async () => {
    const { chat, becomes, tell, tellAfter, notification, ledger } = await openRefused();
    chat.answerNext(archived);
    await becomes(0.5);
    await tell();
    await tellAfter(hour);
    expect(chat.calls).toHaveLength(1);
    expect(await notification()).toMatchObject({ state: 'dead', reason: 'the channel is archived' });
    expect(await ledger.backlog()).toMatchObject({ deadNotifications: 1 });
  });

  test('is told to the owner once a day, however many of them', async () => {
    const { chat, owner, becomes, tell, store } = await openRefused();
    chat.answerNext(...Array.from({ length: 9 }, () => archived));
    for (const domain of ['a', 'b', 'c']) await becomes(0.5, `${domain}.example.com`);
    await tell();
    expect(owner.standing).toMatchObject([{ state: 'notice', told: 1 }]);
    expect(owner.standing[0]?.title).toContain('chat could not be told about placement:');
    expect(owner.standing[0]?.title).toContain('(open): the channel is archived');
    store.advance(day);
    await becomes(0.5, 'd.example.com');
    await tell();
    expect(owner.standing).toHaveLength(2);
  });

  test('is told to the owner each day also where the reason is long', async () => {
    const { chat, owner, becomes, tell, store } = await openRefused();
    const wordy = { kind: 'refused', reason: `not valid: ${'because of this and that, '.repeat(12)}` } as const;
    chat.answerNext(wordy, wordy);
    await becomes(0.5, 'a.example.com');
    await tell();
    store.advance(day);
    await becomes(0.5, 'b.example.com');
    await tell();
    expect(owner.standing).toHaveLength(2);
  });

  test('an end that is refused tells the owner that it is still open there', async () => {
    const { chat, owner, becomes, tell } = await openRefused();
    await becomes(0.5);
    await tell();
    chat.answerNext(archived);
    await becomes(0.9);
    await tell();
    expect(owner.standing[0]?.title).toContain(
      `(resolve): the channel is archived. It is still open there, under ${key}.`,
    );
  });

  test('each end that is refused is told to the owner: each leaves something open', async () => {
    const { chat, owner, becomes, tell } = await openRefused();
    for (const domain of ['a', 'b']) await becomes(0.5, `${domain}.example.com`);
    await tell();
    chat.answerNext(archived, archived);
    for (const domain of ['a', 'b']) await becomes(0.9, `${domain}.example.com`);
    await tell();
    expect(owner.standing).toHaveLength(2);
  });

  test('starts fresh with what is newer', async () => {
    const { chat, becomes, tell, notification } = await openRefused();
    chat.answerNext(archived);
    await becomes(0.5);
    await tell();
    await becomes(0.4);
    await tell();
    expect(chat.standing).toMatchObject([{ state: 'open', title: expect.stringContaining('40.0%') }]);
    expect(await notification()).toMatchObject({ state: 'settled', failures: 0 });
  });

  test('before anything arrived there owes no end', async () => {
    const { chat, becomes, tell, notification } = await openRefused();
    chat.answerNext(archived);
    await becomes(0.5);
    await tell();
    await becomes(0.9);
    await tell();
    expect(chat.calls).toHaveLength(1);
    expect((await notification())?.state).toBe('settled');
  });

  test('by the owner’s own place tells nobody, over and over', async () => {
    const chat = madeDestination();
    const { becomes, tell, tellAfter, ledger } = await openFailing(engine, { destinations: [chat], owner: 'chat' });
    chat.answerNext(...Array.from({ length: 9 }, () => archived));
    await becomes(0.5);
    await tell();
    await tellAfter(minute);
    expect(chat.calls.map(({ act }) => act)).toEqual(['open', 'notice']);
    expect(await ledger.backlog()).toMatchObject({ deadNotifications: 2, owed: 0 });
  });
});
