import { describe, expect, test } from 'vitest';
import { inboxCheck } from '../../../src/sources/inbox-check.ts';
import type { SourceType } from '../../../src/sources/source.ts';
import { chatWays, madeDestination, pagerWays } from '../made-destination.ts';
import { key } from '../open-pipeline.ts';
import type { Engine } from '../open-store.ts';
import { engines, hour, minute, second } from '../open-store.ts';
import { openTold } from '../open-told.ts';

const down = { kind: 'retry', reason: 'down' } as const;

/** A pager that may not be told, a chat that is told instead, and an owner. */
async function openPaged(
  engine: Engine,
  rules?: object[],
  pager = madeDestination({ name: 'pager', ways: pagerWays }),
) {
  const chat = madeDestination();
  const owner = madeDestination({ name: 'owner' });
  const settings = { owner: 'owner', fallbacks: { pager: 'chat' }, ...(rules ? { rules } : {}) };
  const opened = await openTold(engine, [pager, chat, owner], settings);
  /** As time goes by, in steps of a second. */
  async function tellFor(ms: number): Promise<void> {
    for (let gone = 0; gone < ms; gone += second) await opened.tellAfter(second);
  }
  const words = () => owner.standing.map(({ title }) => title);
  return { ...opened, pager, chat, owner, tellFor, words };
}

