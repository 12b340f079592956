import { describe, expect, test } from 'vitest';
import { madeDestination, pagerWays } from './made-destination.ts';
import { key, openPipeline, rateLow } from './open-pipeline.ts';
import { engines, minute, openStore, second } from './open-store.ts';

const retry = { kind: 'retry', reason: 'not now', afterMs: 10 * second } as const;
const failing = Array.from({ length: 60 }, () => retry);

/** One episode was told; its end is owed, and so is the next episode's beginning. */
async function openReopened(engine: (typeof engines)[number]) {
  const chat = madeDestination();
  const pager = madeDestination({ name: 'pager', ways: pagerWays });
  const store = await openStore(engine);
  const rules = [{ ...rateLow, to: ['chat', 'pager'] }];
  const pipeline = await openPipeline({ store, rules, destinations: [chat, pager] });
  async function becomes(inboxRate: number): Promise<void> {
    store.advance(second);
    await pipeline.hear({ inboxRate });
    await pipeline.route();
  }
  /** As time goes by, in steps of a second. */
  async function tellFor(ms: number): Promise<void> {
    for (let gone = 0; gone < ms; gone += second) {
      store.advance(second);
      await pipeline.tell();
    }
  }
  await becomes(0.5);
  await pipeline.tell();
  pager.answerNext(...failing);
  await becomes(0.9);
  await pipeline.tell();
  await becomes(0.4);
  await pipeline.tell();
  return { ...pipeline, chat, pager, becomes, tellFor };
}

describe.each(engines)('where episodes share a key, on %s', (engine) => {
  test('the next waits for the end of the one before, and then opens under the same key', async () => {
    const { pager, tellFor, ledger } = await openReopened(engine);
    expect(pager.calls.map(({ act }) => act)).toEqual(['open', 'resolve']);
    const waiting = (await ledger.findIncident(key))?.notifications.find(
      ({ number, address }) => number === 2 && address === pager.address,
    );
    expect(waiting).toMatchObject({ state: 'waiting', attempts: [{ act: 'wait', result: 'none' }] });

    pager.forgetAnswers();
    await tellFor(20 * second);
    expect(pager.calls.slice(2).map(({ act, key }) => [act, key])).toEqual([
      ['resolve', key],
      ['open', key],
    ]);
    expect(pager.standing).toMatchObject([
      { key, state: 'resolved' },
      { key, state: 'open' },
    ]);
  });

  test('the next opens under a key of its own when the end is not told within two minutes', async () => {
    const { pager, tellFor, becomes, tell, ledger } = await openReopened(engine);
    await tellFor(minute);
    expect(pager.calls.every(({ act, key: under }) => act !== 'open' || under === key)).toBe(true);
    expect(pager.calls.filter(({ act }) => act === 'open')).toHaveLength(1);

    pager.onlyKey(`${key}#2`);
    await tellFor(minute + second);
    expect(pager.standing).toMatchObject([
      { key, state: 'open' },
      { key: `${key}#2`, state: 'open', told: 1 },
    ]);

    await becomes(0.9);
    await tell();
    pager.forgetAnswers();
    await tellFor(6 * minute);
    expect(pager.standing).toMatchObject([
      { key, state: 'resolved' },
      { key: `${key}#2`, state: 'resolved' },
    ]);
    expect(await ledger.backlog()).toMatchObject({ owed: 0, openIncidents: 0 });
  });

  test('the next is nothing at all when it is over before the end of the one before is told', async () => {
    const { pager, tellFor, becomes, ledger } = await openReopened(engine);
    await becomes(0.95);
    pager.forgetAnswers();
    await tellFor(20 * second);
    expect(pager.calls.map(({ act }) => act)).toEqual(['open', 'resolve', 'resolve']);
    expect(pager.standing).toMatchObject([{ key, state: 'resolved' }]);
    expect(await ledger.backlog()).toMatchObject({ owed: 0 });
  });

  test('the next opens under a key of its own when the end of the one before is given up: that stands there', async () => {
    const { pager, tellFor } = await openReopened(engine);
    pager.forgetAnswers();
    pager.answerNext({ kind: 'refused', reason: 'it is gone' });
    await tellFor(12 * second);
    expect(pager.calls.at(-1)).toMatchObject({ act: 'open', key: `${key}#2` });
  });

  test('where they do not, the next is a message of its own at once', async () => {
    const { chat, becomes, tellFor } = await openReopened(engine);
    expect(chat.standing).toMatchObject([
      { ref: `${key}@1`, state: 'resolved' },
      { ref: `${key}@2`, state: 'open' },
    ]);
    // An edit says all of it anew: the way to the one before has to be in it too.
    await becomes(0.3);
    await tellFor(20 * second);
    const ofSecond = chat.calls.filter(({ ref, act }) => act === 'open' || ref === `${key}@2`).slice(1);
    expect(ofSecond.map(({ act, before }) => [act, before])).toEqual([
      ['open', { number: 1, ref: `${key}@1` }],
      ['update', { number: 1, ref: `${key}@1` }],
    ]);
  });
});
