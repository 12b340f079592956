import nock from 'nock';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import type { Destination } from '../../../src/destinations/destination.ts';
import { pagerDutyService } from '../../../src/destinations/pagerduty/service.ts';
import { madeOrder } from '../made-order.ts';

const routingKey = 'e93facc04764012d7bfb002500d5d1a6';
const never = new AbortController().signal;
let destination: Destination;

beforeEach(() => {
  nock.disableNetConnect();
  const server = 'events.eu.pagerduty.com';
  const patience = { timeoutMs: 2_000, fallbackAfterMs: 120_000 };
  destination = pagerDutyService({ name: 'on-call', routingKey, server, ...patience, pace: 'none' });
});
afterEach(async () => {
  await destination.close();
  nock.cleanAll();
});
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

it.each([
  ['open', '/v2/enqueue', { event_action: 'trigger', dedup_key: 'placement:acme.example' }],
  ['update', '/v2/enqueue', { event_action: 'trigger', dedup_key: 'placement:acme.example' }],
  ['acknowledge', '/v2/enqueue', { event_action: 'acknowledge', dedup_key: 'placement:acme.example' }],
  ['resolve', '/v2/enqueue', { event_action: 'resolve', dedup_key: 'placement:acme.example' }],
  ['notice', '/v2/change/enqueue', {}],
] as const)('sends the %s to %s of its own server', async (act, path, fields) => {
  let sent: unknown;
  nock('https://events.eu.pagerduty.com', { reqheaders: { 'content-type': 'application/json; charset=utf-8' } })
    .post(path, (body: unknown) => {
      sent = body;
      return true;
    })
    .reply(202, { status: 'success' });
  expect(await destination.tell(madeOrder({ act }), never)).toEqual({ kind: 'told', ref: 'placement:acme.example' });
  expect(sent).toMatchObject({ routing_key: routingKey, ...fields });
});

it.each(['acknowledge', 'resolve'] as const)('sends of an %s its two keys and nothing else', async (act) => {
  let sent: unknown;
  nock('https://events.eu.pagerduty.com')
    .post('/v2/enqueue', (body: unknown) => {
      sent = body;
      return true;
    })
    .reply(202, { status: 'success' });
  await destination.tell(madeOrder({ act, key: 'k' }), never);
  expect(sent).toEqual({ routing_key: routingKey, event_action: act, dedup_key: 'k' });
});
