import fc from 'fast-check';
import { expect, test } from 'vitest';
import { messageOf } from '../../src/domain/message.ts';
import { acknowledge, resolveByHand, snooze } from '../../src/domain/people.ts';
import { changeIncident } from '../../src/pipeline/people.ts';
import { madeDestination, pagerWays, postWays, threadWays } from './made-destination.ts';
import { key } from './open-pipeline.ts';
import type { Engine } from './open-store.ts';
import { engines, hour, minute, second } from './open-store.ts';
import { openTold } from './open-told.ts';

type Step =
  | { do: 'hear'; inboxRate: number; lateMs: number }
  | {
      do:
        | 'hear-again'
        | 'acknowledge'
        | 'resolve'
        | 'snooze'
        | 'silence'
        | 'expire'
        | 'tell'
        | 'die'
        | 'kill'
        | 'delete';
    }
  | { do: 'fail'; where: number; how: 'retry' | 'ambiguous' | 'arrives' | 'form' }
  | { do: 'pass'; ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('hear' as const),
      inboxRate: fc.constantFrom(0.6, 0.5, 0.4, 0.2, 0.82, 0.9, 0.95),
      lateMs: fc.constantFrom(0, 0, 0, 90 * second),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('tell' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'hear-again' as const,
        'acknowledge',
        'resolve',
        'snooze',
        'silence',
        'expire',
        'die',
        'kill',
        'delete',
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      where: fc.nat({ max: 2 }),
      how: fc.constantFrom('retry' as const, 'ambiguous', 'arrives', 'form'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(second, 12 * second, 3 * minute) }),
  },
);

/** One incident, told to a chat, to a pager and through a webhook, from one process after the other. */
async function openTown(engine: Engine) {
  const chat = madeDestination({ ways: threadWays });
  const pager = madeDestination({ name: 'pager', ways: pagerWays });
  const hook = madeDestination({ name: 'hook', ways: postWays });
  const all = [chat, pager, hook] as const;
  let kills = 0;
  const told = await openTold(engine, [chat, pager, hook], {
    to: ['chat', 'pager', 'hook'],
    over: (plain) => ({
      async record(record) {
        kills -= 1;
        if (kills >= 0) throw new Error('killed before it was recorded');
        kills = 0;
        return plain.record(record);
      },
    }),
  });
  const { store, ledger } = told;
  const silences: string[] = [];
  let lastId = '';
  let isDeleted = false;

  const people = {
    acknowledge: () => changeIncident(ledger, key, (incident, at) => acknowledge(incident, { by: 'ann', at })),
    resolve: () => changeIncident(ledger, key, (incident, at) => resolveByHand(incident, { by: 'ann', at })),
    snooze: () =>
      changeIncident(ledger, key, (incident, at) => snooze(incident, { by: 'ann', at, until: at + minute })),
  };

  async function hear(inboxRate: number, lateMs: number, id?: string): Promise<void> {
    store.advance(second);
    lastId = await told.hear({ inboxRate, atMs: store.now() - lateMs, ...(id === undefined ? {} : { id }) });
    await told.route();
  }

  /** A process claims what is due, and is never heard of again. */
  async function die(): Promise<void> {
    const rooms = all.map(({ address, timeoutMs }) => ({ address, slots: 1, leaseMs: timeoutMs + 5 * second }));
    await ledger.claimNotifications({ token: `dead-${store.now()}`, rooms, holding: [] });
  }

  function fail({ where, how }: Extract<Step, { do: 'fail' }>): void {
    const destination = all[where] ?? chat;
    if (how === 'arrives') destination.arriveBut({ kind: 'ambiguous', reason: 'no answer' });
    else if (how === 'form') destination.refuseForm();
    else destination.answerNext({ kind: how, reason: 'down' });
  }

  async function take(each: Step): Promise<void> {
    switch (each.do) {
      case 'hear':
        return hear(each.inboxRate, each.lateMs);
      case 'hear-again':
        return hear(0.5, 0, lastId);
      case 'tell':
        return told.tell();
      case 'die':
        return die();
      case 'kill':
        kills += 1;
        return;
      case 'fail':
        return fail(each);
      case 'silence':
        return void silences.push(await told.silence({ key }, hour));
      case 'expire':
        for (const id of silences) await ledger.expireSilence(id, 'ann');
        return;
      case 'delete':
        isDeleted ||= chat.standing.length > 0;
        return chat.deleteAll();
      case 'pass':
        store.advance(each.ms);
        await told.watch();
        return;
      default:
        store.advance(second);
        await people[each.do]();
    }
  }

  /** Everything is well from now on, and nothing is held back. */
  async function settle(): Promise<void> {
    for (const each of all) each.forgetAnswers();
    kills = 0;
    await take({ do: 'expire' });
    store.advance(hour);
    for (let round = 0; (await ledger.backlog()).owed > 0 || round === 0; round += 1) {
      expect(round, 'it settles').toBeLessThan(60);
      await told.watch();
      await told.tellAfter(30 * second);
    }
  }

  return { chat, pager, hook, ledger, take, settle, isDeleted: () => isDeleted };
}

type Town = Awaited<ReturnType<typeof openTown>>;

async function expectTruth({ chat, pager, hook, ledger, isDeleted }: Town): Promise<void> {
  expect(await ledger.backlog()).toMatchObject({ owed: 0, deadNotifications: 0, unrouted: 0 });
  const episodes = (await ledger.findIncident(key))?.episodes ?? [];
  for (const episode of episodes) {
    const { title } = messageOf(episode);
    const state = episode.end ? 'resolved' : 'open';
    const messages = chat.standing.filter(({ number }) => number === episode.number);
    const isThere = !episode.end && !isDeleted();
    if (isThere || messages.length > 0) expect(messages).toMatchObject([{ state, title }]);
    const last = hook.standing.findLast(({ number }) => number === episode.number);
    expect(last?.state ?? state).toBe(state);
  }
  const now = episodes.find(({ end }) => !end);
  const pages = pager.standing.filter(({ state }) => state === 'open');
  expect(pages).toMatchObject(now ? [{ number: now.number, title: messageOf(now).title }] : []);
  const ids = chat.replies.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
}

test.each(engines)(
  'whatever happens, what was told last is true once everything settles, on %s',
  async (engine) => {
    const whatever = fc.asyncProperty(fc.array(step, { maxLength: 25, size: 'max' }), async (steps) => {
      const town = await openTown(engine);
      for (const each of steps) await town.take(each);
      await town.settle();
      await expectTruth(town);
    });
    await fc.assert(whatever, { numRuns: 80, endOnFailure: false });
  },
  60_000,
);
