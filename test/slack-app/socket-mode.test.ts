import { expect, test } from 'vitest';
import { seen } from './slack-person.ts';
import { openSlackTown } from './slack-town.ts';

const ada = { id: 'UADA', name: 'ada' };

async function readiness(port: number): Promise<{ status: string; warnings: string[] }> {
  return (await fetch(`http://127.0.0.1:${port}/readyz`)).json() as Promise<{ status: string; warnings: string[] }>;
}

test.each(['refresh', 'cut'] as const)(
  'a connection that Slack ends (%s) is opened again, and goes on',
  async (how) => {
    const town = await openSlackTown({ transport: 'socket' });
    await town.rings();
    const { sockets, calls } = town.slack;
    sockets[how]();
    const opened = () => calls.filter(({ method }) => method === 'apps.connections.open').length;
    await expect.poll(opened, { timeout: 5_000 }).toBe(2);
    await expect.poll(() => sockets.connections()).toBe(1);
    await town.person(ada).press('Acknowledge');
    await expect.poll(() => seen(town.last())?.body).toContain('*Acknowledged* by ada (Slack)');
  },
);

test('while Slack refuses the token the service goes on, says so, and connects once it is good', async () => {
  const town = await openSlackTown({ transport: 'socket' });
  const { slack, service } = town;
  slack.setMethod('apps.connections.open', 'invalid_auth');
  slack.sockets.cut();
  await expect
    .poll(async () => (await readiness(service.port)).warnings, { timeout: 5_000 })
    .toContainEqual(expect.stringMatching(/hears nothing over its socket: .*invalid_auth/));
  await town.rings();
  expect((await readiness(service.port)).status).toBe('ready');
  slack.setMethod('apps.connections.open', undefined);
  await expect.poll(() => slack.sockets.connections(), { timeout: 10_000 }).toBe(1);
  await expect
    .poll(async () => (await readiness(service.port)).warnings)
    .not.toContainEqual(expect.stringContaining('socket'));
  expect(JSON.stringify(town.lines)).not.toMatch(/xapp-|ticket=/);
});

test.each([
  'null',
  '7',
  '{',
  '{"type":"events_api","envelope_id":"e"}',
  '{"type":"events_api","envelope_id":"e","payload":{}}',
  '{"type":"interactive","envelope_id":"e","payload":null}',
  '{"type":"interactive","envelope_id":"e","payload":[]}',
  '{"type":"nobody knows"}',
])('what Slack would never send (%s) ends nothing', async (text) => {
  const town = await openSlackTown({ transport: 'socket' });
  await town.rings();
  town.slack.sockets.sendRaw(text);
  const person = town.person(ada);
  await person.press('Acknowledge');
  expect(person.answered()?.status).toBe(200);
  await expect.poll(() => seen(town.last())?.body).toContain('*Acknowledged* by ada (Slack)');
});

test('what is none of ours is acknowledged', async () => {
  const town = await openSlackTown({ transport: 'socket' });
  for (const payload of [
    {},
    { type: 'shortcut' },
    { type: 'block_actions', actions: [{ action_id: 'x' }], user: { id: 'U' } },
  ]) {
    expect(await town.slack.sockets.send({ type: 'interactive', payload })).toEqual({ payload: {} });
  }
});

test('a stop does not wait for a Slack that says nothing any more', async () => {
  const town = await openSlackTown({ transport: 'socket' });
  town.slack.sockets.setMute(true);
  const begun = performance.now();
  await town.service.stop();
  expect(performance.now() - begun).toBeLessThan(4_000);
});

test('a stop does not wait for a Slack that never said hello', async () => {
  const town = await openSlackTown({ transport: 'socket' });
  town.slack.sockets.setMute(true);
  town.slack.sockets.cut();
  const opened = () => town.slack.calls.filter(({ method }) => method === 'apps.connections.open').length;
  await expect.poll(opened, { timeout: 5_000 }).toBe(2);
  const begun = performance.now();
  await town.service.stop();
  expect(performance.now() - begun).toBeLessThan(4_000);
});
