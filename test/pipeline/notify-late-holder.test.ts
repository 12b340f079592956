import { describe, expect, test } from 'vitest';
import type { Held, MadeDestination } from './made-destination.ts';
import { madeDestination, pagerWays } from './made-destination.ts';
import { key, openPipeline } from './open-pipeline.ts';
import type { Engine } from './open-store.ts';
import { engines, openStore, second } from './open-store.ts';

/** Two processes that tell one place: the first is held up in a call, loses its lease, and comes through after all. */
async function openTwo(engine: Engine, there: MadeDestination) {
  const store = await openStore(engine);
  const slow = await openPipeline({ store, destinations: [there] });
  const quick = await openPipeline({ store, destinations: [there] });
  async function becomes(inboxRate: number): Promise<void> {
    store.advance(second);
    await quick.hear({ inboxRate });
    await quick.route();
  }
  /** The slow one begins a call, and its lease ends. */
  async function heldUp(): Promise<Held> {
    const held = there.holdNext();
    await slow.notifier.turn();
    await held.begun;
    store.advance(15 * second);
    return held;
  }
  /** The call comes through; all that is then owed is told. */
  async function comesThrough(held: Held): Promise<void> {
    held.arrive();
    await slow.notifier.drain(60_000);
    await slow.tell();
  }
  return { ...quick, slow, becomes, heldUp, comesThrough };
}

describe.each(engines)('a late holder at Slack, on %s', (engine) => {
  test('leaves a copy that is edited to the truth at the end, as the message is', async () => {
    const chat = madeDestination();
    const { becomes, tell, heldUp, comesThrough, slow } = await openTwo(engine, chat);
    await becomes(0.5);
    const held = await heldUp();
    await tell();
    await comesThrough(held);
    expect(slow.lines.map(({ msg }) => msg)).toContain('attempt.late');
    expect(chat.standing).toMatchObject([{ state: 'open' }, { state: 'open' }]);
    await becomes(0.9);
    await tell();
    expect(chat.standing).toMatchObject([{ state: 'resolved' }, { state: 'resolved' }]);
  });

  test('leaves a copy that is edited at once when it is over already', async () => {
    const chat = madeDestination();
    const { ledger, becomes, tell, heldUp, comesThrough } = await openTwo(engine, chat);
    await becomes(0.5);
    const held = await heldUp();
    await tell();
    await becomes(0.9);
    await tell();
    await comesThrough(held);
    expect(chat.standing).toMatchObject([{ state: 'resolved' }, { state: 'resolved' }]);
    expect(await ledger.backlog()).toMatchObject({ owed: 0 });
  });

  test('that edited the message back has it edited again', async () => {
    const chat = madeDestination();
    const { becomes, tell, heldUp, comesThrough } = await openTwo(engine, chat);
    await becomes(0.5);
    await tell();
    await becomes(0.4);
    const held = await heldUp();
    await becomes(0.9);
    await tell();
    expect(chat.standing).toMatchObject([{ state: 'resolved' }]);
    await comesThrough(held);
    expect(chat.standing).toMatchObject([{ state: 'resolved', title: expect.stringContaining('40.0%') }]);
    expect(chat.calls.map(({ act }) => act)).toEqual(['open', 'update', 'resolve', 'resolve']);
  });

  test('that was told nothing leaves nothing', async () => {
    const chat = madeDestination();
    const { ledger, becomes, tell, heldUp, slow } = await openTwo(engine, chat);
    await becomes(0.5);
    const held = await heldUp();
    await tell();
    held.arrive({ kind: 'retry', reason: 'not reached' });
    await slow.notifier.drain(60_000);
    await slow.tell();
    expect(chat.standing).toHaveLength(1);
    const [notification] = (await ledger.findIncident(key))?.notifications ?? [];
    expect(notification).toMatchObject({
      state: 'settled',
      attempts: [{ result: 'retry', late: true }, { result: 'told' }],
    });
  });
});

describe.each(engines)('a late holder at PagerDuty, on %s', (engine) => {
  const openPaged = async () => {
    const pager = madeDestination({ ways: pagerWays });
    return { pager, ...(await openTwo(engine, pager)) };
  };

  test('whose trigger comes after the resolve is resolved again', async () => {
    const { pager, ledger, becomes, tell, heldUp, comesThrough } = await openPaged();
    await becomes(0.5);
    const held = await heldUp();
    await tell();
    await becomes(0.9);
    await tell();
    expect(pager.standing).toMatchObject([{ state: 'resolved' }]);
    await comesThrough(held);
    expect(pager.standing).toMatchObject([{ state: 'resolved' }, { state: 'resolved' }]);
    expect(pager.calls.map(({ act }) => act)).toEqual(['open', 'open', 'resolve', 'resolve']);
    expect(await ledger.backlog()).toMatchObject({ owed: 0 });
  });

  test('whose resolve of the first episode comes after the second opened has the second triggered again', async () => {
    const { pager, becomes, tell, heldUp, comesThrough } = await openPaged();
    await becomes(0.5);
    await tell();
    await becomes(0.9);
    const held = await heldUp();
    await tell();
    await becomes(0.4);
    await tell();
    expect(pager.standing).toMatchObject([{ state: 'resolved' }, { state: 'open' }]);
    await comesThrough(held);
    expect(pager.standing.at(-1)).toMatchObject({ key, state: 'open' });
    await becomes(0.95);
    await tell();
    expect(pager.standing.every(({ state }) => state === 'resolved')).toBe(true);
  });

  test('whose trigger of the first episode comes while the second waits does not let the second open too soon', async () => {
    const { pager, becomes, tell, heldUp, comesThrough, store } = await openPaged();
    await becomes(0.5);
    await tell();
    await becomes(0.4);
    const held = await heldUp();
    pager.answerNext({ kind: 'retry', reason: 'down', afterMs: 10 * second });
    await becomes(0.9);
    await tell();
    await becomes(0.3);
    await tell();
    await comesThrough(held);
    store.advance(10 * second);
    await tell();
    expect(pager.standing.at(-1)).toMatchObject({ key, state: 'open', title: expect.stringContaining('30.0%') });
  });
});
