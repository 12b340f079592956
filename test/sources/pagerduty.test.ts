import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pagerDuty } from '../../src/sources/pagerduty.ts';

const now = Date.parse('2026-03-02T08:00:00Z');
const secrets = ['whsec_pd_new', 'whsec_pd_old'];
const settings = { secrets, maxAgeMs: undefined };
const header = 'x-pagerduty-signature';
const body = Buffer.from(JSON.stringify(pagerDuty.fixture('incident.acknowledged', { id: 'evt_1', atMs: now })));
const v1 = (secret: string, of: Buffer = body) => `v1=${createHmac('sha256', secret).update(of).digest('hex')}`;
const verify = (signature: string | undefined, of: Buffer = body) =>
  pagerDuty.verify({ headers: { [header]: signature }, body: of }, settings, now);

describe('a signature of PagerDuty', () => {
  // Made with: printf '{"event":{}}' | openssl dgst -sha256 -hmac whsec_pd_new
  const vector = 'v1=1c0d15833c76d4af16636c5e70b2d131988cae857b917f2ab4823a231415f999';

  test('is the one that openssl makes', () => {
    expect(verify(vector, Buffer.from('{"event":{}}'))).toEqual({ ok: true });
  });

  test.each([
    ['of the first secret', v1('whsec_pd_new')],
    ['of any secret', v1('whsec_pd_old')],
    ['beside others', `${v1('whsec_of_another')},${v1('whsec_pd_old')}`],
    ['after others and white space', `v1=00, v2=${'a'.repeat(64)} , ${v1('whsec_pd_new')} `],
    ['in capitals', v1('whsec_pd_new').replace(/[a-f]/g, (digit) => digit.toUpperCase())],
  ])('is good %s', (_, signature) => {
    expect(verify(signature)).toEqual({ ok: true });
  });

  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['of another secret', v1('whsec_of_another')],
    ['of other bytes', v1('whsec_pd_new', Buffer.from('{}'))],
    ['of another version', v1('whsec_pd_new').replace('v1', 'v2')],
    ['without its version', v1('whsec_pd_new').slice(3)],
    ['cut short', v1('whsec_pd_new').slice(0, -2)],
    ['longer', `${v1('whsec_pd_new')}00`],
  ])('is refused when it is %s', (_, signature) => {
    expect(verify(signature)).toMatchObject({ ok: false, code: 'bad_signature' });
  });

  test('is refused once a single byte of the body is another', () => {
    fc.assert(
      fc.property(fc.nat({ max: body.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Buffer.from(body);
        changed[at] = (changed[at] ?? 0) ^ by;
        expect(verify(v1('whsec_pd_new'), changed).ok).toBe(false);
      }),
    );
  });

  test('of its own making is good, for every type it documents', () => {
    for (const type of pagerDuty.documentedTypes) {
      const made = Buffer.from(JSON.stringify(pagerDuty.fixture(type, { id: 'evt_1', atMs: now })));
      const signed = pagerDuty.sign(made, 'whsec_pd_old', { id: 'evt_1', type, atMs: now });
      expect(pagerDuty.verify(signed, settings, now)).toEqual({ ok: true });
      expect(pagerDuty.identify(signed)).toEqual({ ok: true, id: 'evt_1', type });
    }
  });
});

describe('a body of PagerDuty', () => {
  const identify = (of: unknown) =>
    pagerDuty.identify({ headers: {}, body: Buffer.from(typeof of === 'string' ? of : JSON.stringify(of)) });

  test.each([
    ['no JSON', 'event=1'],
    ['a list', []],
    ['without an event', {}],
    ['an event that is a text', { event: 'x' }],
    ['without an id', { event: { event_type: 'incident.resolved' } }],
    ['an id that is a number', { event: { id: 7, event_type: 'incident.resolved' } }],
    ['without a type', { event: { id: 'evt_1' } }],
    ['an id that is broken into lines', { event: { id: 'a\nb', event_type: 'x' } }],
  ])('cannot be read: %s', (_, of) => {
    expect(identify(of)).toMatchObject({ ok: false, code: 'unreadable' });
  });

  test('of a type nobody knows is read all the same', () => {
    expect(identify({ event: { id: 'evt_1', event_type: 'galaxy.exploded' } })).toMatchObject({ ok: true });
  });
});

