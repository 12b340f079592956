import { Agent, request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakePagerDuty, startFakePagerDuty } from './fake-pagerduty.ts';

const key = 'e93facc04764012d7bfb002500d5d1a6';
const otherKey = 'f'.repeat(32);
const payload = { summary: 's', source: 'x', severity: 'error' };
let pagerDuty: FakePagerDuty;
let dispatcher: Agent;

beforeEach(async () => {
  pagerDuty = await startFakePagerDuty({ routingKeys: [key, otherKey] });
  dispatcher = new Agent({ connect: { ca: pagerDuty.ca } });
});
afterEach(async () => {
  await dispatcher.destroy();
  await pagerDuty.close();
});

async function send(body: unknown, path = '/v2/enqueue'): Promise<string> {
  const url = `https://${pagerDuty.server}${path}`;
  const answer = await request(url, { method: 'POST', body: JSON.stringify(body), dispatcher });
  return `${answer.statusCode} ${await answer.body.text()}`;
}

function event(action: string, changes: object = {}): object {
  return { routing_key: key, event_action: action, dedup_key: 'k', payload, ...changes };
}

describe('a fake PagerDuty', () => {
  it('opens, folds, resolves and opens anew, by routing key and dedup key', async () => {
    await send(event('resolve'));
    await send(event('trigger'));
    await send(event('trigger', { payload: { ...payload, summary: 'worse' } }));
    await send(event('trigger', { routing_key: otherKey }));
    await send(event('resolve', { payload: undefined }));
    await send(event('trigger'));
    expect(pagerDuty.incidents).toMatchObject([
      { routingKey: key, status: 'resolved', summary: 'worse', payloads: [{}, {}] },
      { routingKey: otherKey, status: 'triggered', payloads: [{}] },
      { routingKey: key, status: 'triggered', payloads: [{}] },
    ]);
    expect(pagerDuty.calls.map(({ status }) => status)).toEqual(Array(6).fill(202));
  });

  it('keeps who has it until it ends, whatever is triggered meanwhile', async () => {
    await send(event('acknowledge', { payload: undefined }));
    expect(pagerDuty.incidents).toEqual([]);
    await send(event('trigger'));
    await send(event('acknowledge', { payload: undefined }));
    await send(event('trigger', { links: [{ href: 'https://sender.example/t/1', text: 'report' }] }));
    const log = ['trigger', 'acknowledge', 'trigger'];
    const links = [{ href: 'https://sender.example/t/1', text: 'report' }];
    expect(pagerDuty.incidents).toMatchObject([{ status: 'acknowledged', log, links, payloads: [{}, {}] }]);
    await send(event('resolve', { payload: undefined }));
    await send(event('acknowledge', { payload: undefined }));
    expect(pagerDuty.incidents).toMatchObject([{ status: 'resolved', log: [...log, 'resolve'] }]);
  });

  it('refuses a routing key that was taken away', async () => {
    pagerDuty.routingKeys.delete(key);
    expect(await send(event('trigger'))).toBe('400 InvalidRoutingKey');
  });

  it('keeps changes, which ring nobody', async () => {
    expect(await send({ routing_key: key, payload: { summary: 's' } }, '/v2/change/enqueue')).toMatch(/^202 /);
    expect(pagerDuty).toMatchObject({ incidents: [], changes: [{ payload: { summary: 's' } }] });
  });

  it.each([
    [{}, '400 '],
    [{ routing_key: 'short' }, '400 {'],
    [event('trigger', { routing_key: '0'.repeat(32) }), '400 InvalidRoutingKey'],
    [event('open'), "'event_action' is unknown"],
    [event('resolve', { dedup_key: undefined }), "'dedup_key' is missing"],
    [event('trigger', { dedup_key: 'k'.repeat(256) }), 'at most 255'],
    [event('trigger', { payload: { ...payload, severity: 'page' } }), "'payload.severity' is invalid"],
    [event('trigger', { payload: { ...payload, summary: 'x'.repeat(1_025) } }), "'payload.summary' is too long"],
    [event('trigger', { payload: { ...payload, source: undefined } }), "'payload.source' is missing"],
    [event('trigger', { payload: { ...payload, timestamp: 'noon' } }), "'payload.timestamp' is invalid"],
    [event('trigger', { links: [{ href: 'no address' }] }), "'links' is invalid"],
    [event('trigger', { payload: { ...payload, custom_details: 'x'.repeat(512_000) } }), 'not a JSON object'],
  ])('refuses what PagerDuty refuses: case %#', async (body, answer) => {
    expect(await send(body)).toContain(answer);
    expect(pagerDuty.incidents).toEqual([]);
  });

  it.each([
    ['500', 0],
    ['500-after-keeping', 1],
    [{ retryAfter: '7' }, 0],
    [{ status: 502, body: '<html>Bad Gateway</html>' }, 0],
  ] as const)('fails one call as told: %j', async (fault, kept) => {
    pagerDuty.failNext(fault);
    expect(await send(event('trigger'))).toMatch(/^(500|429|502) /);
    expect(pagerDuty.incidents).toHaveLength(kept);
    expect(await send(event('trigger'))).toMatch(/^202 /);
  });

  it('fails calls with one routing key alone', async () => {
    pagerDuty.failKey(otherKey, '500');
    expect(await send(event('trigger', { routing_key: otherKey }))).toMatch(/^500 /);
    expect(await send(event('trigger'))).toMatch(/^202 /);
    pagerDuty.failKey(otherKey, undefined);
    expect(await send(event('trigger', { routing_key: otherKey }))).toMatch(/^202 /);
  });

  it('breaks off in the middle of an answer', async () => {
    pagerDuty.failNext('half-after-keeping');
    await expect(send(event('trigger'))).rejects.toThrow();
    expect(pagerDuty.incidents).toHaveLength(1);
  });

  it.each(['trigger', 'acknowledge', 'resolve', 'change'] as const)(
    'fails calls of one kind alone: %s',
    async (kind) => {
      pagerDuty.faultsOf[kind].failAll('500');
      const answers: Record<string, string> = {};
      for (const action of ['trigger', 'acknowledge', 'resolve']) {
        answers[action] = (await send(event(action))).slice(0, 3);
      }
      answers.change = (await send({ routing_key: key, payload: { summary: 's' } }, '/v2/change/enqueue')).slice(0, 3);
      const well = { trigger: '202', acknowledge: '202', resolve: '202', change: '202' };
      expect(answers).toEqual({ ...well, [kind]: '500' });
    },
  );
});