describe.each(engines)('who is told instead, on %s', (engine) => {
  test('is told once what was not told in time, says for whom, and so is the owner', async () => {
    const { pager, chat, words, becomes, tellFor, ledger } = await openPaged(engine);
    pager.answerAll(down, 'open');
    await becomes(0.5);
    await tellFor(2 * minute - second);
    expect([chat.standing, words()]).toEqual([[], []]);
    await tellFor(second);
    expect(chat.standing).toMatchObject([{ key, state: 'open', standsInFor: 'pager' }]);
    await tellFor(20 * minute);
    expect(chat.calls).toHaveLength(1);
    expect(words()).toEqual([`tocsin: pager could not be told about ${key} in time; chat is told instead: down`]);
    const owners = await ledger.findIncident(`owner:late:2026-03-02:${pager.address}`);
    expect(owners?.notifications).toMatchObject([{ attempts: [{ act: 'notice', result: 'told' }] }]);
  });

  test.each([
    ['rests for long', { of: 'address', ms: 10 * minute } as const],
    ['is over one of its limits for long', { of: 'budget', ms: 10 * minute } as const],
  ])('is told in time also where the address %s', async (_, pause) => {
    const { pager, chat, words, becomes, tellFor } = await openPaged(engine);
    pager.answerNext({ kind: 'retry', reason: 'over its limit', afterMs: 10 * minute, pause });
    await becomes(0.5);
    await tellFor(2 * minute - 2 * second);
    expect([chat.standing, words()]).toEqual([[], []]);
    await tellFor(2 * second);
    expect(chat.standing).toMatchObject([{ key, state: 'open', standsInFor: 'pager' }]);
    expect(words()).toHaveLength(1);
    await tellFor(7 * minute);
    expect(pager.calls).toHaveLength(1);
    await tellFor(minute);
    expect(pager.standing).toMatchObject([{ state: 'open' }]);
    expect(chat.calls).toHaveLength(1);
  });

  test('is told in time also where others come first at the pace of the address, which keep their order', async () => {
    const pager = madeDestination({ name: 'pager', ways: pagerWays, pace: { perMinute: 0.2, burst: 1 } });
    const { chat, becomes, tellAfter } = await openPaged(engine, undefined, pager);
    const domains = ['a.example', 'b.example', 'c.example'];
    for (const domain of domains) await becomes(0.5, domain);
    for (let i = 0; i < 13; i += 1) await tellAfter(10 * second);
    const instead = chat.standing.map((each) => each.key).sort();
    expect(instead).toEqual(['placement:b.example', 'placement:c.example']);
    for (let i = 0; i < 10; i += 1) await tellAfter(minute);
    expect(pager.standing.map((each) => each.key)).toEqual(domains.map((domain) => `placement:${domain}`));
  });

  test('is nobody, where what was held back comes at the pace of the address', async () => {
    const pager = madeDestination({ name: 'pager', ways: pagerWays, pace: { perMinute: 60, burst: 1 } });
    const { chat, silence, becomes, tellFor, tellAfter } = await openPaged(engine, undefined, pager);
    await silence({ key: { $glob: 'placement:*' } }, hour);
    const domains = ['a.example', 'b.example', 'c.example', 'd.example', 'e.example'];
    for (const domain of domains) await becomes(0.5, domain);
    await tellAfter(hour);
    const told = [pager.standing.length];
    for (let i = 1; i < domains.length; i += 1) {
      await tellFor(second);
      told.push(pager.standing.length);
    }
    expect(told).toEqual([1, 2, 3, 4, 5]);
    expect(chat.calls).toEqual([]);
  });

  test('is told the end, and the one it stands in for what came through after all', async () => {
    const { pager, chat, becomes, tellFor } = await openPaged(engine);
    pager.answerAll(down, 'open');
    await becomes(0.5);
    await tellFor(3 * minute);
    pager.forgetAnswers();
    await tellFor(5 * minute);
    expect(pager.standing).toMatchObject([{ state: 'open' }]);
    await becomes(0.9);
    for (const { standing } of [pager, chat]) expect(standing).toMatchObject([{ state: 'resolved' }]);
  });

  test('is told the end also where the other never came through', async () => {
    const { pager, chat, becomes, tellFor, ledger } = await openPaged(engine);
    pager.answerAll(down, 'open');
    await becomes(0.5);
    await tellFor(3 * minute);
    await becomes(0.9);
    expect(chat.standing).toMatchObject([{ state: 'resolved' }]);
    expect(pager.standing).toEqual([]);
    await tellFor(5 * minute);
    expect(await ledger.backlog()).toMatchObject({ owed: 0, openIncidents: 0 });
  });

  test('is told at once what was refused', async () => {
    const { pager, chat, words, becomes } = await openPaged(engine);
    pager.answerNext({ kind: 'refused', reason: 'InvalidRoutingKey' });
    await becomes(0.5);
    expect(chat.standing).toMatchObject([{ state: 'open', standsInFor: 'pager' }]);
    expect(words()).toEqual([`tocsin: pager could not be told about ${key} (open): InvalidRoutingKey.`]);
  });

  test('is nobody, where it is over in time', async () => {
    const { pager, chat, becomes, tellFor } = await openPaged(engine);
    pager.answerAll(down, 'open');
    await becomes(0.5);
    await tellFor(minute);
    await becomes(0.9);
    await tellFor(5 * minute);
    expect(chat.calls).toEqual([]);
  });

  test('is not told of edits and ends that fail: whoever was rung knows', async () => {
    const { pager, chat, becomes, tellFor } = await openPaged(engine);
    await becomes(0.5);
    pager.answerAll(down, 'update', 'resolve');
    await becomes(0.4);
    await tellFor(5 * minute);
    await becomes(0.9);
    await tellFor(5 * minute);
    expect(chat.calls).toEqual([]);
  });

  test('waits as long as what is told is held back, and is held back too', async () => {
    const { pager, chat, silence, becomes, tellFor, tellAfter } = await openPaged(engine);
    pager.answerAll(down, 'open');
    await silence({ key }, hour);
    await becomes(0.5);
    await tellAfter(59 * minute);
    await tellFor(2 * minute - second);
    expect(chat.calls).toEqual([]);
    await silence({ key }, hour);
    await tellFor(2 * minute);
    expect(chat.calls).toEqual([]);
    await tellAfter(hour);
    await tellFor(3 * minute);
    expect(chat.standing).toMatchObject([{ standsInFor: 'pager' }]);
  });

  test('is told of notices', async () => {
    const rules = [{ id: 'failed', on: ['test.failed'], lifecycle: 'notice', to: ['pager'] }];
    const { pager, chat, hearEvent, route, tell, tellFor } = await openPaged(engine, rules);
    pager.answerAll(down, 'notice');
    await hearEvent(inboxCheck, 'test.failed');
    await route();
    await tell();
    await tellFor(3 * minute);
    expect(chat.standing).toMatchObject([{ state: 'notice', standsInFor: 'pager', told: 1 }]);
  });

  test('may have somebody else told instead of itself', async () => {
    const pager = madeDestination({ name: 'pager', ways: pagerWays });
    const chat = madeDestination({ ways: { ...chatWays, fallbackAfterMs: minute } });
    const last = madeDestination({ name: 'last' });
    const fallbacks = { pager: 'chat', chat: 'last' };
    const { becomes } = await openTold(engine, [pager, chat, last], { fallbacks });
    for (const each of [pager, chat]) each.answerAll({ kind: 'refused', reason: 'no' }, 'open');
    await becomes(0.5);
    expect(last.standing).toMatchObject([{ state: 'open', standsInFor: 'chat' }]);
    await becomes(0.9);
    expect(last.standing).toMatchObject([{ state: 'resolved' }]);
  });

  test('is not told again what it is told anyway', async () => {
    const pager = madeDestination({ name: 'pager', ways: pagerWays });
    const chat = madeDestination();
    const { becomes } = await openTold(engine, [pager, chat], { to: ['pager', 'chat'], fallbacks: { pager: 'chat' } });
    pager.answerNext({ kind: 'refused', reason: 'no' });
    await becomes(0.5);
    expect(chat.calls).toHaveLength(1);
    expect(chat.standing[0]).not.toHaveProperty('standsInFor');
  });
});

