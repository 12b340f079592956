import { describe, expect, test } from 'vitest';
import { findingWays, madeDestination } from '../made-destination.ts';
import { key, openPipeline } from '../open-pipeline.ts';
import type { Engine } from '../open-store.ts';
import { engines, openStore, second } from '../open-store.ts';

const ambiguous = { kind: 'ambiguous', reason: 'no answer' } as const;

async function openFinding(engine: Engine) {
  const chat = madeDestination({ ways: findingWays });
  const store = await openStore(engine);
  const pipeline = await openPipeline({ store, destinations: [chat] });
  async function becomes(inboxRate: number): Promise<void> {
    store.advance(second);
    await pipeline.hear({ inboxRate, domain: 'news.example.com' });
    await pipeline.route();
  }
  /** Long enough for a pause, a look, and another look. */
  async function settle(): Promise<void> {
    for (let i = 0; i < 6; i += 1) {
      store.advance(4 * second);
      await pipeline.tell();
    }
  }
  const attempts = async () => {
    const found = await pipeline.ledger.findIncident(key);
    return found?.notifications[0]?.attempts.map(({ act, result }) => `${act} ${result}`);
  };
  return { ...pipeline, chat, becomes, settle, attempts };
}

describe.each(engines)('what may have been told, on %s', (engine) => {
  test('is found, and not told again', async () => {
    const { chat, becomes, tell, settle, attempts } = await openFinding(engine);
    chat.arriveBut(ambiguous);
    await becomes(0.5);
    await tell();
    await settle();
    expect(chat.standing).toMatchObject([{ state: 'open' }]);
    expect(chat.looks).toHaveLength(1);
    expect(await attempts()).toEqual(['open ambiguous', 'find none', 'update told']);
    await becomes(0.95);
    await settle();
    expect(chat.standing).toMatchObject([{ state: 'resolved' }]);
  });

  test('and was over meanwhile is found and ended', async () => {
    const { chat, becomes, tell, settle } = await openFinding(engine);
    chat.arriveBut(ambiguous);
    await becomes(0.5);
    await tell();
    await becomes(0.95);
    await settle();
    expect(chat.standing).toMatchObject([{ state: 'resolved' }]);
  });

  test('is told after two looks in vain', async () => {
    const { chat, becomes, tell, settle, attempts } = await openFinding(engine);
    chat.answerNext(ambiguous);
    await becomes(0.5);
    await tell();
    await settle();
    expect(chat.standing).toMatchObject([{ state: 'open', told: 1 }]);
    expect(await attempts()).toEqual(['open ambiguous', 'find none', 'find none', 'open told']);
  });

  test('and did not arrive is owed no end', async () => {
    const { chat, becomes, tell, settle } = await openFinding(engine);
    chat.answerNext(ambiguous);
    await becomes(0.5);
    await tell();
    await becomes(0.95);
    await settle();
    expect(chat.standing).toEqual([]);
    expect(chat.calls).toHaveLength(1);
  });

  test('is told again where it cannot be looked for, and the history says so', async () => {
    const { chat, becomes, tell, settle, attempts, ledger } = await openFinding(engine);
    chat.cannotFind({ kind: 'refused', reason: 'the app lacks a scope' });
    chat.arriveBut(ambiguous);
    await becomes(0.5);
    await tell();
    await settle();
    expect(chat.standing).toHaveLength(2);
    expect(await attempts()).toEqual(['open ambiguous', 'find refused', 'open told']);
    const found = await ledger.findIncident(key);
    expect(found?.notifications[0]?.attempts[1]?.reason).toBe(
      'cannot be looked for, so it is told again: the app lacks a scope',
    );
  });
});
