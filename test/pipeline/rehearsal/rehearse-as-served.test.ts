import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Standing } from '../../../src/domain/routing.ts';
import { arrivedOf } from '../../../src/pipeline/arrived.ts';
import { rehearse } from '../../../src/pipeline/rehearsal/rehearse.ts';
import { inboxCheck } from '../../../src/sources/inbox-check.ts';
import { configOf, rulesFile } from '../../config/made-rules.ts';
import type { MadeDestination } from '../made-destination.ts';
import { madeDestination, pagerWays, postWays, threadWays } from '../made-destination.ts';
import { openPipeline } from '../open-pipeline.ts';
import { openStore, second } from '../open-store.ts';

const common = { on: ['test.completed'], key: 'placement:{{ domain }}' };
const rules = [
  {
    ...common,
    id: 'low',
    when: { inboxRate: { $lt: 0.8 } },
    clear: { inboxRate: { $gte: 0.9 } },
    fireAfter: { count: 2, of: 3 },
    resolveAfter: '25s',
    to: ['chat', 'hook'],
  },
  { ...common, id: 'very-low', when: { inboxRate: { $lt: 0.5 } }, severity: 'critical', to: ['pager', 'chat'] },
];

type Step = { afterS: number; domain: string; inboxRate: number };

/** Placement tests that come some seconds after one another. */
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    afterS: fc.integer({ min: 1, max: 15 }),
    domain: fc.constantFrom('a.test', 'b.test'),
    inboxRate: fc.constantFrom(0.3, 0.6, 0.85, 0.95),
  }),
  { minLength: 1, maxLength: 10 },
);

const openDestinations = () => [
  madeDestination({ name: 'chat', ways: threadWays }),
  madeDestination({ name: 'hook', ways: postWays }),
  madeDestination({ name: 'pager', ways: pagerWays }),
];

const restS = 60;

/** What each destination is told, and when, by the steps of the service on a ledger. */
async function served(heard: Step[], destinations: MadeDestination[]): Promise<string[]> {
  const store = await openStore('SQLite');
  const start = store.now();
  const told: string[] = [];
  const noting = destinations.map((each): MadeDestination => {
    return {
      ...each,
      credential: each.credential,
      tell(order, signal) {
        told.push(words((store.now() - start) / second, order.act, each.name, order.key));
        return each.tell(order, signal);
      },
    };
  });
  const { hear, route, watch, tell } = await openPipeline({ store, rules, destinations: noting });
  const pass = async (seconds: number, atTheEnd?: () => Promise<unknown>) => {
    for (let gone = 1; gone <= seconds; gone += 1) {
      store.advance(second);
      if (gone === seconds) await atTheEnd?.();
      await route();
      await watch();
      await tell();
    }
  };
  await watch();
  for (const { afterS, domain, inboxRate } of heard) await pass(afterS, () => hear({ domain, inboxRate }));
  await pass(restS);
  return told;
}

const words = (atS: number, act: string, name: string, key: string) => `${name} ${atS}s ${act} ${key}`;

/** The same, rehearsed. */
function rehearsed(heard: Step[], destinations: MadeDestination[]): string[] {
  const start = Date.parse('2026-03-02T08:00:00Z');
  const labels = Object.fromEntries(destinations.map(({ name }) => [name, { type: 'preview' }]));
  const standing: Standing = {
    rules: configOf(rulesFile({ destinations: labels, rules })).rules,
    places: new Map(
      destinations.map(({ name, address, ways }) => [name, { address, destination: name, pages: ways.folds }]),
    ),
    staleAfterMs: 86_400_000,
  };
  const told: string[] = [];
  const rehearsal = rehearse({
    standing,
    ways: (address) => destinations.find((each) => each.address === address)?.ways ?? postWays,
    told: ({ at, act, destination, episode }) => {
      told.push(words((at - start) / second, act, destination, episode.key));
    },
  });
  let atMs = start;
  for (const [i, { afterS, domain: senderDomain, inboxRate }] of heard.entries()) {
    atMs += afterS * second;
    const fixture = inboxCheck.fixture('test.completed', { id: `dlv_${i}`, atMs });
    const body = Buffer.from(JSON.stringify({ ...fixture, data: { senderDomain, summary: { inboxRate } } }));
    const delivery = { seq: i + 1, source: 'inbox-check', id: `dlv_${i}`, body, receivedAt: atMs };
    rehearsal.hear(arrivedOf(delivery, { type: inboxCheck }));
  }
  rehearsal.passUntil(atMs + restS * second);
  return told;
}

const badThenGood: Step[] = [
  { afterS: 1, domain: 'a.test', inboxRate: 0.3 },
  { afterS: 5, domain: 'a.test', inboxRate: 0.3 },
  { afterS: 15, domain: 'a.test', inboxRate: 0.95 },
];

test('what a rehearsal tells each destination, and when, is what the service tells it', async () => {
  const anything: string[] = [];
  await fc.assert(
    fc.asyncProperty(steps, async (heard) => {
      const told = rehearsed(heard, openDestinations());
      anything.push(...told);
      expect(told.toSorted()).toEqual((await served(heard, openDestinations())).toSorted());
    }),
    { numRuns: 12, examples: [[badThenGood]] },
  );
  for (const act of ['open', 'update', 'resolve', 'reply']) expect(anything.join('\n')).toContain(` ${act} `);
}, 60_000);
