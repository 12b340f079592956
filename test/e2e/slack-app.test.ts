import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { pagerDuty } from '../../src/sources/pagerduty.ts';
import type { PageEvent } from '../fakes/page-event.ts';
import { pageEvent } from '../fakes/page-event.ts';
import type { SlackPerson } from '../slack-app/slack-person.ts';
import { overHttp, overSocket, seen, slackPerson } from '../slack-app/slack-person.ts';
import type { RunningService } from './running-service.ts';
import { runCli, startService } from './running-service.ts';
import { deliver, placementTest } from './sender.ts';
import type { Town } from './town.ts';
import { channel, openTown, otherChannel, pagerSecret, rulesFor, secret } from './town.ts';

const signingSecret = 'a-signing-secret-made-for-tests';
const key = 'placement:news.example.com';
const within = { timeout: 10_000 };

type Setting = { engine: 'sqlite' | 'redis'; transport: 'http' | 'socket' };

/** One process on SQLite, two on Redis; what people press reaches now the one, now the other. */
async function inTown({ engine, transport }: Setting) {
  const town = await openTown(engine);
  onTestFinished(() => town.close());
  const { server } = town.pagerDuty;
  const { sources, destinations, rules } = rulesFor(server);
  await town.change({
    sources: { ...sources, pager: { type: 'pagerduty', secrets: [{ env: 'PD_WEBHOOK_SECRET' }], server } },
    destinations: { ...destinations, second: { type: 'slack', channel: otherChannel, pace: 'none' } },
    rules: rules.map((rule) => ({ ...rule, to: [...rule.to, 'second'] })),
  });
  const app = transport === 'http' ? { SLACK_SIGNING_SECRET: signingSecret } : { SLACK_APP_TOKEN: town.slack.appToken };
  const count = engine === 'redis' ? 2 : 1;
  const services = await Promise.all(
    Array.from({ length: count }, async () => {
      const service = await startService({ env: { ...town.env, ...app } });
      onTestFinished(async () => void (await service.stop()));
      return service;
    }),
  );
  if (transport === 'socket') await expect.poll(() => town.slack.sockets.connections(), within).toBe(count);
  return { town, services, person: personIn(town, services, transport) };
}

function personIn(town: Town, services: RunningService[], transport: Setting['transport']) {
  const { slack } = town;
  let pressed = 0;
  const nextPort = () => {
    pressed += 1;
    return services[pressed % services.length]?.port ?? 0;
  };
  const way = transport === 'http' ? overHttp(nextPort, signingSecret) : overSocket(slack);
  return (name: string): SlackPerson =>
    slackPerson({ slack, channel, way, user: { id: `U${name.toUpperCase()}`, name } });
}

