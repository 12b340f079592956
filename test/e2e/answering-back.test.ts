import { expect, onTestFinished, test } from 'vitest';
import { pagerDuty } from '../../src/sources/pagerduty.ts';
import type { PageEvent } from '../fakes/page-event.ts';
import { pageEvent } from '../fakes/page-event.ts';
import { startService } from './running-service.ts';
import { deliver, placementTest } from './sender.ts';
import { channel, openTown, pagerSecret, secret, until } from './town.ts';

const key = 'placement:news.example.com';

/** A town in which PagerDuty talks back to so many services on one ledger. */
async function openAnsweringTown(engine: 'sqlite' | 'redis', services: number) {
  const town = await openTown(engine);
  onTestFinished(() => town.close());
  const { server } = town.pagerDuty;
  const { sources } = JSON.parse(town.rulesText());
  const pager = { type: 'pagerduty', secrets: [{ env: 'PD_WEBHOOK_SECRET' }], server };
  await town.change({ sources: { ...sources, pager } });
  const running = await Promise.all(Array.from({ length: services }, () => startService({ env: town.env })));
  onTestFinished(async () => void (await Promise.all(running.map((each) => each.stop()))));
  let posted = 0;
  /** To one after the other, as a load balancer does. */
  const port = () => running[posted++ % running.length]?.port ?? 0;

  async function post(event: PageEvent): Promise<number> {
    const at = { id: event.event.id, type: event.event.event_type, atMs: Date.now() };
    const { headers, body } = pagerDuty.sign(Buffer.from(JSON.stringify(event)), pagerSecret, at);
    const response = await fetch(`http://127.0.0.1:${port()}/hooks/pager`, { method: 'POST', headers, body });
    return response.status;
  }

  async function settled(): Promise<void> {
    const isSettled = async () => {
      const { unrouted, owed } = await town.backlog();
      return unrouted + owed === 0;
    };
    await until(isSettled, 20_000, 'nothing is owed');
  }
  return { ...town, port, post, settled };
}

test.each([
  ['sqlite', 1],
  ['redis', 2],
] as const)('what people do in PagerDuty is seen in Slack, on %s, with %i processes', async (engine, services) => {
  const town = await openAnsweringTown(engine, services);
  const { slack, post, settled, look } = town;
  const body = placementTest({ id: 'dlv_1', domain: 'news.example.com', inboxRate: 0.5, atMs: Date.now() });
  await deliver(town.port, body, { secret, id: 'dlv_1' });
  await settled();
  const [page] = town.pagerDuty.incidents;
  if (!page) throw new Error('nobody was rung');

  // PagerDuty names no key, so that it is asked.
  const taken = pageEvent('incident.acknowledged', page, { at: Date.now(), key: null });
  expect(await post(taken)).toBe(200);
  await settled();
  expect(JSON.stringify(slack.messages(channel))).toContain('Ada Lovelace (PagerDuty)');

  const over = pageEvent('incident.resolved', page, { at: Date.now(), by: 'Grace Hopper', key: null });
  expect(await Promise.all([post(over), post(over), post(over)])).toEqual([200, 200, 200]);
  await settled();
  const [message] = slack.messages(channel);
  expect(message?.text).toMatch(/^Resolved: news\.example\.com/);
  expect(slack.messages(channel)).toHaveLength(1);
  expect(slack.thread(channel, message?.ts ?? '').map(({ text }) => text)).toEqual([
    expect.stringContaining('Acknowledged by Ada Lovelace (PagerDuty)'),
    expect.stringContaining('Resolved by Grace Hopper (PagerDuty)'),
  ]);
  expect(town.pagerDuty.incidents).toHaveLength(1);
  expect(town.pagerDuty.calls.map(({ body }) => Object(body).event_action)).not.toContain('acknowledge');
  const incident = await look(async (ledger) => (await ledger.readIncidents([key])).get(key));
  expect(incident).toMatchObject({ open: false, last: { by: 'Grace Hopper (PagerDuty)' } });
  const heard = (await town.backlog()).heard.pager;
  expect(heard).toMatchObject({ accepted: 2, duplicate: 2, altered: 0 });
});

test('nothing is changed by who cannot sign', async () => {
  const town = await openAnsweringTown('sqlite', 1);
  const event = JSON.stringify(pageEvent('incident.resolved', { pageId: 'P1', dedupKey: key }, { at: Date.now() }));
  const headers = { 'x-pagerduty-signature': `v1=${'0'.repeat(64)}` };
  const url = `http://127.0.0.1:${town.port()}/hooks/pager`;
  expect((await fetch(url, { method: 'POST', headers, body: event })).status).toBe(401);
});
