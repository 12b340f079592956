import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test, vi } from 'vitest';
import { placementTest, post } from '../e2e/sender.ts';
import { channel, openService, secrets } from './open-service.ts';

const [secret = ''] = secrets;

/**
 * A service, and the connection on which it writes: a limit on how many pages its file may have acts as a full disk
 * does (https://www.sqlite.org/pragma.html#pragma_max_page_count), and is the connection's own.
 */
async function openOnDisk() {
  const connections = vi.spyOn(DatabaseSync.prototype, 'exec');
  onTestFinished(() => connections.mockRestore());
  const service = await openService();
  const opened = connections.mock.contexts.filter((each) => each instanceof DatabaseSync);
  const writing = opened.find((each) => each.location()?.endsWith('tocsin.db'));
  if (!writing) throw new Error('nobody writes');
  const limit = (pages: number) => writing.exec(`PRAGMA max_page_count = ${pages}`);
  return { ...service, fillDisk: () => limit(1), makeRoom: () => limit(1_000_000) };
}

test('a full disk is said to who sends, and on /readyz, until there is room: then all goes on', async () => {
  const { port, fillDisk, makeRoom, ledger, settled, slack, pagerDuty } = await openOnDisk();
  const send = (id: string, note?: string) => post(port, bodyOf(id, note), { secret, id });
  const ready = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
    return { status: answer.status, body: await answer.json() };
  };
  const acknowledged = ['before'];
  expect((await send('before')).status).toBe(200);
  await settled();

  fillDisk();
  const refused = await send('large', 'x'.repeat(300_000));
  expect(refused).toMatchObject({ status: 503, body: { error: 'unavailable' }, retryAfter: '10' });
  const warnings = [expect.stringMatching(/^the ledger cannot be written: .*the disk is full/)];
  for (let looks = 0; looks < 20; looks += 1) {
    expect(await ready()).toMatchObject({ status: 503, body: { warnings } });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // What still fits is acknowledged, and may not be routed for want of room.
  for (let i = 0; (await send(`d${i}`)).status === 200; i += 1) acknowledged.push(`d${i}`);

  makeRoom();
  expect((await send('after')).status).toBe(200);
  expect((await ready()).status).toBe(200);
  await settled();
  acknowledged.push('after');
  for (const id of acknowledged) expect(await ledger.findDeliveries(id)).toMatchObject([{ state: 'routed' }]);
  const domains = acknowledged.map((id) => `${id}.example.com`).sort();
  const told = (texts: string[]) => texts.map((text) => /\w+\.example\.com/.exec(text)?.[0]).sort();
  expect(told(slack.messages(channel).map(({ text }) => text))).toEqual(domains);
  expect(told(pagerDuty.incidents.map(({ dedupKey }) => dedupKey))).toEqual(domains);
});

function bodyOf(id: string, note?: string): Buffer {
  const body = placementTest({ id, domain: `${id}.example.com`, inboxRate: 0.5, atMs: Date.now() });
  return note === undefined ? body : Buffer.from(JSON.stringify({ ...JSON.parse(String(body)), note }));
}
