import tls from 'node:tls';
import { expect, onTestFinished } from 'vitest';
import { pagerDutyService } from '../../src/destinations/pagerduty/service.ts';
import { slackChannel } from '../../src/destinations/slack/channel.ts';
import { pagerDutyAlerts } from '../../src/sources/pagerduty-alerts.ts';
import { madeManner } from '../destinations/slack/made-manner.ts';
import { startFakePagerDuty } from '../fakes/fake-pagerduty.ts';
import { startFakeSlack } from '../fakes/fake-slack.ts';
import type { Said } from '../fakes/page-event.ts';
import { pageEvent } from '../fakes/page-event.ts';
import { key, openPipeline, rateLow } from './open-pipeline.ts';
import type { Engine } from './open-store.ts';
import { minute, openStore } from './open-store.ts';

const channel = 'C0123456789';
export const apiToken = 'made-up-api-token';
const routingKeys = ['e'.repeat(32), 'f'.repeat(32)];

/** Below 80 % it is an error, below 30 % critical, from 85 % on it is over. */
const rising = (to: string[]) => [
  { ...rateLow, to },
  { ...rateLow, id: 'inbox-rate-very-low', when: { inboxRate: { $lt: 0.3 } }, severity: 'critical', to },
];

export type PagedSettings = {
  /** Whether PagerDuty may be asked. */
  asks?: boolean;
  /** The incident is told at two of PagerDuty's services. */
  twice?: boolean;
};

/** A pipeline between a fake Slack and a fake PagerDuty, where people act; all on one clock that stands still. */
export async function openPaged(engine: Engine, { asks = false, twice = false }: PagedSettings = {}) {
  const store = await openStore(engine);
  const slack = await startFakeSlack({ token: 'xoxb-paged', channels: [channel] });
  const pagerDuty = await startFakePagerDuty({ routingKeys, apiToken, clock: store.now });
  tls.setDefaultCACertificates([...tls.getCACertificates('bundled'), pagerDuty.ca]);
  const common = { timeoutMs: 1_000, pace: 'none' as const, fallbackAfterMs: 120_000 };
  const { server } = pagerDuty;
  const services = routingKeys.map((routingKey, i) =>
    pagerDutyService({ ...common, name: `pager-${i}`, routingKey, server }),
  );
  const chat = slackChannel({
    ...madeManner,
    ...common,
    name: 'chat',
    channel,
    token: slack.token,
    apiUrl: slack.apiUrl,
  });
  const destinations = [chat, ...services.slice(0, twice ? 2 : 1)];
  const elapsedMs = store.now;
  const pipeline = await openPipeline({
    store,
    rules: rising(destinations.map(({ name }) => name)),
    destinations,
    owner: 'chat',
    ...(asks ? { ask: pagerDutyAlerts({ server, token: apiToken, elapsedMs }) } : {}),
  });
  const { ledger } = pipeline;
  onTestFinished(async () => {
    await Promise.all([chat.close(), ...services.map((each) => each.close())]);
    await Promise.all([slack.close(), pagerDuty.close()]);
    tls.setDefaultCACertificates(tls.getCACertificates('bundled'));
  });

  /** A minute later the monitor says so, and all that is owed is told. */
  async function becomes(inboxRate: number, domain = 'news.example.com'): Promise<void> {
    store.advance(minute);
    await pipeline.hear({ inboxRate, domain });
    await pipeline.route();
    await pipeline.tell();
  }

  /** The webhook arrives, and all that is owed is told. Resolves with its trace's notes. */
  async function arrives(event: ReturnType<typeof pageEvent>): Promise<string[]> {
    await pipeline.hearPager(event);
    await pipeline.route();
    await pipeline.tell();
    return notesOf(event.event.id);
  }

  async function notesOf(id: string): Promise<string[]> {
    const [found] = await ledger.findDeliveries(id);
    return found?.trace?.notes ?? [`${found?.state}: no trace`];
  }

  /** What PagerDuty says of its newest incident, as of now. */
  function says(type: string, said: Partial<Said> & { incident?: number } = {}) {
    const incident = pagerDuty.incidents.at(said.incident ?? -1);
    if (!incident) throw new Error('PagerDuty has no incident');
    return pageEvent(type, incident, { at: store.now(), ...said });
  }

  /** A minute later somebody does it in PagerDuty, and PagerDuty says so. */
  async function does(what: 'acknowledged' | 'resolved', said: Parameters<typeof says>[1] = {}): Promise<string[]> {
    store.advance(minute);
    const incident = pagerDuty.incidents.at(said.incident ?? -1);
    for (const each of pagerDuty.incidents) if (each.pageId === incident?.pageId) each.status = what;
    return arrives(says(`incident.${what}`, said));
  }

  const incident = async (under = key) => (await ledger.readIncidents([under])).get(under);
  return {
    ...pipeline,
    slack,
    pagerDuty,
    becomes,
    arrives,
    notesOf,
    says,
    does,
    incident,
    /** What PagerDuty was told, in order. */
    told: () => pagerDuty.calls.map(({ body }) => (body as { event_action: string }).event_action),
    messages: () => slack.messages(channel),
    thread: () => slack.thread(channel, slack.messages(channel).at(-1)?.ts ?? ''),
    async expectNothingChanges(event: ReturnType<typeof pageEvent>): Promise<string[]> {
      const before = { incident: await incident(), told: pagerDuty.calls.length, messages: slack.messages(channel) };
      const notes = await arrives(event);
      const after = { incident: await incident(), told: pagerDuty.calls.length, messages: slack.messages(channel) };
      expect(after).toEqual(before);
      return notes;
    },
  };
}
