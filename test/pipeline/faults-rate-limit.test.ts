import tls from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pagerDutyService } from '../../src/destinations/pagerduty/service.ts';
import { slackChannel } from '../../src/destinations/slack/channel.ts';
import { startFakePagerDuty } from '../fakes/fake-pagerduty.ts';
import { startFakeSlack } from '../fakes/fake-slack.ts';
import { openPipeline, rateLow } from './open-pipeline.ts';
import { engines, openStore, second } from './open-store.ts';

const channel = 'C0123456789';
const token = 'xoxb-limited';
const routingKey = 'd'.repeat(32);
const settings = { timeoutMs: 10_000, pace: 'none', fallbackAfterMs: 600_000 } as const;
const manner = { threads: 'none', broadcastResolve: false, editEveryMs: 10_000, buttons: false } as const;

async function openSlack() {
  const slack = await startFakeSlack({ token, channels: [channel] });
  onTestFinished(slack.close);
  const chat = slackChannel({ ...settings, ...manner, name: 'chat', channel, token, apiUrl: slack.apiUrl });
  onTestFinished(chat.close);
  return { destination: chat, fake: slack, titles: () => slack.messages(channel).map(({ text }) => text) };
}

async function openPagerDuty() {
  const pagerDuty = await startFakePagerDuty({ routingKeys: [routingKey] });
  onTestFinished(pagerDuty.close);
  tls.setDefaultCACertificates([...tls.getCACertificates('bundled'), pagerDuty.ca]);
  onTestFinished(() => tls.setDefaultCACertificates(tls.getCACertificates('bundled')));
  const pager = pagerDutyService({ ...settings, name: 'pager', routingKey, server: pagerDuty.server });
  onTestFinished(pager.close);
  const titles = () => pagerDuty.incidents.map(({ status, summary }) => `${status}: ${summary}`);
  return { destination: pager, fake: pagerDuty, titles };
}

const kinds = { Slack: openSlack, PagerDuty: openPagerDuty };
const cases = engines.flatMap((engine) => Object.entries(kinds).map(([kind, open]) => ({ engine, kind, open })));

describe.each(cases)('a 429 that does not say for how long, from $kind, on $engine', ({ engine, open }) => {
  test('keeps all from being told there for thirty seconds, and then it is told once', async () => {
    const { destination, fake, titles } = await open();
    const store = await openStore(engine);
    const rules = [{ ...rateLow, to: [destination.name] }];
    const { hear, route, tell, ledger } = await openPipeline({ store, rules, destinations: [destination] });
    const becomes = async (inboxRate: number, domain: string) => {
      await hear({ inboxRate, domain });
      await route();
      await tell();
    };
    fake.failNext({ retryAfter: undefined });
    await becomes(0.5, 'one.example.com');
    store.advance(15 * second);
    await becomes(0.5, 'two.example.com');
    store.advance(15 * second - 1);
    await tell();
    expect(fake.hits()).toBe(1);
    store.advance(1);
    await tell();
    expect(titles()).toEqual(expect.arrayContaining([/one/, /two/].map((each) => expect.stringMatching(each))));
    expect(fake.hits()).toBe(3);

    fake.failNext({ retryAfter: undefined });
    await becomes(0.95, 'one.example.com');
    store.advance(30 * second);
    await tell();
    expect(titles()).toHaveLength(2);
    expect(titles()).toContainEqual(expect.stringMatching(/^resolved: one/i));
    expect(await ledger.backlog()).toMatchObject({ owed: 0, deadNotifications: 0 });
    const [notification] = (await ledger.findIncident('placement:one.example.com'))?.notifications ?? [];
    const calls = notification?.attempts
      .filter(({ act }) => act !== 'wait')
      .map(({ act, result }) => `${act} ${result}`);
    expect(calls).toEqual(['open retry', 'open told', 'resolve retry', 'resolve told']);
  });
});
