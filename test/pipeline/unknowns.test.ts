import { expect, test } from 'vitest';
import { inboxCheck } from '../../src/sources/inbox-check.ts';
import { madeDestination } from './made-destination.ts';
import type { PipelineSettings } from './open-pipeline.ts';
import { openPipeline, rateLow } from './open-pipeline.ts';
import { day, hour, openStore } from './open-store.ts';

/** A town with an owner; a delivery whose rate is no number comes, and all is told that is to be told. */
async function openTown(settings: PipelineSettings = {}) {
  const store = await openStore('SQLite');
  const chat = madeDestination();
  const owner = madeDestination({ name: 'owner' });
  const destinations = [chat, owner];
  const pipeline = await openPipeline({ store, destinations, owner: 'owner', rules: [rateLow], ...settings });
  async function hearOf(id: string, data: object = { summary: { inboxRate: 'n/a' } }): Promise<void> {
    await pipeline.hearEvent(inboxCheck, 'test.completed', { id, data });
    await pipeline.route();
    await pipeline.tell();
  }
  return { ...pipeline, store, chat, hearOf, ownerHeard: () => owner.standing.map(({ title }) => title) };
}

test('the owner hears what cannot be known, and what stands there; nobody else does', async () => {
  const { hearOf, ownerHeard, chat, unheard } = await openTown();
  await hearOf('dlv_1');
  expect(ownerHeard()).toEqual([
    expect.stringMatching(
      /^tocsin: The rule inbox-rate-low cannot tell whether delivery dlv_1 of inbox-check is bad: inboxRate is missing \(asked was \$lt 0\.8\); data\.summary\.inboxRate is .*n\/a.*Told once a day\.$/,
    ),
  ]);
  expect(chat.standing).toEqual([]);
  expect(unheard()).toEqual([]);
});

test('also where it keeps an event out of the scope of a rule', async () => {
  const rules = [{ ...rateLow, where: { inboxRate: { $lte: 1 } } }];
  const { hearOf, ownerHeard, chat } = await openTown({ rules });
  await hearOf('dlv_1');
  expect(ownerHeard()).toEqual([
    expect.stringMatching(
      /inboxRate is missing \(asked in "where" was \$lte 1\); data\.summary\.inboxRate is .*n\/a.*Told once a day\.$/,
    ),
  ]);
  expect(chat.standing).toEqual([]);
  await hearOf('dlv_2', {});
  expect(ownerHeard()).toHaveLength(1);
});

test('of a field that many rules look up, ten of them say so', async () => {
  const rules = Array.from({ length: 60 }, (_, i) => ({
    ...rateLow,
    id: `r${i}`,
    where: { mailSubject: `mail ${i}` },
  }));
  const { hearOf, ownerHeard } = await openTown({ rules });
  await hearOf('dlv_1', { subject: 5, summary: { inboxRate: 0.9 } });
  expect(ownerHeard()).toHaveLength(10);
  expect(ownerHeard()[0]).toMatch(/mailSubject is missing \(asked in "where" was \$eq "mail 0"\)/);
});

test('it is told once a day for each rule, source and path', async () => {
  const { hearOf, ownerHeard, store } = await openTown({
    rules: [rateLow, { ...rateLow, id: 'second', key: 'second:{{ domain }}' }],
  });
  await hearOf('dlv_1');
  await hearOf('dlv_2');
  expect(ownerHeard()).toHaveLength(2);
  store.advance(hour);
  await hearOf('dlv_3');
  expect(ownerHeard()).toHaveLength(2);
  store.advance(day);
  await hearOf('dlv_4');
  expect(ownerHeard()).toHaveLength(4);
});

test('what the owner was told of is not tried again with each delivery', async () => {
  const { hearOf, store } = await openTown();
  for (const id of ['dlv_1', 'dlv_2', 'dlv_3']) await hearOf(id);
  const { items } = await (await store.open()).listNotifications({ limit: 10 });
  expect(items).toMatchObject([{ destination: 'owner', state: 'settled', attempts: 1 }]);
});

test.each([
  ['the rule asks for none of it', { onUnknown: 'ignore' }, {}],
  ['the rule is in shadow', { mode: 'shadow' }, {}],
  ['all of it is known', {}, { summary: { inboxRate: 0.9 } }],
])('nobody hears of it where %s', async (_, changes, data) => {
  const { hearOf, ownerHeard, unheard } = await openTown({ rules: [{ ...rateLow, ...changes }] });
  await hearOf('dlv_1', 'summary' in data ? data : undefined);
  expect(ownerHeard()).toEqual([]);
  expect(unheard()).toEqual([]);
});

test('without an owner it is a warning, until a day has gone without it', async () => {
  let elapsed = 0;
  const { hearOf, unheard } = await openTown({ owner: 'nobody', elapsedMs: () => elapsed });
  await hearOf('dlv_1');
  await hearOf('dlv_2');
  expect(unheard()).toEqual([
    expect.stringMatching(/^the rule inbox-rate-low cannot tell of inbox-check: inboxRate is missing/),
  ]);
  elapsed = day - 1;
  expect(unheard()).toHaveLength(1);
  elapsed = day;
  expect(unheard()).toEqual([]);
});