test.each(engines)(
  'the owner hears once of an end that is not told in time, and where it is still open, on %s',
  async (engine) => {
    const pager = madeDestination({ name: 'pager', ways: pagerWays });
    const owner = madeDestination({ name: 'owner' });
    const { becomes, tellAfter } = await openTold(engine, [pager, owner], { owner: 'owner' });
    await becomes(0.5);
    pager.answerAll({ kind: 'retry', reason: 'down' }, 'resolve');
    await becomes(0.9);
    for (let i = 0; i < 110; i += 1) await tellAfter(second);
    expect(owner.standing).toEqual([]);
    for (let i = 0; i < 600; i += 1) await tellAfter(second);
    expect(owner.standing.map(({ title, told }) => [title, told])).toEqual([
      [
        `tocsin: pager could not be told in time that ${key} is over, and is tried again. Until then it is open there, under ${key}: down`,
        1,
      ],
    ]);
    pager.forgetAnswers();
    for (let i = 0; i < 300; i += 1) await tellAfter(second);
    expect(pager.standing).toMatchObject([{ state: 'resolved' }]);
  },
);

test.each(engines)('nobody is called out for a test, by way of a fallback neither, on %s', async (engine) => {
  const chat = madeDestination();
  const pager = madeDestination({ name: 'pager', ways: pagerWays });
  const tests: SourceType = {
    ...inboxCheck,
    normalise(delivery) {
      const { event, notes } = inboxCheck.normalise(delivery);
      return { event: { ...event, live: false }, notes };
    },
  };
  const { becomes, ledger } = await openTold(engine, [chat, pager], {
    fallbacks: { chat: 'pager' },
    sources: { 'inbox-check': tests },
  });
  chat.answerNext({ kind: 'refused', reason: 'no' });
  await becomes(0.5);
  expect(chat.calls).toHaveLength(1);
  expect(pager.calls).toEqual([]);
  const found = await ledger.findIncident(`test:${key}`);
  expect(found?.incident?.rung).toMatchObject([{ destination: 'chat' }]);
});

test.each(engines)('without a fallback the owner is told what was not told in time, on %s', async (engine) => {
  const pager = madeDestination({ name: 'pager', ways: pagerWays });
  const owner = madeDestination({ name: 'owner' });
  const { becomes, tellAfter } = await openTold(engine, [pager, owner], { owner: 'owner' });
  pager.answerAll({ kind: 'retry', reason: 'down' }, 'open');
  await becomes(0.5);
  await becomes(0.5, 'other.example.com');
  for (let i = 0; i < 180; i += 1) await tellAfter(second);
  expect(owner.standing).toMatchObject([
    { title: `tocsin: pager could not be told about ${key} in time; it has no fallback: down` },
  ]);
});
