import { describe, expect, test } from 'vitest';
import type { RedisServer } from '../redis-server.ts';
import { keyOf } from './reload-town.ts';
import type { RunningService } from './running-service.ts';
import type { Sent } from './sender.ts';
import { deliver, placementTest, post } from './sender.ts';
import type { ServedTown } from './served-town.ts';
import { destinationsWith, inServedTown } from './served-town.ts';
import { markedAgain, timesInPagerDuty, timesInSlack } from './told-times.ts';
import type { Town } from './town.ts';
import { channel, routingKey, secret, until } from './town.ts';

const keys = 150;
const staysOpen = (i: number) => i % 10 === 0;
const concurrency = 12;
const outageMs = 10_000;
const answerMs = 3_000;
/** What a busy machine may add to that: 2.5 s is what the service takes. */
const busyMs = 1_500;
const unavailable = { status: 503, body: { error: 'unavailable', message: expect.any(String) }, retryAfter: '10' };

/** A service whose ledger is a Redis that keeps whatever it acknowledges, sent a load; what it calls has two seconds. */
function inLoad(story: (loaded: ServedTown & { redis: RedisServer; load: Load }) => Promise<void>): Promise<void> {
  const changes = (town: Town) => ({ destinations: destinationsWith(town, { timeout: '2s' }) });
  return inServedTown('redis', changes, async (served) => {
    const { redis } = served.town;
    if (!redis) throw new Error('there is no Redis');
    const load = sendLoad(served.service);
    await load.isHalfway;
    await story({ ...served, redis, load });
  });
}

describe.concurrent('a service in mid-load', () => {
  test('whose Redis is killed says so, and has all that was acknowledged when it is back', async () => {
    await inLoad(async ({ redis, load, ...served }) => {
      await redis.kill();
      const [asked, ready] = await Promise.all([ask(served.service), readyOf(served.service)]);
      expect(asked.sent).toMatchObject(unavailable);
      expect(asked.tookMs).toBeLessThan(answerMs + busyMs);
      expect(ready).toEqual({
        status: 503,
        warnings: [expect.stringMatching(/^the ledger (?:does not answer|did not answer within 3 s)/)],
      });
      await redis.restart();
      await load.isAcknowledged;
      await expectTruth(served);
    });
  }, 60_000);

  test('whose Redis hangs for ten seconds says so, and goes on where it was', async () => {
    await inLoad(async ({ redis, load, ...served }) => {
      redis.pause();
      const startedAt = performance.now();
      const restMs = () => outageMs - (performance.now() - startedAt);
      const ready = readyOf(served.service);
      while (restMs() > answerMs) {
        const asked = await ask(served.service);
        expect(asked.sent).toMatchObject(unavailable);
        expect(asked.tookMs).toBeLessThan(answerMs + busyMs);
      }
      expect((await ready).status).toBe(503);
      await new Promise((resolve) => setTimeout(resolve, restMs()));
      redis.resume();
      await load.isAcknowledged;
      await expectTruth(served);
    });
  }, 60_000);
});

type Step = { id: string; domain: string; inboxRate: number; atMs: number };

/** Each key opens, and most of them end afterwards. */
function steps(): Step[] {
  const now = Date.now() - 60_000;
  const domains = Array.from({ length: keys }, (_, i) => `d${i}.example.com`);
  const opens = domains.map((domain, i) => ({ id: `dlv_open_${i}`, domain, inboxRate: 0.5, atMs: now + i }));
  const ends = opens.map((open, i) => ({ ...open, id: `dlv_end_${i}`, inboxRate: 0.95, atMs: now + 10_000 + i }));
  return [...opens, ...ends.filter((_, i) => !staysOpen(i))];
}

type Load = { isHalfway: Promise<void>; isAcknowledged: Promise<unknown> };

/** Sends as senders do, each again until it is acknowledged. */
function sendLoad({ port }: RunningService): Load {
  const halfway = Promise.withResolvers<void>();
  const waiting = steps();
  const half = waiting.length / 2;
  const sender = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      await deliver(() => port, placementTest(step), { secret, id: step.id });
      if (waiting.length <= half) halfway.resolve();
    }
  };
  const isAcknowledged = Promise.all(Array.from({ length: concurrency }, sender));
  isAcknowledged.catch(halfway.reject);
  return { isHalfway: halfway.promise, isAcknowledged };
}

let asked = 0;

/** One request of a sender who does not try again, and how long the answer took. */
async function ask({ port }: RunningService): Promise<{ sent: Sent; tookMs: number }> {
  asked += 1;
  const id = `dlv_ask_${asked}`;
  const body = placementTest({ id, domain: 'asked.example.com', inboxRate: 0.95, atMs: Date.now() });
  const startedAt = performance.now();
  return { sent: await post(port, body, { secret, id }), tookMs: performance.now() - startedAt };
}

async function readyOf({ port }: RunningService): Promise<{ status: number; warnings: string[] }> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
  const { warnings } = (await answer.json()) as { warnings: string[] };
  return { status: answer.status, warnings };
}

/** All is routed; what each was told last is true; nothing was told twice but where the history says so. */
async function expectTruth({ town, service, settles }: ServedTown): Promise<void> {
  await until(async () => (await readyOf(service)).status === 200, 10_000, 'it is ready again');
  // What was claimed without an answer is due again when its lease is over.
  await settles(30_000);
  const { heard, ...backlog } = await town.backlog();
  expect(heard['inbox-check']?.accepted).toBeGreaterThanOrEqual(steps().length);
  expect(backlog).toMatchObject({ openIncidents: keys / 10, deadDeliveries: 0, deadNotifications: 0 });
  await town.look(async (ledger) => {
    for (let i = 0; i < keys; i += 1) {
      const key = keyOf(`d${i}.example.com`);
      const found = await ledger.findIncident(key);
      for (const told of found?.notifications ?? []) {
        const isSlack = told.address.startsWith('slack:');
        const times = isSlack ? timesInSlack(town.slack, told.id) : timesInPagerDuty(town.pagerDuty, routingKey, key);
        expect(times.open ?? 0, `${key} at ${told.destination}`).toBeLessThanOrEqual(1 + markedAgain(told, 'open'));
      }
      expectTold(town, i);
    }
  });
}

function expectTold({ slack, pagerDuty }: Town, i: number): void {
  const domain = `d${i}.example.com`;
  const there = pagerDuty.incidents.filter(({ dedupKey }) => dedupKey === keyOf(domain));
  const open = there.filter(({ status }) => status !== 'resolved');
  expect(open, `${domain} at PagerDuty`).toHaveLength(staysOpen(i) ? 1 : 0);
  const posted = slack.messages(channel).filter(({ text }) => text.includes(`${domain}:`));
  const states = posted.map(({ text }) => text.split(':')[0]);
  expect(staysOpen(i) ? [['Error']] : [[], ['Resolved']], `${domain} in Slack`).toContainEqual(states);
}
