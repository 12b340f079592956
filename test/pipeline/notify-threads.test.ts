import { describe, expect, test } from 'vitest';
import { madeDestination, threadWays } from './made-destination.ts';
import { key } from './open-pipeline.ts';
import type { Engine } from './open-store.ts';
import { engines, hour, minute, openStore, second } from './open-store.ts';
import { openTold } from './open-told.ts';

const ambiguous = { kind: 'ambiguous', reason: 'no answer' } as const;
const content = { kind: 'refused', reason: 'invalid_blocks', content: true } as const;

async function openChat(engine: Engine) {
  const chat = madeDestination({ ways: threadWays });
  return { chat, acts: () => chat.calls.map(({ act }) => act), ...(await openTold(engine, [chat])) };
}

describe.each(engines)('edits of one message, on %s', (engine) => {
  test('that are not urgent are told together, no more often than asked', async () => {
    const { chat, becomes, tellAfter, acts } = await openChat(engine);
    await becomes(0.6);
    for (const inboxRate of [0.59, 0.58, 0.57]) await becomes(inboxRate);
    expect(acts()).toEqual(['open']);
    await tellAfter(7 * second - 1);
    expect(acts()).toEqual(['open']);
    await tellAfter(1);
    expect(acts()).toEqual(['open', 'update']);
    expect(chat.standing).toMatchObject([{ title: expect.stringContaining('57.0%') }]);
  });

  test('are made at once with a rise, a person’s word and the end', async () => {
    const { chat, becomes, acknowledge, acts } = await openChat(engine);
    await becomes(0.5);
    await acknowledge();
    await becomes(0.2);
    await becomes(0.9);
    expect(acts().filter((act) => act !== 'reply')).toEqual(['open', 'update', 'update', 'resolve']);
    expect(chat.standing).toMatchObject([{ state: 'resolved' }]);
  });

  test('do not wait for a clock that went back', async () => {
    const { store, becomes, heard, tell, acts } = await openChat(engine);
    await becomes(0.6);
    await heard(0.59);
    store.advance(-hour);
    await tell();
    expect(acts()).toEqual(['open', 'update']);
  });
});

describe.each(engines)('replies, on %s', (engine) => {
  test('are made of what matters, once each, below the message, with ids of their own', async () => {
    const { chat, becomes, acknowledge, snooze, resolve, history } = await openChat(engine);
    await becomes(0.5);
    await becomes(0.2);
    await acknowledge();
    await snooze(hour);
    await resolve();
    expect(chat.replies.map(({ what }) => what)).toEqual(['raised', 'acknowledged', 'ended']);
    expect(new Set(chat.replies.map(({ below }) => below))).toEqual(new Set([`${key}@1`]));
    const { id } = await history();
    for (const reply of chat.replies) expect(reply.id).toMatch(new RegExp(`^${id}:\\d+$`));
    expect(new Set(chat.replies.map((reply) => reply.id)).size).toBe(3);
  });

  test('are not made of what the message opened with', async () => {
    const { chat, heard, becomes, tellAfter } = await openChat(engine);
    await heard(0.5);
    await becomes(0.2);
    await tellAfter(minute);
    expect(chat.calls.map(({ act }) => act)).toEqual(['open']);
  });

  test('that may have arrived are found, and not made again', async () => {
    const { chat, becomes, tellAfter, attempts } = await openChat(engine);
    await becomes(0.5);
    chat.answerNext({ kind: 'told', ref: `${key}@1` });
    chat.arriveBut(ambiguous);
    await becomes(0.9);
    await tellAfter(second);
    expect(chat.replies).toMatchObject([{ what: 'ended' }]);
    expect(await attempts()).toEqual(['open told', 'resolve told', 'reply ambiguous', 'find none']);
  });

  test('that did not arrive are made again after two looks in vain', async () => {
    const { chat, becomes, tellAfter, attempts } = await openChat(engine);
    await becomes(0.5);
    chat.answerNext({ kind: 'told', ref: `${key}@1` }, ambiguous);
    await becomes(0.9);
    for (let i = 0; i < 3; i += 1) await tellAfter(3 * second);
    expect(chat.replies).toMatchObject([{ what: 'ended' }]);
    expect((await attempts()).slice(2)).toEqual(['reply ambiguous', 'find none', 'find none', 'reply told']);
  });

  test('that are refused are given up, and are no dead letter', async () => {
    const { chat, becomes, tellAfter, history, ledger, attempts } = await openChat(engine);
    await becomes(0.5);
    chat.answerAll({ kind: 'refused', reason: 'the thread is locked' }, 'reply');
    await becomes(0.9);
    await tellAfter(hour);
    expect(await attempts()).toEqual(['open told', 'resolve told', 'reply refused']);
    expect(await history()).toMatchObject({ state: 'settled', attempts: [{}, {}, { reason: 'the thread is locked' }] });
    expect(await ledger.backlog()).toMatchObject({ owed: 0, deadNotifications: 0 });
  });

  test('that cannot be made yet hold up neither edits nor the end', async () => {
    const { chat, becomes, tellAfter } = await openChat(engine);
    await becomes(0.5);
    chat.answerAll({ kind: 'retry', reason: 'down' }, 'reply');
    await becomes(0.2);
    await becomes(0.9);
    expect(chat.standing).toMatchObject([{ state: 'resolved' }]);
    chat.forgetAnswers();
    await tellAfter(minute);
    expect(chat.replies.map(({ what }) => what)).toEqual(['raised', 'ended']);
  });

  test('about a rise wait for a silence to end, and hold up neither edits nor the end', async () => {
    const { chat, silence, becomes, tellAfter } = await openChat(engine);
    await becomes(0.5);
    await silence({ key }, hour);
    await becomes(0.2);
    expect(chat.standing).toMatchObject([{ title: expect.stringContaining('20.0%') }]);
    expect(chat.replies).toEqual([]);
    await tellAfter(hour);
    expect(chat.replies).toMatchObject([{ what: 'raised' }]);
    await silence({ key }, hour);
    await becomes(0.9);
    expect(chat.standing).toMatchObject([{ state: 'resolved' }]);
    expect(chat.replies).toMatchObject([{ what: 'raised' }, { what: 'ended' }]);
  });

  test('that another process was about to make when it died are looked for first', async () => {
    const { chat, becomes, store, ledger, tellAfter } = await openChat(engine);
    await becomes(0.5);
    chat.answerNext({ kind: 'told', ref: `${key}@1` }, { kind: 'retry', reason: 'down' });
    await becomes(0.9);
    store.advance(second);
    const rooms = [{ address: chat.address, slots: 1, leaseMs: 15 * second }];
    await ledger.claimNotifications({ token: 'dead', rooms, holding: [] });
    await tellAfter(15 * second);
    expect(chat.looks).toHaveLength(1);
    await tellAfter(3 * second);
    expect(chat.replies).toMatchObject([{ what: 'ended' }]);
  });

  test('that a late holder made after all are not made again', async () => {
    const chat = madeDestination({ ways: threadWays });
    const store = await openStore(engine);
    const slow = await openTold(engine, [chat], { store });
    await slow.becomes(0.5);
    chat.answerNext({ kind: 'told', ref: `${key}@1` }, { kind: 'retry', reason: 'down' });
    await slow.becomes(0.9);
    store.advance(second);
    const held = chat.holdNext();
    await slow.notifier.turn();
    await held.begun;
    store.advance(15 * second);
    const quick = await openTold(engine, [chat], { store });
    chat.answerNext({ kind: 'retry', reason: 'down', afterMs: minute });
    await quick.tell();
    held.arrive();
    await slow.notifier.drain(minute);
    await quick.tell();
    await quick.tellAfter(minute);
    expect(chat.replies).toMatchObject([{ what: 'ended' }]);
  });
});

