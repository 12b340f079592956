import { describe, expect, test } from 'vitest';
import { inboxCheck } from '../../src/sources/inbox-check.ts';

const secret = 'whsec_first-of-all-the-secrets-we-share';
const settings = { secrets: [secret], maxAgeMs: undefined };
const now = Date.parse('2026-03-02T08:00:05Z');
const body = Buffer.from(
  '{"event":"test.completed","deliveryId":"dlv_01JZ8M2R4T6V8X0Z1B3D5F7H9J","createdAt":"2026-03-02T08:00:00.000Z","data":{"subject":"Grüße ☀"}}',
);
// openssl dgst -sha256 -hmac "$secret"
const digits = '71bafe92ef64baeca95ad18e9a167f2965bd9fca78dc7bccc4f0c3afe68a1b50';
const signed = { 'x-ic-signature': `sha256=${digits}` };

describe('verifying', () => {
  test('accepts the raw body signed with a secret of the source, and no other header at all', () => {
    expect(inboxCheck.verify({ headers: signed, body }, settings, now)).toEqual({ ok: true });
  });

  test('accepts what it signs itself', () => {
    const request = inboxCheck.sign(body, secret, { id: 'dlv_1', type: 'test.completed', atMs: now });
    expect(inboxCheck.verify(request, settings, now)).toEqual({ ok: true });
    expect(request.headers['x-ic-signature']).toBe(signed['x-ic-signature']);
  });

  test('accepts either secret while they are rotated', () => {
    const both = { ...settings, secrets: ['whsec_the-next-one', secret] };
    expect(inboxCheck.verify({ headers: signed, body }, both, now)).toEqual({ ok: true });
  });

  test('refuses the same JSON written another way', () => {
    const rewritten = Buffer.from(JSON.stringify(JSON.parse(body.toString()), null, 1));
    expect(inboxCheck.verify({ headers: signed, body: rewritten }, settings, now)).toMatchObject({
      code: 'bad_signature',
    });
  });

  test.each([
    ['the 63 digits its documentation shows', 'sha256=8d9f1b7e3a2c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9'],
    ['digits without the prefix', digits],
    ['another algorithm', `sha1=${digits}`],
    ['a prefix alone', 'sha256='],
    ['two signatures joined', `sha256=${digits}, sha256=${digits}`],
    ['two prefixes', `sha256=sha256=${digits}`],
    ['nothing', ''],
    ['another signature', `sha256=${'0'.repeat(64)}`],
  ])('refuses %s', (_, signature) => {
    const refused = inboxCheck.verify({ headers: { 'x-ic-signature': signature }, body }, settings, now);
    expect(refused).toMatchObject({ ok: false, code: 'bad_signature' });
  });

  test('refuses a missing signature', () => {
    expect(inboxCheck.verify({ headers: {}, body }, settings, now)).toMatchObject({ code: 'bad_signature' });
  });

  test('looks at no timestamp by default: a retry may carry that of the first attempt', () => {
    expect(inboxCheck.defaultMaxAgeMs).toBeUndefined();
    const request = { headers: { ...signed, 'x-ic-timestamp': 'long ago' }, body };
    expect(inboxCheck.verify(request, settings, now)).toEqual({ ok: true });
  });

  test('refuses by age where that is set, a missing timestamp too', () => {
    const aged = { ...settings, maxAgeMs: 60_000 };
    const at = (timestamp: string) => ({ headers: { ...signed, 'x-ic-timestamp': timestamp }, body });
    expect(inboxCheck.verify(at(String(now / 1000 - 60)), aged, now)).toEqual({ ok: true });
    expect(inboxCheck.verify(at(String(now / 1000 - 61)), aged, now)).toMatchObject({ code: 'stale_timestamp' });
    expect(inboxCheck.verify({ headers: signed, body }, aged, now)).toMatchObject({ code: 'stale_timestamp' });
  });
});

describe('identifying', () => {
  const identified = { ok: true, id: 'dlv_01JZ8M2R4T6V8X0Z1B3D5F7H9J', type: 'test.completed' };

  test('takes id and type from the signed body, with or without the headers', () => {
    expect(inboxCheck.identify({ headers: {}, body })).toEqual(identified);
    const headers = { 'x-ic-delivery': identified.id, 'x-ic-event': identified.type };
    expect(inboxCheck.identify({ headers, body })).toEqual(identified);
  });

  test.each([
    ['x-ic-delivery', 'dlv_01JZ8M2R4T6V8X0Z1B3D5F7H9K'],
    ['x-ic-event', 'monitor.alert'],
    ['x-ic-delivery', ''],
  ])('refuses a replay under another %s', (header, value) => {
    expect(inboxCheck.identify({ headers: { [header]: value }, body })).toMatchObject({ code: 'contradiction' });
  });

  test('never compares the timestamp with createdAt: in the documentation they are two years apart', () => {
    expect(inboxCheck.identify({ headers: { 'x-ic-timestamp': '1718712120' }, body })).toEqual(identified);
  });
});

test('its fixtures are read without a note, and the completed test is a bad one', () => {
  for (const type of inboxCheck.documentedTypes) {
    const fixture = inboxCheck.fixture(type, { id: 'dlv_01JZ8M2R4T6V8X0Z1B3D5F7H9J', atMs: now });
    const body = Buffer.from(JSON.stringify(fixture));
    expect(inboxCheck.identify({ headers: {}, body })).toMatchObject({ ok: true, type });
    const { event, notes } = inboxCheck.normalise({ source: 'ic', body, receivedAt: now });
    expect(notes).toEqual([]);
    expect(event).toMatchObject({ occurredAt: '2026-03-02T08:00:05.000Z', domain: 'news.example.com', live: true });
    if (type === 'test.completed') expect(event.inboxRate).toBeLessThan(0.8);
    if (type === 'monitor.alert') expect(event).toMatchObject({ level: 'page', average: expect.any(Number) });
  }
  expect(inboxCheck.fixture('quota.low', { id: 'dlv_1', atMs: now })).toBeUndefined();
  expect(inboxCheck.fixture('toString', { id: 'dlv_1', atMs: now })).toBeUndefined();
});
