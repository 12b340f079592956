import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NotificationHistory } from '../../src/ledger/history.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Fault } from '../fakes/faults.ts';
import { rateLow } from './reload-town.ts';
import type { RunningService } from './running-service.ts';
import { startService } from './running-service.ts';
import { deliver, placementTest } from './sender.ts';
import { markedAgain, timesInPagerDuty, timesInSlack } from './told-times.ts';
import type { Town } from './town.ts';
import { openTown, secret, until } from './town.ts';

type Trouble = { slack: Fault; pagerDuty: Fault; slackSays: string; pagerDutySays: string };

const page = '<!DOCTYPE html><html><body>We will be right back</body></html>';
const slackError = (error: string) => ({ status: 200, body: JSON.stringify({ ok: false, error }) });
const invalid = { status: 200, body: '{"status":"invalid event","message":"Event object is invalid"}' };
const both = (fault: Fault, says: string): Trouble => {
  return { slack: fault, pagerDuty: fault, slackSays: says, pagerDutySays: says };
};

/** What goes wrong with every call, and what its answers come to. PagerDuty says `202` before anything of the rest. */
const troubles: Record<string, Trouble> = {
  hangs: both('hang', 'ambiguous'),
  'hangs once it has kept it': both('hang-after-keeping', 'ambiguous'),
  'resets the connection': both('reset', 'ambiguous'),
  'resets the connection once it has kept it': both('reset-after-keeping', 'ambiguous'),
  'breaks off in its answer': { ...both('half-after-keeping', 'ambiguous'), pagerDutySays: 'told' },
  'answers 500': both('500', 'ambiguous'),
  'answers 500 once it has kept it': both('500-after-keeping', 'ambiguous'),
  'answers 429': both({ retryAfter: '1' }, 'retry'),
  'answers 200 with a page': both({ status: 200, body: page }, 'ambiguous'),
  'answers 502 with a page': both({ status: 502, body: page }, 'ambiguous'),
  'answers 200 and is unavailable': {
    ...{ slack: slackError('service_unavailable'), slackSays: 'retry' },
    ...{ pagerDuty: invalid, pagerDutySays: 'ambiguous' },
  },
  'answers 200 and may have kept it': {
    ...{ slack: slackError('fatal_error'), slackSays: 'ambiguous' },
    ...{ pagerDuty: invalid, pagerDutySays: 'ambiguous' },
  },
};
const names = Object.keys(troubles);

/** Each trouble has a domain, a channel and a PagerDuty service of its own: all befall one service at a time. */
const domainOf = (name: string) => `${name.replaceAll(' ', '-')}.example.com`;
const keyOf = (name: string) => `placement:${domainOf(name)}`;
const channelOf = (name: string) => `C${names.indexOf(name) + 1_000}`;
const routingKeyOf = (name: string) => createHash('md5').update(name).digest('hex');

const engines = ['sqlite', 'redis'] as const;
type Stage = { town: Town; service: RunningService; ledger: Ledger; stories: Map<string, Promise<Told>> };
type Told = { slack: NotificationHistory; pagerDuty: NotificationHistory; ready: number[] };
const stages = new Map<string, Stage>();

beforeAll(async () => {
  await Promise.all(engines.map(async (engine) => stages.set(engine, await openStage(engine))));
}, 60_000);
afterAll(async () => {
  for (const { service, ledger, town } of stages.values()) {
    await service.stop();
    await ledger.close();
    await town.close();
  }
});

describe.each(engines)('on %s a destination that', (engine) => {
  test.each(names)(
    '%s is told once when it is well again, and told the end',
    async (name) => {
      const stage = stages.get(engine);
      const told = await stage?.stories.get(name);
      if (!stage || !told) throw new Error('it did not begin');
      const { slack, pagerDuty } = stage.town;
      const { slackSays, pagerDutySays } = troubles[name] ?? {};
      expect(told.ready).toEqual([200, 200]);

      expect(told.slack.attempts.map(({ result }) => result)).toContain(slackSays);
      const [message, ...others] = slack.messages(channelOf(name));
      expect(message?.text).toBe(`Resolved: ${domainOf(name)}: inbox rate 50.0% (below 80.0%)`);
      expect(others).toEqual([]);
      const inSlack = timesInSlack(slack, told.slack.id);
      expect(slack.thread(channelOf(name), message?.ts ?? '')).toHaveLength(1);
      expect(inSlack).toEqual({ open: 1, reply: 1 });

      expect(told.pagerDuty.attempts.map(({ result }) => result)).toContain(pagerDutySays);
      const incidents = pagerDuty.incidents.filter(({ routingKey }) => routingKey === routingKeyOf(name));
      expect(incidents).toMatchObject([{ dedupKey: keyOf(name), status: 'resolved' }]);
      const inPagerDuty = timesInPagerDuty(pagerDuty, routingKeyOf(name), keyOf(name));
      expect(inPagerDuty.open).toBeLessThanOrEqual(1 + markedAgain(told.pagerDuty, 'open'));
      expect(inPagerDuty.resolve).toBeLessThanOrEqual(1 + markedAgain(told.pagerDuty, 'resolve'));
    },
    60_000,
  );
});

