import { describe, expect, test } from 'vitest';
import { inboxCheck } from '../../src/sources/inbox-check.ts';
import { madeDestination, pagerWays, postWays, threadWays } from './made-destination.ts';
import { key } from './open-pipeline.ts';
import { day, engines, hour, minute, second } from './open-store.ts';
import { openTold } from './open-told.ts';

const down = { kind: 'retry', reason: 'down' } as const;

describe.each(engines)('a silence, on %s', (engine) => {
  test('holds an open back and is named; what is still open when it ends is told', async () => {
    const chat = madeDestination();
    const { silence, becomes, tellAfter, history, attempts } = await openTold(engine, [chat]);
    const id = await silence({ key }, hour);
    await becomes(0.5);
    expect(chat.calls).toEqual([]);
    expect(await history()).toMatchObject({
      state: 'waiting',
      reason: `silence ${id} by ann until 2026-03-02 09:00 UTC`,
      attempts: [{ act: 'wait', result: 'none' }],
    });
    await becomes(0.4);
    for (let gone = 0; gone < 59 * minute; gone += minute) await tellAfter(minute);
    expect(chat.calls).toEqual([]);
    expect(await attempts()).toEqual(['wait none']);
    await tellAfter(minute);
    expect(chat.standing).toMatchObject([{ state: 'open', title: expect.stringContaining('40.0%') }]);
  });

  test('that is expired lets go of what it held at once', async () => {
    const chat = madeDestination();
    const { silence, becomes, tell, ledger } = await openTold(engine, [chat]);
    const id = await silence({ key }, day);
    await becomes(0.5);
    await ledger.expireSilence(id, 'ann');
    await tell();
    expect(chat.standing).toMatchObject([{ state: 'open' }]);
  });

  test('has nothing told of what begins and ends under it', async () => {
    const chat = madeDestination();
    const { silence, becomes, tellAfter, ledger } = await openTold(engine, [chat]);
    await silence({ key }, hour);
    await becomes(0.5);
    await becomes(0.9);
    await tellAfter(hour);
    expect(chat.calls).toEqual([]);
    expect(await ledger.backlog()).toMatchObject({ owed: 0 });
  });

  test('swallows no end: who was rung before is un-rung', async () => {
    const chat = madeDestination();
    const pager = madeDestination({ name: 'pager', ways: pagerWays });
    const { silence, becomes } = await openTold(engine, [chat, pager], { to: ['chat', 'pager'] });
    await becomes(0.5);
    await silence({ key }, day);
    await becomes(0.9);
    for (const { standing } of [chat, pager]) expect(standing).toMatchObject([{ state: 'resolved' }]);
  });

  test('that does not match, or is over, or is not there yet, holds nothing back', async () => {
    const chat = madeDestination();
    const { silence, becomes, ledger } = await openTold(engine, [chat]);
    await silence({ key: 'placement:other.example.com' }, hour);
    await ledger.keepSilence({
      id: 'later',
      filter: { key },
      by: 'ann',
      comment: '',
      startsAt: Date.parse('2026-03-03'),
      forMs: hour,
    });
    await becomes(0.5);
    expect(chat.standing).toHaveLength(1);
  });

  test('holds a rise back where the update rings, and no other edit', async () => {
    const chat = madeDestination();
    const pager = madeDestination({ name: 'pager', ways: pagerWays });
    const hook = madeDestination({ name: 'hook', ways: postWays });
    const all = { to: ['chat', 'pager', 'hook'] };
    const { silence, becomes, tellAfter } = await openTold(engine, [chat, pager, hook], all);
    await becomes(0.5);
    await silence({ key }, hour);
    await becomes(0.45);
    expect([chat, pager, hook].map(({ calls }) => calls.length)).toEqual([2, 2, 1]);
    await becomes(0.2);
    expect([chat, pager, hook].map(({ calls }) => calls.length)).toEqual([3, 2, 1]);
    await tellAfter(hour);
    expect([chat, pager, hook].map(({ calls }) => calls.length)).toEqual([3, 3, 2]);
    expect(pager.standing).toMatchObject([{ title: expect.stringContaining('20.0%') }]);
  });

  test('holds notices back, and never a word to the owner', async () => {
    const chat = madeDestination();
    const owner = madeDestination({ name: 'owner' });
    const rules = [{ id: 'failed', on: ['test.failed'], lifecycle: 'notice', to: ['chat'] }];
    const pipeline = await openTold(engine, [chat, owner], { rules, owner: 'owner' });
    const { silence, hearEvent, route, tell, tellAfter } = pipeline;
    chat.answerNext({ kind: 'refused', reason: 'the channel is archived' });
    await hearEvent(inboxCheck, 'test.failed');
    await route();
    await silence({ key: { $glob: '*' } }, hour);
    await tell();
    expect([chat.calls.length, owner.calls.length]).toEqual([0, 0]);
    await tellAfter(59 * minute);
    await silence({ key: { $glob: '*' } }, hour);
    await tellAfter(minute);
    expect(chat.calls).toEqual([]);
    await tellAfter(59 * minute);
    expect([chat.calls.length, owner.standing.length]).toEqual([1, 1]);
  });

  test('does not use up the patience for what it holds back', async () => {
    const chat = madeDestination();
    const { silence, becomes, tellAfter, history } = await openTold(engine, [chat]);
    await silence({ key }, 10 * day);
    await becomes(0.5);
    for (let i = 0; i < 10; i += 1) await tellAfter(day - second);
    chat.answerAll(down, 'open');
    await tellAfter(10 * second);
    expect(chat.calls).toHaveLength(1);
    expect(await history()).toMatchObject({ state: 'due', reason: 'down' });
  });
});

