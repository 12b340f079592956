import { describe, expect, test } from 'vitest';
import { unpark } from '../../../src/pipeline/telling/unpark.ts';
import { findingWays, madeDestination } from '../made-destination.ts';
import type { Engine } from '../open-store.ts';
import { day, engines, minute, second } from '../open-store.ts';
import { openTold } from '../open-told.ts';

const revoked = { kind: 'refused', reason: 'token_revoked', credential: true } as const;
const domains = ['a', 'b', 'c'].map((name) => `${name}.example.com`);

/** Three messages are owed, and the token with which they are to be told is refused. */
async function openRevoked(engine: Engine) {
  const chat = madeDestination();
  const owner = madeDestination({ name: 'owner' });
  const opened = await openTold(engine, [chat, owner], { owner: 'owner' });
  chat.answerAll(revoked, 'open', 'update', 'resolve');
  for (const domain of domains) await opened.becomes(0.5, domain);
  return { ...opened, chat, owner };
}

describe.each(engines)('a credential that is refused, on %s', (engine) => {
  test('has all that is told with it wait, and nothing is dead', async () => {
    const { chat, ledger, notifier } = await openRevoked(engine);
    expect(chat.calls).toHaveLength(1);
    expect(await ledger.backlog()).toMatchObject({ owed: 3, deadNotifications: 0 });
    expect(notifier.parked()).toMatchObject([{ destination: 'chat', why: 'token_revoked', waiting: 3 }]);
    expect(notifier.troubles()).toEqual([
      'the credential of chat is refused since 2026-03-02 08:00 UTC, and 3 notifications wait for it: token_revoked',
    ]);
  });

  test('is told to the owner once a day', async () => {
    const { owner, tellAfter } = await openRevoked(engine);
    const about = () => owner.standing.filter(({ title }) => title.includes('the credential of chat was refused'));
    for (let i = 0; i < 20; i += 1) await tellAfter(5 * minute);
    expect(about()).toHaveLength(1);
    await tellAfter(day);
    expect(about()).toHaveLength(2);
  });

  test('is tried every five minutes by one, and when it works again all is told', async () => {
    const { chat, tellAfter, notifier } = await openRevoked(engine);
    await tellAfter(5 * minute - 4 * second);
    expect(chat.calls).toHaveLength(1);
    await tellAfter(4 * second);
    expect(chat.calls).toHaveLength(2);
    chat.forgetAnswers();
    await tellAfter(5 * minute);
    expect(chat.standing).toHaveLength(3);
    expect(notifier.troubles()).toEqual([]);
  });

  test('is tried for what a person asks to be told again', async () => {
    const { chat, ledger, tell, tellAfter } = await openRevoked(engine);
    await tellAfter(20 * second);
    expect(chat.calls).toHaveLength(1);
    chat.forgetAnswers();
    const { items } = await ledger.listNotifications({ state: 'due', limit: 1 });
    await ledger.revive({ ids: items.map(({ id }) => id) });
    await tell();
    expect(chat.standing).toHaveLength(3);
  });

  test('is tried at once by a process that begins, and by none of those that wait elsewhere', async () => {
    const { ledger } = await openRevoked(engine);
    expect(await unpark(ledger, new Set(['made:elsewhere']))).toBe(0);
    expect(await unpark(ledger)).toBe(3);
    const { items } = await ledger.listNotifications({ state: 'due', limit: 10 });
    const now = await ledger.now();
    expect(items.filter(({ dueAt }) => dueAt <= now)).toHaveLength(3);
  });

  test('that is exchanged has all told at once', async () => {
    const { chat, tell, tellAfter, notifier } = await openRevoked(engine);
    await tellAfter(second);
    chat.useCredential('another');
    chat.forgetAnswers();
    await tell();
    expect(chat.standing).toHaveLength(3);
    expect(notifier.parked()).toEqual([]);
  });

  test('has nothing told of what was over before it worked again', async () => {
    const { chat, becomes, ledger } = await openRevoked(engine);
    for (const domain of domains) await becomes(0.9, domain);
    expect(chat.calls).toHaveLength(1);
    expect(await ledger.backlog()).toMatchObject({ owed: 0 });
  });

  test('does not use up the patience for an end', async () => {
    const chat = madeDestination();
    const { becomes, tellAfter, history } = await openTold(engine, [chat]);
    await becomes(0.5);
    chat.answerAll(revoked, 'resolve');
    await becomes(0.9);
    for (let i = 0; i < 31; i += 1) await tellAfter(day);
    chat.forgetAnswers();
    chat.answerNext({ kind: 'retry', reason: 'down' });
    await tellAfter(5 * minute);
    expect(await history()).toMatchObject({ state: 'due', reason: 'down' });
    await tellAfter(5 * minute);
    expect(chat.standing).toMatchObject([{ state: 'resolved' }]);
  });

  test('is parked by a look too: nothing is told twice for it', async () => {
    const chat = madeDestination({ ways: findingWays });
    const { becomes, tellAfter } = await openTold(engine, [chat]);
    chat.arriveBut({ kind: 'ambiguous', reason: 'no answer' });
    chat.cannotFind(revoked);
    await becomes(0.5);
    await tellAfter(second);
    expect(chat.calls).toHaveLength(1);
    chat.cannotFind({ kind: 'retry', reason: 'down' });
    await tellAfter(5 * minute);
    expect(chat.standing).toHaveLength(1);
  });

  test('has who stands in told of what is late', async () => {
    const chat = madeDestination();
    const other = madeDestination({ name: 'other' });
    const { becomes, tellAfter } = await openTold(engine, [chat, other], { fallbacks: { chat: 'other' } });
    chat.answerAll(revoked, 'open');
    await becomes(0.5);
    await becomes(0.5, 'b.example.com');
    for (let i = 0; i < 11; i += 1) await tellAfter(minute);
    expect(other.standing).toMatchObject([{ standsInFor: 'chat' }, { standsInFor: 'chat' }]);
  });
});

