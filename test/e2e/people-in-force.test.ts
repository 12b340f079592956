import { describe, expect, test } from 'vitest';
import type { NotificationHistory } from '../../src/ledger/history.ts';
import { keyOf, rateLow } from './reload-town.ts';
import { runCli } from './running-service.ts';
import { destinationsWith, inServedTown } from './served-town.ts';
import type { Town } from './town.ts';
import { channel, otherChannel, until } from './town.ts';

const domain = 'news.example.com';
const key = keyOf(domain);
const aSecond = 1_000;

/** A second rule tells another channel of what is worse, and of nothing else. */
function rulesOf(town: Town) {
  const { deliverability, ...others } = destinationsWith(town, {});
  return {
    destinations: { ...others, deliverability, elsewhere: { ...deliverability, channel: otherChannel } },
    rules: [rateLow, { ...rateLow, id: 'very-low', when: { inboxRate: { $lt: 0.3 } }, to: ['elsewhere'] }],
  };
}

async function cli(town: Town, ...args: string[]): Promise<string> {
  const { code, out, err } = await runCli([...args, '--by', 'ann'], { env: town.env });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
}

const said = ({ slack }: Town, at = channel) => JSON.stringify(slack.messages(at));

function heldAt(town: Town, key: string, at: string): Promise<NotificationHistory | undefined> {
  return town.look(async (ledger) => {
    const found = await ledger.findIncident(key);
    return found?.notifications.find(({ address, state }) => address === `slack:${at}` && state === 'waiting');
  });
}

describe.concurrent.each(['sqlite', 'redis'] as const)('what people say on the command line, on %s', (engine) => {
  test('about an incident is in force in the running service within a second', async () => {
    await inServedTown(engine, rulesOf, async ({ town, hears, settles }) => {
      const { pagerDuty } = town;
      const isAt = (status: string) => async () => pagerDuty.incidents.some((each) => each.status === status);
      await hears(domain, 0.5);
      await settles();

      await cli(town, 'incidents', 'ack', key, '--comment', 'on it');
      await until(isAt('acknowledged'), aSecond, 'PagerDuty has it acknowledged');
      await until(async () => said(town).includes('on it'), aSecond, 'Slack says who has it');

      await cli(town, 'incidents', 'snooze', key, '--for', '2h');
      await until(async () => /[Ss]noozed/.test(said(town)), aSecond, 'Slack says that it is snoozed');
      await hears(domain, 0.2);
      await until(async () => (await heldAt(town, key, otherChannel)) !== undefined, 5_000, 'it is held back');
      expect((await heldAt(town, key, otherChannel))?.reason).toMatch(/^snoozed by ann until/);

      await cli(town, 'incidents', 'resolve', key);
      await until(isAt('resolved'), aSecond, 'PagerDuty is told the end');
      await until(async () => said(town).includes('"text":"Resolved: news'), aSecond, 'Slack is told the end');
      await settles();
      expect(said(town, otherChannel)).toBe('[]');
    });
  });

  test('a silence is in force for the next delivery, and its end within a second', async () => {
    await inServedTown(engine, rulesOf, async ({ town, hears }) => {
      const { id } = JSON.parse(await cli(town, 'silence', 'add', '--key', key, '--for', '1h', '--json'));
      await hears(domain, 0.5);
      await until(async () => (await heldAt(town, key, channel)) !== undefined, 5_000, 'it is held back');
      const held = await heldAt(town, key, channel);
      expect(held?.reason).toMatch(new RegExp(`^silence ${id} by ann until`));
      expect([said(town), town.pagerDuty.incidents]).toEqual(['[]', []]);

      await cli(town, 'silence', 'expire', id);
      await until(async () => said(town).includes('"text":"Error: news'), aSecond, 'Slack is told');
      await until(async () => town.pagerDuty.incidents.length === 1, aSecond, 'PagerDuty is told');
    });
  });
});
