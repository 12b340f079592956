import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hear, isOpen, keyOf, metricsOf, serveIn, settled, townOn, warningsOf, withRule } from './reload-town.ts';
import { placementTest, post } from './sender.ts';
import type { Town } from './town.ts';
import { channel, otherChannel, routingKey, secret, until } from './town.ts';

const engines = ['sqlite', 'redis'] as const;
const lenient = withRule({ when: { inboxRate: { $lt: 0.4 } } });

function destinationsOf(town: Town): Record<string, object> {
  return JSON.parse(town.rulesText()).destinations;
}

describe.each(engines)('a rules file that changes, on %s', (engine) => {
  test('is in force within a second', async () => {
    const town = await townOn(engine);
    const service = await serveIn(town);
    await hear(service, 'before.example.com', 0.5);
    await settled(town);
    const reloaded = service.says('rules.reloaded');
    const changedAt = performance.now();
    await town.change(lenient);
    await reloaded;
    expect(performance.now() - changedAt).toBeLessThan(1_000);
    await hear(service, 'after.example.com', 0.5);
    await settled(town);
    expect(await isOpen(town, 'before.example.com')).toBe(true);
    expect(await isOpen(town, 'after.example.com')).toBe(false);
    expect(await metricsOf(service)).toContain('tocsin_config_last_reload_successful 1');
  });

  test('loses no count: one match before it and one after it open', async () => {
    const fireAfter = { count: 2, of: 3 };
    const town = await townOn(engine, withRule({ fireAfter }));
    const service = await serveIn(town);
    await hear(service, 'counted.example.com', 0.5);
    await settled(town);
    const reloaded = service.says('rules.reloaded');
    await town.change(withRule({ fireAfter, severity: 'critical' }));
    await reloaded;
    expect(await isOpen(town, 'counted.example.com')).toBe(false);
    await hear(service, 'counted.example.com', 0.5);
    await settled(town);
    expect(await isOpen(town, 'counted.example.com')).toBe(true);
    expect(town.slack.messages(channel).map(({ text }) => text)).toEqual([expect.stringMatching(/^Critical/)]);
  });

  test('and moves a destination tells the end where the open was told, and nobody else', async () => {
    const town = await townOn(engine);
    const service = await serveIn(town);
    await hear(service, 'moved.example.com', 0.5);
    await settled(town);
    const reloaded = service.says('rules.reloaded');
    const { deliverability, ...others } = destinationsOf(town);
    await town.change({ destinations: { ...others, deliverability: { ...deliverability, channel: otherChannel } } });
    await reloaded;
    await hear(service, 'moved.example.com', 0.95);
    await settled(town);
    expect(town.slack.messages(channel).map(({ text }) => text)).toEqual([expect.stringMatching(/^Resolved/)]);
    expect(town.slack.messages(otherChannel)).toEqual([]);
    await hear(service, 'next.example.com', 0.5);
    await settled(town);
    expect(town.slack.messages(channel)).toHaveLength(1);
    expect(town.slack.messages(otherChannel)).toHaveLength(1);
  });

  test('and takes away a destination that cannot be told without it makes a dead letter of the end, until it is back', async () => {
    const town = await townOn(engine, { owner: 'deliverability' });
    const service = await serveIn(town);
    await hear(service, 'gone.example.com', 0.5);
    await settled(town);
    const { deliverability } = destinationsOf(town);
    const reloaded = service.says('rules.reloaded');
    await town.change({ destinations: { deliverability }, ...withRule({ to: ['deliverability'] }) });
    await reloaded;
    await hear(service, 'gone.example.com', 0.95);
    await until(async () => (await town.backlog()).deadNotifications === 1, 15_000, 'the end is a dead letter');
    const aboutIt = () => town.slack.messages(channel).filter(({ text }) => !text.startsWith('Resolved'));
    await until(async () => aboutIt().length === 1, 15_000, 'the owner is told');
    expect(JSON.stringify(aboutIt())).toContain('placement:gone.example.com');
    await town.change();
    const isResolved = async () => town.pagerDuty.incidents.every(({ status }) => status === 'resolved');
    await until(isResolved, 15_000, 'PagerDuty is told the end');
    expect((await town.backlog()).deadNotifications).toBe(0);
  });
});