describe.each(engines)('a message that somebody deleted, on %s', (engine) => {
  test('is posted anew with what is true, without the replies there were', async () => {
    const { chat, becomes, acknowledge, tellAfter } = await openChat(engine);
    await becomes(0.5);
    await acknowledge();
    chat.deleteAll();
    await becomes(0.2);
    await tellAfter(minute);
    expect(chat.standing).toMatchObject([{ state: 'open', title: expect.stringContaining('20.0%') }]);
    expect(chat.replies.map(({ what }) => what)).toEqual(['acknowledged']);
    await becomes(0.9);
    expect(chat.standing).toMatchObject([{ state: 'resolved' }]);
    expect(chat.replies.map(({ what }) => what)).toEqual(['acknowledged', 'ended']);
  });

  test('is posted anew as over, when that is what is true', async () => {
    const { chat, becomes } = await openChat(engine);
    await becomes(0.5);
    chat.deleteAll();
    await becomes(0.9);
    expect(chat.standing).toMatchObject([{ state: 'resolved' }]);
    expect(chat.replies).toEqual([]);
  });
});

describe.each(engines)('a form that is refused, on %s', (engine) => {
  test('is told in the short one, and so is what follows', async () => {
    const { chat, becomes, attempts } = await openChat(engine);
    chat.answerNext(content);
    await becomes(0.5);
    await becomes(0.9);
    expect(chat.standing).toMatchObject([{ state: 'resolved', short: true }]);
    expect((await attempts()).slice(0, 3)).toEqual(['open refused', 'open told', 'resolve told']);
  });

  test('of an edit, in the short one too, has another message posted in the short one', async () => {
    const { chat, becomes } = await openChat(engine);
    await becomes(0.5);
    chat.answerNext(content, content);
    await becomes(0.9);
    expect(chat.standing).toMatchObject([
      { state: 'open', short: false },
      { state: 'resolved', short: true },
    ]);
  });

  test('in any way is dead, with the words of the destination', async () => {
    const { chat, becomes, history, attempts } = await openChat(engine);
    chat.answerAll(content, 'open');
    await becomes(0.5);
    expect(await attempts()).toEqual(['open refused', 'open refused']);
    expect(await history()).toMatchObject({ state: 'dead', reason: 'invalid_blocks' });
  });
});

test.each(engines)('the message of the next episode knows the one before, on %s', async (engine) => {
  const { chat, becomes } = await openChat(engine);
  for (const inboxRate of [0.5, 0.9, 0.4]) await becomes(inboxRate);
  const opens = chat.calls.filter(({ act }) => act === 'open');
  expect(opens.map(({ before }) => before)).toEqual([undefined, { number: 1, ref: `${key}@1` }]);
});