/** A service with all these destinations, and what comes of each, under way. */
async function openStage(engine: (typeof engines)[number]): Promise<Stage> {
  const town = await openTown(engine);
  const env: Record<string, string> = {};
  for (const name of names) {
    town.slack.setChannel(channelOf(name), undefined);
    town.pagerDuty.routingKeys.add(routingKeyOf(name));
    env[variableOf(name)] = routingKeyOf(name);
  }
  await town.change(rulesOf(town));
  const service = await startService({ env: { ...town.env, ...env } });
  const ledger = await town.beside();
  const stories = new Map(names.map((name) => [name, story(name, { town, service, ledger })]));
  // Each is looked at by its own test.
  for (const each of stories.values()) each.catch(() => undefined);
  return { town, service, ledger, stories };
}

const variableOf = (name: string) => `PD_${names.indexOf(name)}`;

function rulesOf({ pagerDuty: { server } }: Town) {
  const called = { timeout: '1s', pace: 'none' };
  const destinations = names.flatMap((name, i) => [
    [`chat-${i}`, { type: 'slack', channel: channelOf(name), ...called }],
    [`pager-${i}`, { type: 'pagerduty', routingKey: { env: variableOf(name) }, server, ...called }],
  ]);
  const rules = names.map((name, i) => ({
    ...rateLow,
    id: `rule-${i}`,
    where: { domain: domainOf(name) },
    to: [`chat-${i}`, `pager-${i}`],
  }));
  return { destinations: Object.fromEntries(destinations), rules };
}

type Scene = Omit<Stage, 'stories'>;

/** Trouble, an incident that opens, health; trouble, its end, health. */
async function story(name: string, scene: Scene): Promise<Told> {
  const ready = [await hears(name, 0.5, scene), await hears(name, 0.95, scene)];
  const [slack, pagerDuty] = await notificationsOf(name, scene);
  return { slack, pagerDuty, ready };
}

/**
 * Hears it in trouble, which lasts until it was tried twice to tell both; resolves once they are told, with what /readyz
 * said meanwhile.
 */
async function hears(name: string, inboxRate: number, scene: Scene): Promise<number> {
  const { town, service, ledger } = scene;
  const befall = (trouble: Partial<Trouble>) => {
    town.slack.failChannel(channelOf(name), trouble.slack);
    town.pagerDuty.failKey(routingKeyOf(name), trouble.pagerDuty);
  };
  const incident = async () => (await ledger.findIncident(keyOf(name)))?.incident;
  const tried = async () =>
    (await notificationsOf(name, scene)).map(({ state, attempts }) => {
      return { isTold: state === 'settled', made: attempts.filter(({ endedAt }) => endedAt).length };
    });
  const before = (await incident()) ? await tried() : [];
  befall(troubles[name] ?? {});
  const id = `dlv-${inboxRate}-${names.indexOf(name)}`;
  const body = placementTest({ id, domain: domainOf(name), inboxRate, atMs: Date.now() });
  await deliver(() => service.port, body, { secret, id });
  const isRouted = async () => ((await incident())?.open ?? false) === inboxRate < 0.8;
  await until(isRouted, 15_000, `${name}: it is routed`);
  const isTried = async () =>
    (await tried()).every(({ isTold, made }, i) => isTold || made >= 2 + (before[i]?.made ?? 0));
  await until(isTried, 15_000, `${name}: it is tried to tell it`);
  const { status } = await fetch(`http://127.0.0.1:${service.port}/readyz`);
  befall({});
  await until(async () => (await tried()).every(({ isTold }) => isTold), 20_000, `${name}: it is told`);
  return status;
}

async function notificationsOf(
  name: string,
  { ledger }: Scene,
): Promise<[slack: NotificationHistory, pagerDuty: NotificationHistory]> {
  const found = await ledger.findIncident(keyOf(name));
  const [slack, pagerDuty] = ['slack:', 'pagerduty:'].map((at) =>
    found?.notifications.find(({ address }) => address.startsWith(at)),
  );
  if (!slack || !pagerDuty) throw new Error(`${name}: somebody is owed nothing`);
  return [slack, pagerDuty];
}