describe('a rules file', () => {
  test('that is half written is read again, and nobody complains', async () => {
    const town = await townOn('sqlite');
    const service = await serveIn(town);
    const reloaded = service.says('rules.reloaded');
    const text = town.rulesText(lenient);
    await writeFile(town.rules, text.slice(0, text.length / 2));
    // A look at the file, and well below what is believed to be meant so.
    await new Promise((resolve) => setTimeout(resolve, 350));
    await writeFile(town.rules, text);
    await reloaded;
    expect(service.lines.filter(({ msg }) => msg === 'rules.refused')).toEqual([]);
  });

  test('that is bad changes nothing, is complained of once with all that is wrong, and warned of until it is mended', async () => {
    const town = await townOn('sqlite');
    const service = await serveIn(town);
    const refused = service.says('rules.refused');
    await town.change({ owner: 'nobody', ...withRule({ severity: 'dreadful' }) });
    expect((await refused).problems).toEqual([
      expect.stringMatching(/^rules\[0\]\.severity/),
      expect.stringMatching(/^owner .*nobody/),
    ]);
    expect(await warningsOf(service)).toEqual([expect.stringMatching(/not in force.*rules\[0\]\.severity.*owner/)]);
    expect(await metricsOf(service)).toContain('tocsin_config_last_reload_successful 0');
    await hear(service, 'still.example.com', 0.5);
    await settled(town);
    expect(await isOpen(town, 'still.example.com')).toBe(true);
    const mended = service.says('rules.reloaded');
    await town.change(lenient);
    await mended;
    expect(await warningsOf(service)).toEqual([]);
    expect(service.lines.filter(({ msg }) => msg === 'rules.refused')).toHaveLength(1);
  });

  test('that names a variable which is not set changes nothing', async () => {
    const town = await townOn('sqlite');
    const service = await serveIn(town);
    const refused = service.says('rules.refused');
    await town.change({ sources: { 'inbox-check': { type: 'inbox-check', secrets: [{ env: 'NOT_SET' }] } } });
    expect((await refused).problems).toEqual([
      expect.stringMatching(/secrets\[0\].*NOT_SET is not set/),
      expect.stringContaining('restart'),
    ]);
    await hear(service, 'still.example.com', 0.5);
  });

  test('is read at SIGHUP, changed or not', async () => {
    const service = await serveIn(await townOn('sqlite'));
    const unchanged = service.says('rules.unchanged');
    service.hangUp();
    await unchanged;
  });

  test('behind a link that is turned, as a ConfigMap is mounted, is in force', async () => {
    const town = await townOn('sqlite');
    const folder = (name: string) => join(town.dir, name);
    for (const [name, text] of [
      ['..one', town.rulesText()],
      ['..two', town.rulesText(lenient)],
    ] as const) {
      await mkdir(folder(name));
      await writeFile(join(folder(name), 'rules.json'), text);
    }
    await symlink('..one', folder('..data'));
    await symlink(join('..data', 'rules.json'), folder('mounted.json'));
    const service = await serveIn(town, { TOCSIN_RULES: folder('mounted.json') });
    const reloaded = service.says('rules.reloaded');
    await symlink('..two', folder('..data_tmp'));
    await rename(folder('..data_tmp'), folder('..data'));
    await reloaded;
    await hear(service, 'fine.example.com', 0.5);
    await settled(town);
    expect(await isOpen(town, 'fine.example.com')).toBe(false);
  });
});

test('a secret in a file is taken up when it is changed, and the one before is good no more', async () => {
  const town = await townOn('sqlite');
  const file = join(town.dir, 'signing');
  await writeFile(file, secret);
  await town.change({ sources: { 'inbox-check': { type: 'inbox-check', secrets: [{ file }] } } });
  const service = await serveIn(town);
  await hear(service, 'one.example.com', 0.5);
  const reloaded = service.says('rules.reloaded');
  await writeFile(file, 'whsec_another');
  await reloaded;
  await hear(service, 'two.example.com', 0.5, 'whsec_another');
  const body = placementTest({ id: 'dlv_old', domain: 'three.example.com', inboxRate: 0.5, atMs: Date.now() });
  expect((await post(service.port, body, { secret, id: 'dlv_old' })).status).toBe(401);
});

test('a bot token in a file is taken up when it is changed, and what waited for it is told', async () => {
  const town = await townOn('sqlite');
  const file = join(town.dir, 'token');
  await writeFile(file, town.slack.token);
  const { deliverability, ...others } = destinationsOf(town);
  await town.change({ destinations: { ...others, deliverability: { ...deliverability, token: { file } } } });
  const service = await serveIn(town);
  town.slack.setToken(town.slack.token, 'token_revoked');
  await hear(service, 'parked.example.com', 0.5);
  await until(async () => (await warningsOf(service)).some((each) => each.includes('token_revoked')), 10_000, 'parked');
  expect(await metricsOf(service)).toContain('tocsin_parked_credentials 1');
  town.slack.setToken('xoxb-new', undefined);
  await writeFile(file, 'xoxb-new');
  await until(async () => town.slack.messages(channel).length === 1, 5_000, 'it is told with the new token');
  expect(await warningsOf(service)).toEqual([]);
});

test('a bot token that is changed by starting anew tells at once what waited for it', async () => {
  const town = await townOn('sqlite');
  const service = await serveIn(town);
  town.slack.setToken(town.slack.token, 'token_revoked');
  await hear(service, 'parked.example.com', 0.5);
  await until(async () => (await warningsOf(service)).some((each) => each.includes('token_revoked')), 10_000, 'parked');
  await service.stop();
  town.slack.setToken('xoxb-new', undefined);
  await serveIn(town, { SLACK_BOT_TOKEN: 'xoxb-new' });
  await until(async () => town.slack.messages(channel).length === 1, 10_000, 'it is told with the new token');
});

test('a routing key that is put right pages for what is open', async () => {
  const town = await townOn('sqlite');
  const file = join(town.dir, 'key');
  await writeFile(file, 'e'.repeat(32));
  const { 'on-call': onCall, ...others } = destinationsOf(town);
  await town.change({ destinations: { ...others, 'on-call': { ...onCall, routingKey: { file } } } });
  const service = await serveIn(town);
  await hear(service, 'open.example.com', 0.5);
  await until(async () => (await town.backlog()).deadNotifications === 1, 10_000, 'the wrong key is refused');
  await writeFile(file, routingKey);
  await until(async () => town.pagerDuty.incidents.length === 1, 10_000, 'the right one pages');
  expect(town.pagerDuty.incidents).toMatchObject([{ dedupKey: keyOf('open.example.com') }]);
  expect(JSON.stringify(town.pagerDuty.incidents)).not.toContain('stands in for');
  await hear(service, 'open.example.com', 0.9);
  await settled(town);
  expect(town.pagerDuty.incidents.map(({ status }) => status)).toEqual(['resolved']);
});
