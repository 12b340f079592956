import { describe, expect, test } from 'vitest';
import type { Inbox } from '../../src/ledger/inbox.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { pagerDuty } from '../../src/sources/pagerduty.ts';
import { fromPagerDuty, openReceiver, secrets, settings } from './open-receiver.ts';

const fails = () => Promise.reject(new LedgerUnavailable('down'));

describe('a webhook of PagerDuty', () => {
  test('is accepted once, and a duplicate from then on', async () => {
    const { receive, kept } = await openReceiver();
    const request = fromPagerDuty({ id: 'evt_1' });
    expect(await receive('pagerduty', request)).toEqual({ status: 200, body: { status: 'accepted', id: 'evt_1' } });
    expect(await receive('pagerduty', request)).toEqual({ status: 200, body: { status: 'duplicate', id: 'evt_1' } });
    expect(await kept()).toMatchObject([{ source: 'pagerduty', id: 'evt_1', type: 'incident.resolved' }]);
  });

  test.each(['pagey.ping', 'galaxy.exploded'])('of type %s is accepted', async (event) => {
    const { receive } = await openReceiver();
    const body = JSON.stringify({ event: { id: 'evt_1', event_type: event, data: null } });
    expect(await receive('pagerduty', fromPagerDuty({ body }))).toMatchObject({ status: 200 });
  });

  test('is accepted up to 1 MiB', async () => {
    const { receive } = await openReceiver();
    const event = { id: 'evt_1', event_type: 'incident.annotated', data: { content: 'x'.repeat(1024 * 1024 - 200) } };
    expect(await receive('pagerduty', fromPagerDuty({ body: JSON.stringify({ event }) }))).toMatchObject({
      status: 200,
    });
  });

  test.each([
    ['is no JSON', 'event=1'],
    ['has no id', JSON.stringify({ event: { event_type: 'incident.resolved' } })],
    ['has no event', '{}'],
  ])('that is signed but %s is taken, and kept as a dead letter', async (_, body) => {
    const { receive, buried, refused } = await openReceiver();
    const answer = await receive('pagerduty', fromPagerDuty({ body }));
    expect(answer).toMatchObject({ status: 202, body: { status: 'unreadable' } });
    expect(await buried()).toMatchObject([{ source: 'pagerduty' }]);
    expect(await refused()).toEqual([]);
  });

  test('is answered a 4xx only for its signature', async () => {
    const { receive } = await openReceiver();
    const { body } = fromPagerDuty();
    expect(await receive('pagerduty', { headers: {}, body })).toMatchObject({ status: 401 });
    const encoded = { ...fromPagerDuty().headers, 'content-encoding': 'gzip' };
    expect(await receive('pagerduty', { headers: encoded, body })).toMatchObject({ status: 200 });
    const aged = { ...fromPagerDuty().headers, 'x-webhook-id': 'another', 'x-ic-timestamp': '1' };
    expect(await receive('pagerduty', { headers: aged, body })).toMatchObject({ status: 200 });
  });

  test.each([
    ['too large to be read', fromPagerDuty().headers, 'too-large' as const, 'too_large'],
    ['encoded', { ...fromPagerDuty().headers, 'content-encoding': 'gzip' }, Buffer.from('zipped'), 'encoding'],
  ])('that is %s may be signed, and is to be sent again', async (_, headers, body, error) => {
    const { receive, buried, refused } = await openReceiver();
    const answer = await receive('pagerduty', { headers, body });
    expect(answer).toMatchObject({ status: 503, body: { error }, retryAfterS: expect.any(Number) });
    expect(await buried()).toEqual([]);
    expect(await refused()).toMatchObject([{ source: 'pagerduty', code: error }]);
  });

  test('that contradicts itself is taken, and kept as a dead letter', async () => {
    const identify = () => ({ ok: false, code: 'contradiction', reason: 'a header says another id' }) as const;
    const sources = new Map([['pager', { type: { ...pagerDuty, identify }, settings: settings([secrets.pagerduty]) }]]);
    const { receive, buried } = await openReceiver({}, { sources: () => sources });
    const answer = await receive('pager', fromPagerDuty());
    expect(answer).toMatchObject({ status: 202, body: { status: 'contradiction' } });
    expect(await buried()).toMatchObject([{ source: 'pager', reason: 'a header says another id' }]);
  });

  test.each<[string, Partial<Inbox>, string | undefined]>([
    ['the ledger is down', { accept: fails }, undefined],
    ['the backlog is full', { accept: async () => ({ status: 'full' }) }, undefined],
    ['the ledger is down for what cannot be read', { bury: fails }, '{}'],
    ['the ledger hangs', { accept: () => new Promise(() => {}) }, undefined],
  ])('is to be sent again while %s', async (_, over, body) => {
    const { receive } = await openReceiver(over, { timeoutMs: 20 });
    const answer = await receive('pagerduty', fromPagerDuty(body === undefined ? {} : { body }));
    expect(answer).toMatchObject({ status: 503, retryAfterS: expect.any(Number) });
  });
});
