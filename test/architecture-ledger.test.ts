import { describe, expect, onTestFinished, test } from 'vitest';
import type { Result } from '../src/destinations/destination.ts';
import { notificationStates } from '../src/domain/telling/notification.ts';
import { deliveryStates } from '../src/ledger/history.ts';
import { inboxCheck } from '../src/sources/inbox-check.ts';
import type { SourceType } from '../src/sources/source.ts';
import { drawnUnder } from './drawn-arrows.ts';
import { madeDestination, pagerWays } from './pipeline/made-destination.ts';
import { key, openPipeline } from './pipeline/open-pipeline.ts';
import { day, hour, minute, openStore } from './pipeline/open-store.ts';
import { openTold } from './pipeline/open-told.ts';

describe('a delivery', () => {
  const { states, arrows } = drawnUnder('A delivery');

  test('is in the states that are drawn', () => {
    expect(states).toEqual(new Set(deliveryStates));
  });

  test.each(arrows)('%s', async (arrow) => {
    const [, from = '', to = '', label = ''] = /^(\w+) --> (\w+): (.*)$/.exec(arrow) ?? [];
    const [before, then] = routes[label] ?? [];
    if (!before || !then) throw new Error('nobody knows how this comes about');
    const place = await openRouting();
    await before(place);
    expect(await place.state()).toBe(from);
    await then(place);
    expect(await place.state()).toBe(to);
  });
});

/** One delivery, and whether its routing throws. */
async function openRouting() {
  let throws = false;
  const breaking: SourceType = {
    ...inboxCheck,
    normalise(delivery) {
      if (throws) throw new Error('not to be read');
      return inboxCheck.normalise(delivery);
    },
  };
  const store = await openStore('SQLite');
  const pipeline = await openPipeline({ store, sources: { 'inbox-check': breaking } });
  const id = await pipeline.hear();
  return {
    ...pipeline,
    state: async () => (await pipeline.ledger.findDeliveries(id))[0]?.state,
    async throwFor(times: number) {
      throws = true;
      for (let i = 0; i < times; i += 1) {
        await pipeline.route();
        store.advance(minute);
      }
    },
  };
}

type Routing = (place: Awaited<ReturnType<typeof openRouting>>) => unknown;

const kept: Routing = () => {};

const routes: Record<string, [Routing, Routing]> = {
  committed: [kept, ({ route }) => route()],
  'the lease ran out': [
    ({ ledger }) => ledger.claimDeliveries({ token: 'of one that died', limit: 1, leaseMs: 1, holding: [] }),
    ({ store }) => store.advance(minute),
  ],
  'routing threw': [kept, ({ throwFor }) => throwFor(1)],
  'routing threw five times': [kept, ({ throwFor }) => throwFor(5)],
  redelivered: [({ throwFor }) => throwFor(5), ({ ledger }) => ledger.reroute({ dead: true })],
};

describe('a notification', () => {
  const { states, arrows } = drawnUnder('A notification');

  test('is in the states that are drawn', () => {
    expect(states).toEqual(new Set(notificationStates));
  });

  test.each(arrows)('%s', async (arrow) => {
    const [, from = '', to = '', label = ''] = /^(\w+) --> (\w+): (.*)$/.exec(arrow) ?? [];
    const [before, then] = ways[from]?.[label] ?? [];
    if (!before || !then) throw new Error('nobody knows how this comes about');
    const place = await openPlace();
    await before(place);
    expect(await place.state()).toBe(from);
    await then(place);
    expect(await place.state()).toBe(to);
  });

  test('goes on in every way that is known here', () => {
    const known = Object.entries(ways).flatMap(([from, those]) =>
      Object.keys(those).map((label) => `${from}: ${label}`),
    );
    expect(arrows.map((arrow) => arrow.replace(/ --> \w+/, '')).sort()).toEqual(known.sort());
  });
});

/** One incident, of which a pager is told. */
async function openPlace() {
  const pager = madeDestination({ name: 'pager', ways: pagerWays });
  const town = await openTold('SQLite', [pager]);
  const newest = async () => (await town.ledger.findIncident(key))?.notifications[0];
  return { ...town, pager, newest, state: async () => (await newest())?.state };
}

type Step = (place: Awaited<ReturnType<typeof openPlace>>) => unknown;

const owed: Step = ({ heard }) => heard(0.5);
const moreOwed: Step = ({ heard }) => heard(0.1);
const told: Step = ({ becomes }) => becomes(0.5);
const tell: Step = (place) => place.tell();
const inTurn =
  (...steps: Step[]): Step =>
  async (place) => {
    for (const step of steps) await step(place);
  };
const answered =
  (result: Result): Step =>
  async ({ pager, tell }) => {
    pager.answerAll(result, 'open', 'resolve');
    await tell();
  };
const failed = answered({ kind: 'retry', reason: 'down' });
const refused = answered({ kind: 'refused', reason: 'no' });
const dead = inTurn(owed, refused);
const silenced: Step = ({ silence }) => silence({ key }, hour);

/** The first of two calls is answered, and the second is under way until the test has looked. */
const partTold: Step = async ({ pager, acknowledge }) => {
  pager.answerNext({ kind: 'told', ref: key });
  const second = pager.holdNext();
  const telling = acknowledge();
  await second.begun;
  onTestFinished(() => {
    second.arrive();
    return telling;
  });
};

/** How each arrow comes about, by the state it begins in and its label: what leads there, and what takes it on. */
const ways: Record<string, Record<string, [Step, Step]>> = {
  due: {
    told: [owed, tell],
    'nothing to tell': [inTurn(owed, ({ heard }) => heard(0.9)), tell],
    'it failed': [owed, failed],
    'nobody knows': [owed, answered({ kind: 'ambiguous', reason: 'no answer' })],
    'its credential was refused': [owed, answered({ kind: 'refused', reason: 'revoked', credential: true })],
    'more to tell': [inTurn(told, moreOwed), partTold],
    silenced: [inTurn(silenced, owed), tell],
    snoozed: [owed, ({ snooze }) => snooze(hour)],
    'the episode before has not ended there': [inTurn(told, failed, ({ becomes }) => becomes(0.9), owed), tell],
    refused: [owed, refused],
    'out of patience': [inTurn(owed, failed), ({ tellAfter }) => tellAfter(8 * day)],
  },
  waiting: {
    'that is over': [
      inTurn(silenced, owed, tell),
      async ({ ledger }) => {
        for (const { id } of await ledger.listSilences({ over: false })) await ledger.expireSilence(id, 'ann');
      },
    ],
  },
  settled: { 'more is owed': [told, moreOwed] },
  dead: {
    'more is owed': [dead, moreOwed],
    redelivered: [dead, ({ ledger }) => ledger.revive({ dead: true })],
    'its address is taken up anew': [
      dead,
      ({ ledger, pager }) =>
        ledger.takeUp([{ address: pager.address, type: 'pagerduty', destination: 'pager', credential: 'another' }]),
    ],
  },
};
