import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { inboxCheck } from '../../src/sources/inbox-check.ts';
import type { RunningService } from './running-service.ts';
import { runCli, startService } from './running-service.ts';
import { deliver, placementTest, post } from './sender.ts';
import type { Town } from './town.ts';
import { channel, openTown, secret, until } from './town.ts';

async function inTown(engine: 'sqlite' | 'redis', changes: Record<string, unknown> = {}): Promise<Town> {
  const town = await openTown(engine, changes);
  onTestFinished(() => town.close());
  return town;
}

async function serving(town: Town): Promise<RunningService> {
  const service = await startService({ env: town.env });
  onTestFinished(async () => void (await service.stop()));
  return service;
}

const settled = (town: Town) => async () => {
  const { unrouted, owed } = await town.backlog();
  return unrouted === 0 && owed === 0;
};

describe('a service on SQLite', () => {
  test('refuses to be the second on one file, says who holds it, and exits with 2', async () => {
    const town = await inTown('sqlite');
    await serving(town);
    const second = await runCli(['serve'], { env: { ...town.env, PORT: '0' } });
    expect(second.code).toBe(2);
    expect(second.err).toMatch(/already served by process \d+ since 2/);
  });

  test('answers the request in flight when it is told to stop, and exits with 0', async () => {
    const town = await inTown('sqlite');
    const service = await startService({ env: town.env });
    const body = placementTest({ id: 'dlv_last', domain: 'last.example.com', inboxRate: 0.5, atMs: Date.now() });
    const { headers } = inboxCheck.sign(body, secret, { id: 'dlv_last', type: 'test.completed', atMs: Date.now() });
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const head = ['POST /hooks/inbox-check HTTP/1.1', 'Host: tocsin', `Content-Length: ${body.length}`, ...lines];
    const socket = connect(service.port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      answer += chunk;
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(body.subarray(0, 10));
    await until(async () => (await fetch(`http://127.0.0.1:${service.port}/healthz`)).ok, 5_000, 'the request is seen');
    const stopped = service.stop();
    await service.said('stopping');
    socket.write(body.subarray(10));
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*"accepted","id":"dlv_last"/);
    expect(await stopped).toBe(0);
  });

  test('goes on after a stop where it was', async () => {
    const town = await inTown('sqlite');
    town.slack.failAll('500');
    const first = await startService({ env: town.env });
    const body = placementTest({ id: 'dlv_1', domain: 'one.example.com', inboxRate: 0.5, atMs: Date.now() });
    await deliver(() => first.port, body, { secret, id: 'dlv_1' });
    await until(async () => town.slack.hits() > 0, 10_000, 'Slack is tried');
    expect(await first.stop()).toBe(0);
    town.slack.failAll(undefined);
    await serving(town);
    await until(settled(town), 30_000, 'Slack is told');
    expect(town.slack.messages(channel).map((each) => each.text)).toEqual([
      'Error: one.example.com: inbox rate 50.0% (below 80.0%)',
    ]);
  });

  test('is looked at from the command line while it runs', async () => {
    const town = await inTown('sqlite');
    const service = await serving(town);
    const body = placementTest({ id: 'dlv_1', domain: 'one.example.com', inboxRate: 0.5, atMs: Date.now() });
    await post(service.port, body, { secret, id: 'dlv_1' });
    await post(service.port, body, { secret: 'wrong', id: 'dlv_1' });
    await until(settled(town), 10_000, 'all is told');
    const cli = (...args: string[]) => runCli(args, { env: town.env });

    expect((await cli('deliveries', 'list')).out).toMatch(/inbox-check {2}test\.completed {2}routed {2}dlv_1/);
    expect((await cli('deliveries', 'list', '--refused')).out).toMatch(/inbox-check {2}bad_signature {2}no secret/);
    const shown = await cli('deliveries', 'show', 'dlv_1');
    expect(shown.out).toContain('rule inbox-rate-low: match, fires');
    expect(shown.out).toMatch(/when +inboxRate +\$lt 0.8 +is 0.5 +match/);
    expect((await cli('deliveries', 'show', 'dlv_none')).code).toBe(1);
    expect((await cli('incidents', 'list', '--open')).out).toMatch(/open +error +#1 .* placement:one\.example\.com/);
    const incident = await cli('incidents', 'show', 'placement:one.example.com', '--json');
    expect(JSON.parse(incident.out)).toMatchObject({
      state: 'open',
      notifications: [{ state: 'settled' }, { state: 'settled' }],
    });
    const { items } = JSON.parse((await cli('deliveries', 'list', '--json')).out);
    expect(items).toMatchObject([{ id: 'dlv_1', source: 'inbox-check', state: 'routed' }]);
  });
});

describe('a start that cannot be', () => {
  test('names every secret that is missing', async () => {
    const town = await inTown('sqlite');
    const { IC_WEBHOOK_SECRET: _ic, PD_KEY: _pd, ...env } = town.env;
    const { code, err } = await runCli(['serve'], { env: { ...env, PORT: '0' } });
    expect(code).toBe(1);
    expect(err).toContain('sources.inbox-check.secrets[0]: the variable IC_WEBHOOK_SECRET is not set');
    expect(err).toContain('destinations.on-call.routingKey: the variable PD_KEY is not set');
  });

  test('says which port is taken', async () => {
    const town = await inTown('sqlite');
    const { port } = await serving(town);
    const env = { ...town.env, TOCSIN_DATA: `${town.env.TOCSIN_DATA}.other`, PORT: String(port), HOST: '127.0.0.1' };
    const { code, err } = await runCli(['serve'], { env });
    expect(code).toBe(2);
    expect(err).toContain(`Port ${port} is taken`);
  });

  test('begins with the way to a rules file when there is none', async () => {
    const town = await inTown('sqlite');
    const { code, err } = await runCli(['serve', '--rules', 'none.json'], { env: town.env });
    expect(code).toBe(1);
    expect(err).toContain('there is no such file');
    expect(err).toContain('rules.example.json');
  });
});

test('two services on one Redis share the work, and each thing is told once', async () => {
  const town = await inTown('redis');
  const [one, two] = await Promise.all([serving(town), serving(town)]);
  const sends = Array.from({ length: 300 }, (_, i) => {
    const id = `dlv_${i}`;
    const body = placementTest({ id, domain: `d${i}.example.com`, inboxRate: 0.5, atMs: Date.now() });
    return deliver(() => (i % 2 === 0 ? one.port : two.port), body, { secret, id });
  });
  await Promise.all(sends);
  await until(settled(town), 30_000, 'all is told');
  expect(town.pagerDuty.incidents).toHaveLength(300);
  expect(town.pagerDuty.incidents.every((each) => each.payloads.length === 1)).toBe(true);
  expect(town.slack.messages(channel)).toHaveLength(300);
  await Promise.all([one.stop(), two.stop()]);
  const told = (service: RunningService) => service.lines.filter((line) => line.msg === 'attempt.told').length;
  expect(told(one) + told(two)).toBe(600);
  expect(Math.min(told(one), told(two))).toBeGreaterThan(0);
});