describe.each(engines)('a limit that is exceeded, on %s', (engine) => {
  test('keeps back what draws on it, and nothing else at the same place', async () => {
    const chat = madeDestination();
    const { becomes, tellAfter, attempts } = await openTold(engine, [chat]);
    await becomes(0.5, 'a.example.com');
    const pause = { of: 'budget', ms: 30 * second } as const;
    chat.answerNext({ kind: 'retry', reason: 'over its limit', afterMs: pause.ms, pause });
    await becomes(0.5, 'b.example.com');
    await becomes(0.5);
    expect(await attempts()).toEqual(['wait none']);
    await becomes(0.9, 'a.example.com');
    expect(chat.calls.map(({ act }) => act)).toEqual(['open', 'open', 'resolve']);
    await tellAfter(28 * second - 1);
    expect(chat.standing).toHaveLength(1);
    await tellAfter(1);
    expect(chat.standing).toHaveLength(3);
    expect(await attempts()).toEqual(['wait none', 'open told']);
  });

  test('for looking keeps back looks, and nobody else’s messages', async () => {
    const chat = madeDestination({ ways: findingWays });
    const { becomes, tellAfter } = await openTold(engine, [chat]);
    const pause = { of: 'budget', ms: minute } as const;
    chat.answerNext({ kind: 'ambiguous', reason: 'no answer' }, { kind: 'ambiguous', reason: 'no answer' });
    chat.cannotFind({ kind: 'retry', reason: 'over its limit', afterMs: minute, pause });
    await becomes(0.5);
    await becomes(0.5, 'b.example.com');
    await tellAfter(minute - 3 * second);
    expect(chat.looks).toHaveLength(1);
    await becomes(0.5, 'c.example.com');
    expect(chat.standing).toHaveLength(1);
  });
});

describe.each(engines)('an owner who cannot be told, on %s', (engine) => {
  test('since it is the same credential that was refused is said as well', async () => {
    const chat = madeDestination();
    const { becomes, tellAfter, notifier, lines } = await openTold(engine, [chat], { owner: 'chat' });
    chat.answerAll(revoked, 'open', 'notice');
    await becomes(0.5);
    await tellAfter(second);
    const words = 'the owner cannot be told (chat): its credential was refused: token_revoked';
    expect(notifier.troubles()).toContain(words);
    expect(lines.filter(({ msg }) => msg === 'owner.untellable')).toHaveLength(1);
    chat.forgetAnswers();
    await tellAfter(5 * minute);
    expect(notifier.troubles()).toEqual([]);
  });

  test('is a trouble, until a word gets through', async () => {
    const chat = madeDestination();
    const owner = madeDestination({ name: 'owner' });
    const { becomes, notifier, lines } = await openTold(engine, [chat, owner], { owner: 'owner' });
    chat.answerAll({ kind: 'refused', reason: 'the channel is archived' }, 'open');
    owner.answerNext({ kind: 'refused', reason: 'not_in_channel' });
    await becomes(0.5);
    expect(notifier.troubles()).toEqual(['the owner cannot be told (owner): not_in_channel']);
    expect(lines).toContainEqual(expect.objectContaining({ level: 50, msg: 'owner.untellable' }));
    chat.answerAll({ kind: 'refused', reason: 'the channel is gone' }, 'open');
    await becomes(0.5, 'b.example.com');
    expect(owner.standing).toMatchObject([{ state: 'notice' }]);
    expect(notifier.troubles()).toEqual([]);
  });

  test('is a trouble also where it is only late', async () => {
    const owner = madeDestination({ name: 'owner' });
    const chat = madeDestination();
    const { becomes, tellAfter, notifier } = await openTold(engine, [chat, owner], { owner: 'owner' });
    chat.answerAll({ kind: 'refused', reason: 'the channel is archived' }, 'open');
    owner.answerAll({ kind: 'retry', reason: 'down' }, 'notice');
    await becomes(0.5);
    for (let i = 0; i < 11; i += 1) await tellAfter(minute);
    expect(notifier.troubles()).toEqual(['the owner cannot be told (owner): down']);
  });
});