/** What PagerDuty says of a page, signed. */
async function say(port: number, event: PageEvent): Promise<void> {
  const at = { id: event.event.id, type: event.event.event_type, atMs: Date.now() };
  const { headers, body } = pagerDuty.sign(Buffer.from(JSON.stringify(event)), pagerSecret, at);
  const answer = await fetch(`http://127.0.0.1:${port}/hooks/pager`, { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
}

test.each<Setting>([
  { engine: 'sqlite', transport: 'http' },
  { engine: 'sqlite', transport: 'socket' },
  { engine: 'redis', transport: 'http' },
  { engine: 'redis', transport: 'socket' },
])(
  'rung, acknowledged in Slack, resolved in PagerDuty: everybody sees the one truth ($engine, $transport)',
  async (setting) => {
    const { town, services, person } = await inTown(setting);
    const { slack, pagerDuty: paged } = town;
    const port = () => services[0]?.port ?? 0;
    const body = placementTest({ id: 'dlv_1', domain: 'news.example.com', inboxRate: 0.5, atMs: Date.now() });
    await deliver(port, body, { secret, id: 'dlv_1' });
    await expect.poll(() => slack.messages(channel).at(-1)?.text, within).toMatch(/^Error: news\.example\.com/);
    await expect.poll(() => paged.incidents, within).toMatchObject([{ dedupKey: key, status: 'triggered' }]);
    await expect.poll(() => slack.messages(otherChannel), within).toHaveLength(1);

    const [ada, bob] = [person('ada'), person('bob')];
    const on = structuredClone(slack.messages(channel).at(-1));
    if (!on) throw new Error('nothing rang');
    const both = await Promise.all([ada, bob].map((each) => each.press('Acknowledge', undefined, { on })));
    await expect.poll(() => paged.incidents, within).toMatchObject([{ status: 'acknowledged' }]);
    const by = /\*Acknowledged\* by (ada|bob) \(Slack\)/;
    for (const where of [channel, otherChannel]) {
      await expect.poll(() => seen(slack.messages(where).at(-1))?.body, within).toMatch(by);
    }
    await expect
      .poll(() => [...ada.alone(), ...bob.alone()], within)
      .toEqual([expect.stringMatching(/^Nothing was changed: already acknowledged by/)]);
    // Once for each of the two processes: what one of them knows to be done, the other finds done.
    for (const pressed of [...both, ...both]) await ada.again(pressed);
    await expect.poll(() => paged.incidents[0]?.log.filter((each) => each === 'acknowledge')).toHaveLength(1);

    const [page] = paged.incidents;
    if (!page) throw new Error('nobody was paged');
    page.status = 'resolved';
    await say(services.at(-1)?.port ?? 0, pageEvent('incident.resolved', page, { at: Date.now(), by: 'Grace Hopper' }));
    for (const where of [channel, otherChannel]) {
      const message = () => slack.messages(where).at(-1);
      await expect.poll(() => seen(message()), within).toMatchObject({ colour: '#2eb67d', buttons: ['Why?'] });
      await expect
        .poll(() => slack.thread(where, message()?.ts ?? '').map(({ text }) => text), within)
        .toEqual([
          expect.stringMatching(/^Acknowledged by (ada|bob) \(Slack\)$/),
          expect.stringMatching(/^Resolved by Grace Hopper \(PagerDuty\)/),
        ]);
      expect(slack.messages(where)).toHaveLength(1);
    }
    expect(paged.incidents).toMatchObject([{ status: 'resolved' }]);

    await bob.press('Resolve', undefined, { on });
    const over = /already over: resolved by Grace Hopper \(PagerDuty\), <!date/;
    await expect.poll(() => bob.alone().at(-1), within).toMatch(over);
    await bob.press('Why?');
    await expect
      .poll(() => bob.alone().at(-1), within)
      .toMatch(/\*on-call\*: settled\n.*open told\n.*acknowledge told/);
  },
);

test('resolved in Slack, it is resolved in PagerDuty, and a process that stops has done what it was pressed for', async () => {
  const { town, services, person } = await inTown({ engine: 'sqlite', transport: 'http' });
  const body = placementTest({ id: 'dlv_1', domain: 'news.example.com', inboxRate: 0.5, atMs: Date.now() });
  await deliver(() => services[0]?.port ?? 0, body, { secret, id: 'dlv_1' });
  await expect.poll(() => town.pagerDuty.incidents, within).toMatchObject([{ status: 'triggered' }]);
  await expect.poll(() => town.slack.messages(channel), within).toHaveLength(1);
  await person('ada').press('Resolve');
  expect(await services[0]?.stop()).toBe(0);
  const again = await startService({ env: town.env });
  onTestFinished(async () => void (await again.stop()));
  await expect.poll(() => town.pagerDuty.incidents, within).toMatchObject([{ status: 'resolved' }]);
  await expect.poll(() => seen(town.slack.messages(channel).at(-1))?.colour, within).toBe('#2eb67d');
});

test('docs/slack-app.md leads to a button that works', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/slack-app.md'), 'utf8');
  const [steps = ''] = page.split('\n## Over HTTP');
  const fenced = (kind: string) =>
    [...steps.matchAll(new RegExp(`\`\`\`${kind}\\n(.*?)\`\`\``, 'gs'))].map(([, inner = '']) => inner);
  const town = await openTown('sqlite');
  onTestFinished(() => town.close());
  const [rules = ''] = fenced('json');
  await writeFile(town.rules, rules);
  const exported = [...(fenced('sh')[0] ?? '').matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  const { SLACK_BOT_TOKEN: _bot, IC_WEBHOOK_SECRET: _ic, ...env } = town.env;
  const real = { SLACK_BOT_TOKEN: town.slack.token, SLACK_APP_TOKEN: town.slack.appToken };
  const given = { ...env, ...Object.fromEntries(exported), ...real };
  expect(exported.map(([name]) => name)).toEqual(expect.arrayContaining(Object.keys(real)));
  const service = await startService({ env: given });
  onTestFinished(async () => void (await service.stop()));
  await service.said('slack-app.connected');
  const ada = personIn(town, [service], 'socket')('ada');
  const [, typed = ''] = /`\/tocsin (test \w+)`/.exec(steps) ?? [];
  await ada.command(typed);
  expect(town.slack.messages(channel).map(({ text }) => text)).toEqual([expect.stringMatching(/^\[TEST\]/)]);
  const [, command = ''] = /npm run -s tocsin -- (.*)/.exec(fenced('sh')[1] ?? '') ?? [];
  const fired = await runCli(command.split(' '), { env: { ...given, PORT: String(service.port) } });
  expect(fired).toMatchObject({ code: 0 });
  await expect.poll(() => seen(town.slack.messages(channel).at(-1))?.buttons, within).toContain('Acknowledge');
  await ada.press('Acknowledge');
  await expect
    .poll(() => seen(town.slack.messages(channel).at(-1))?.body, within)
    .toContain('*Acknowledged* by ada (Slack)');
});
