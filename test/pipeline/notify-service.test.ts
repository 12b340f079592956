import { describe, expect, test } from 'vitest';
import { key, rateLow } from './open-pipeline.ts';
import { channel, openService, secrets } from './open-service.ts';

describe('a service between Slack and PagerDuty', () => {
  test('posts once and edits that message; triggers once and resolves', async () => {
    const { slack, pagerDuty, send, settled } = await openService();
    for (const inboxRate of [0.5, 0.4, 0.9]) {
      expect(await send(inboxRate)).toBe(200);
      await settled();
    }
    expect(slack.messages(channel)).toMatchObject([
      { text: 'Resolved: news.example.com: inbox rate 40.0% (below 80.0%)', edits: 2 },
    ]);
    expect(pagerDuty.incidents).toMatchObject([{ dedupKey: key, status: 'resolved', payloads: [{}, {}] }]);
  });

  test('ends what PagerDuty kept although it answered 500', async () => {
    const { pagerDuty, send, settled } = await openService();
    pagerDuty.failAll('500-after-keeping');
    await send(0.5);
    await expect.poll(() => pagerDuty.incidents.length).toBe(1);
    await send(0.9);
    pagerDuty.failAll(undefined);
    await settled();
    expect(pagerDuty.incidents.every(({ status }) => status === 'resolved')).toBe(true);
  });

  test('tells again by the same key what PagerDuty kept without an answer, and it folds', async () => {
    const { pagerDuty, send } = await openService();
    pagerDuty.failNext('reset-after-keeping');
    await send(0.5);
    await expect
      .poll(() => pagerDuty.incidents, { timeout: 15_000 })
      .toMatchObject([{ status: 'triggered', payloads: [{}, {}] }]);
  });

  test('has what Slack refuses as a dead letter on /readyz', async () => {
    const { slack, send, ledger, port } = await openService({ rules: [rateLow] });
    slack.setChannel(channel, 'is_archived');
    await send(0.5);
    await expect.poll(async () => (await ledger.backlog()).deadNotifications).toBe(2);
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      warnings: expect.arrayContaining(['dead letters: 0 deliveries, 2 notifications']),
    });
  });
});

describe('a Slack that hangs', () => {
  test('costs its own time-out and nobody else’s, and is told of all when it is back', async () => {
    const { slack, pagerDuty, send, port } = await openService({ slack: { timeout: '3s' } });
    slack.failAll('hang');
    const domains = Array.from({ length: 50 }, (_, i) => `d${i}.example.com`);
    await Promise.all(domains.map((domain) => send(0.5, domain)));
    await expect.poll(() => slack.hits()).toBeGreaterThanOrEqual(8);

    const startedAt = performance.now();
    expect(await send(0.5, 'last.example.com')).toBe(200);
    const answeredMs = performance.now() - startedAt;
    await expect.poll(() => pagerDuty.incidents.length, { interval: 5 }).toBe(51);
    const pagedMs = performance.now() - startedAt;
    expect(slack.messages(channel)).toEqual([]);
    // Before the first of the calls that hang was given up.
    expect(answeredMs).toBeLessThan(3_000);
    expect(pagedMs).toBeLessThan(3_000);
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);

    slack.failAll(undefined);
    await expect.poll(() => slack.messages(channel).length, { timeout: 15_000 }).toBe(51);
    expect(new Set(slack.messages(channel).map(({ text }) => text)).size).toBe(51);
  });
});

describe('the log of a service', () => {
  test('holds no secret, whatever happens, at any level', async () => {
    const { slack, pagerDuty, send, logged } = await openService({ slack: { timeout: '200ms', editEvery: '1s' } });
    slack.failNext('hang', 'reset', '500', { retryAfter: '1' });
    pagerDuty.failNext('reset', '500', { retryAfter: '1' });
    await send(0.5);
    await expect.poll(() => slack.messages(channel).length, { timeout: 15_000 }).toBe(1);
    slack.setChannel(channel, 'not_in_channel');
    await send(0.4);
    await expect.poll(() => logged.some((line) => line.includes('attempt.dead')), { timeout: 15_000 }).toBe(true);
    const text = logged.join('');
    for (const level of ['"level":30', '"level":40', '"level":50']) expect(text).toContain(level);
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  test('holds one line for each delivery that is routed and one for each attempt', async () => {
    const { send, settled, logged } = await openService();
    await send(0.5);
    await settled();
    const lines = logged.map((line) => JSON.parse(line));
    const said = lines.filter(({ level }) => level >= 30).map(({ msg }) => msg);
    expect(said.sort()).toEqual(['attempt.told', 'attempt.told', 'delivery.routed']);
  });
});

test('a secret of any kind is nowhere in the ledger', async () => {
  const { slack, send, settled, readable } = await openService();
  slack.failNext('500');
  await send(0.5);
  await settled();
  const bytes = (await readable()).join('');
  expect(bytes).toContain('news.example.com');
  for (const secret of secrets) expect(bytes).not.toContain(secret);
});