describe('what PagerDuty says', () => {
  type Body = { event: Record<string, unknown> & { data: Record<string, unknown> } };
  function answer(type: string, event: object = {}, data: object = {}) {
    const made = pagerDuty.fixture(type, { id: 'evt_1', atMs: now }) as Body;
    const changed = { event: { ...made.event, ...event, data: { ...made.event.data, ...data } } };
    return pagerDuty.answer({ body: Buffer.from(JSON.stringify(changed)), receivedAt: now + 1_000 });
  }

  test('is what was done, to which page, by whom, and when', () => {
    expect(answer('incident.acknowledged')).toEqual({
      type: 'incident.acknowledged',
      what: 'acknowledged',
      at: now,
      by: 'On-call engineer (PagerDuty)',
      key: 'placement:news.example.com',
      page: {
        id: 'PINC001',
        number: 1201,
        url: 'https://example.pagerduty.com/incidents/PINC001',
        assigned: 'On-call engineer',
      },
      notes: [],
    });
  });

  test.each([
    ['incident.unacknowledged', 'unacknowledged'],
    ['incident.resolved', 'resolved'],
    ['incident.reopened', 'reopened'],
    ['incident.triggered', 'news'],
    ['incident.priority_updated', 'news'],
    ['pagey.ping', 'nothing'],
  ])('as %s is %s', (type, what) => {
    expect(answer(type)).toMatchObject({ what });
  });

  test.each([
    ['a service', { type: 'service_reference', summary: 'Deliverability' }],
    ['an integration', { type: 'events_api_v2_inbound_integration_reference', summary: 'tocsin' }],
    ['nobody', null],
    ['a text', 'Ada'],
  ])('was done by no person when it was %s', (_, agent) => {
    expect(answer('incident.resolved', { agent })).not.toHaveProperty('by');
  });

  test('names people in one short line, whatever they are called', () => {
    const agent = { type: 'user_reference', summary: `Ada\u001b[31m\n${'x'.repeat(500)}` };
    const { by = '' } = answer('incident.resolved', { agent });
    expect(by).toMatch(/^Ada \[31m x+… \(PagerDuty\)$/);
    expect(by.length).toBeLessThan(80);
  });

  test('happened no later than it was received, and at the receipt where that is not said', () => {
    expect(answer('incident.resolved', { occurred_at: '2030-01-01T00:00:00Z' }).at).toBe(now + 1_000);
    expect(answer('incident.resolved', { occurred_at: 'yesterday' })).toMatchObject({
      at: now + 1_000,
      notes: [expect.stringContaining('event.occurred_at')],
    });
  });

  test('of a merge names what it was merged into', () => {
    const resolve_reason = { type: 'merge_resolve_reason', incident: { id: 'PBIG1' } };
    expect(answer('incident.resolved', {}, { resolve_reason })).toMatchObject({ what: 'merged', mergedInto: 'PBIG1' });
  });

  test('links nowhere but to a page of the web', () => {
    for (const html_url of ['javascript:alert(1)', 'http://x', `https://x/${'y'.repeat(600)}`, 7]) {
      expect(answer('incident.resolved', {}, { html_url }).page).not.toHaveProperty('url');
    }
  });

  test('is read, whatever stands in any place', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...pagerDuty.documentedTypes),
        fc.jsonValue(),
        fc.jsonValue(),
        (type, event, data) => {
          const changed = { event: { id: 'e', event_type: type, data, ...Object(event) } };
          const read = pagerDuty.answer({ body: Buffer.from(JSON.stringify(changed)), receivedAt: now });
          expect(Number.isFinite(read.at) && read.at <= now).toBe(true);
          expect(JSON.stringify(read).length).toBeLessThan(10_000);
        },
      ),
    );
  });
});