describe.each(engines)('a snooze, on %s', (engine) => {
  test('holds back the reply about a rise only as long as nobody knows better: a rise ends it', async () => {
    const chat = madeDestination({ ways: threadWays });
    const { becomes, snooze } = await openTold(engine, [chat]);
    await becomes(0.5);
    await snooze(hour);
    await becomes(0.2);
    expect(chat.replies).toMatchObject([{ what: 'raised' }]);
  });

  test('holds back who is to be told next, edits what stands, and ends with its time', async () => {
    const chat = madeDestination();
    const late = madeDestination({ name: 'late' });
    const { becomes, snooze, tellAfter, history } = await openTold(engine, [chat, late], { to: ['chat', 'late'] });
    late.answerNext({ kind: 'retry', reason: 'down', afterMs: minute });
    await becomes(0.5);
    await snooze(30 * minute);
    expect(chat.calls.map(({ act }) => act)).toEqual(['open', 'update']);
    await tellAfter(minute);
    expect(late.calls).toHaveLength(1);
    expect(await history(late.address)).toMatchObject({ reason: 'snoozed by ann until 2026-03-02 08:30 UTC' });
    for (let i = 0; i < 28; i += 1) await tellAfter(minute);
    expect(late.calls).toHaveLength(1);
    await tellAfter(2 * minute);
    expect(late.standing).toMatchObject([{ state: 'open' }]);
  });
});

describe.each(engines)('an acknowledgement, on %s', (engine) => {
  test('is told where somebody asks for it, once, holds nothing back, and goes with a rise', async () => {
    const pager = madeDestination({ name: 'pager', ways: pagerWays });
    const { becomes, acknowledge, tellAfter } = await openTold(engine, [pager]);
    await becomes(0.5);
    await acknowledge();
    expect(pager.standing).toMatchObject([{ key, state: 'open', acknowledged: true, told: 1 }]);
    await tellAfter(day);
    await becomes(0.2);
    await acknowledge();
    await becomes(0.9);
    expect(pager.calls.map(({ act }) => act)).toEqual(['open', 'acknowledge', 'update', 'acknowledge', 'resolve']);
    expect(pager.standing).toMatchObject([{ state: 'resolved' }]);
  });

  test('before the open arrived is told after it', async () => {
    const pager = madeDestination({ name: 'pager', ways: pagerWays });
    const { becomes, acknowledge, tellAfter } = await openTold(engine, [pager]);
    pager.answerNext({ kind: 'retry', reason: 'down', afterMs: minute });
    pager.answerNext({ kind: 'retry', reason: 'down', afterMs: minute });
    await becomes(0.5);
    await acknowledge();
    await tellAfter(2 * minute);
    expect(pager.calls.map(({ act }) => act)).toEqual(['open', 'open', 'open', 'acknowledge']);
  });

  test('that is refused is not in the way of what is told next', async () => {
    const pager = madeDestination({ name: 'pager', ways: pagerWays });
    const { becomes, acknowledge } = await openTold(engine, [pager]);
    await becomes(0.5);
    pager.answerNext({ kind: 'refused', reason: 'no' });
    await acknowledge();
    await becomes(0.4);
    expect(pager.calls.map(({ act }) => act)).toEqual(['open', 'acknowledge', 'update']);
  });
});
