import { describe, expect, test } from 'vitest';
import { reachscore } from '../../src/sources/reachscore.ts';
import { hmac } from '../../src/sources/signature.ts';

const secret = 'whsec_first-of-all-the-secrets-we-share';
const settings = { secrets: [secret], maxAgeMs: reachscore.defaultMaxAgeMs };
const timestamp = '1772438400';
const now = Number(timestamp) * 1000;
const body = Buffer.from(
  '{"id":"evt_5mQ8wE2rT9yU","object":"event","type":"alert.triggered","created_at":"2026-03-02T08:00:00Z","livemode":true,"data":{"id":"alert_1","name":"Größe"}}',
);
// printf "$timestamp.$body" | openssl dgst -sha256 -hmac "$secret"
const digits = 'aad11edd88a9dd8278989234eec4d02b0234e792cef6a299e336b1a094cdfc9b';
const headers = { 'x-reachscore-signature': digits, 'x-reachscore-timestamp': timestamp };

describe('verifying', () => {
  test.each([digits, `sha256=${digits}`, digits.toUpperCase()])(
    'accepts timestamp and raw body signed: %s',
    (digits) => {
      const request = { headers: { ...headers, 'x-reachscore-signature': digits }, body };
      expect(reachscore.verify(request, settings, now)).toEqual({ ok: true });
    },
  );

  test('accepts each retry, signed anew, and not the first signature under the new timestamp', () => {
    const id = { id: 'evt_5mQ8wE2rT9yU', type: 'alert.triggered' };
    const later = now + 8 * 3_600_000;
    const retry = reachscore.sign(body, secret, { ...id, atMs: later });
    expect(retry.headers['x-reachscore-signature']).not.toBe(digits);
    expect(reachscore.verify(retry, settings, later)).toEqual({ ok: true });
    const forged = { headers: { ...retry.headers, 'x-reachscore-signature': digits }, body };
    expect(reachscore.verify(forged, settings, later)).toMatchObject({ code: 'bad_signature' });
  });

  test('refuses the body alone signed, and the payload serialised again', () => {
    const overBody = { ...headers, 'x-reachscore-signature': hmac(secret, [body]).toString('hex') };
    expect(reachscore.verify({ headers: overBody, body }, settings, now)).toMatchObject({ code: 'bad_signature' });
    const spaced = Buffer.from(body.toString().replaceAll(':', ': ').replaceAll(',', ', '));
    expect(reachscore.verify({ headers, body: spaced }, settings, now)).toMatchObject({ code: 'bad_signature' });
  });

  test.each(['', 'sha256=', digits.slice(2), `${digits}ab`, `sha256=sha256=${digits}`, `${digits}, ${digits}`])(
    'refuses without throwing a signature of another length: %s',
    (digits) => {
      const request = { headers: { ...headers, 'x-reachscore-signature': digits }, body };
      expect(reachscore.verify(request, settings, now)).toMatchObject({ ok: false, code: 'bad_signature' });
    },
  );

  test('refuses a missing signature as bad, a missing timestamp as stale, and both as stale', () => {
    const { 'x-reachscore-signature': _, ...unsigned } = headers;
    const { 'x-reachscore-timestamp': __, ...undated } = headers;
    expect(reachscore.verify({ headers: unsigned, body }, settings, now)).toMatchObject({ code: 'bad_signature' });
    expect(reachscore.verify({ headers: undated, body }, settings, now)).toMatchObject({ code: 'stale_timestamp' });
    expect(reachscore.verify({ headers: {}, body }, settings, now)).toMatchObject({ code: 'stale_timestamp' });
  });

  test.each([
    [-300_000, true],
    [300_000, true],
    [-301_000, false],
    [301_000, false],
  ])('looks at the clock, %d ms away: %s', (offMs, ok) => {
    expect(reachscore.verify({ headers, body }, settings, now + offMs)).toMatchObject(
      ok ? { ok } : { ok, code: 'stale_timestamp' },
    );
  });
});

describe('identifying', () => {
  const identified = { ok: true, id: 'evt_5mQ8wE2rT9yU', type: 'alert.triggered' };

  test('takes id and type from the signed body, with or without the header', () => {
    expect(reachscore.identify({ headers: {}, body })).toEqual(identified);
    expect(reachscore.identify({ headers: { 'x-reachscore-event-id': identified.id }, body })).toEqual(identified);
  });

  test('refuses another id in the header', () => {
    const headers = { 'x-reachscore-event-id': 'evt_5mQ8wE2rT9yV' };
    expect(reachscore.identify({ headers, body })).toMatchObject({ ok: false, code: 'contradiction' });
  });
});

describe('normalising', () => {
  const read = (envelope: Record<string, unknown>) =>
    reachscore.normalise({ source: 'rs', receivedAt: now + 1000, body: Buffer.from(JSON.stringify(envelope)) });
  const event = { id: 'evt_1', object: 'event', created_at: '2026-03-02T08:00:00Z', livemode: true };

  test('names the fields that are missing for being of the wrong type, and no others', () => {
    const data = { score: '92', inbox_placement: { gmail: 'inbox', yahoo: 5 }, auth_results: { dmarc: true } };
    expect(read({ ...event, type: 'test.completed', data }).misread?.toSorted()).toEqual(
      ['auth.dmarc', 'counts', 'inboxRate', 'missingRate', 'score', 'spamRate'].toSorted(),
    );
  });

  test('gives a completed test in our words', () => {
    const data = {
      id: 'test_1',
      object: 'test',
      status: 'completed',
      score: 92,
      grade: 'A',
      from_address: 'Garden Shop <letters@News.Example.com>',
      auth_results: { spf: 'pass', dkim: 'pass', dmarc: 'fail' },
      inbox_placement: { gmail: 'inbox', outlook: 'spam', yahoo: 'missing', icloud: 'promotions' },
      completed_at: '2026-03-02T08:00:00Z',
    };
    expect(read({ ...event, type: 'test.completed', data })).toEqual({
      notes: [],
      event: {
        id: 'evt_1',
        source: 'rs',
        type: 'test.completed',
        occurredAt: '2026-03-02T08:00:00.000Z',
        live: true,
        domain: 'news.example.com',
        test: { id: 'test_1' },
        score: 92,
        grade: 'A',
        auth: { spf: 'pass', dkim: 'pass', dmarc: 'fail' },
        providers: [
          { provider: 'gmail', placement: 'inbox' },
          { provider: 'outlook', placement: 'spam' },
          { provider: 'yahoo', placement: 'missing' },
          { provider: 'icloud', placement: 'promotions' },
        ],
        counts: { inbox: 1, spam: 1, missing: 1, total: 4 },
        inboxRate: 0.25,
        spamRate: 0.25,
        missingRate: 0.25,
        data,
      },
    });
  });

  test('knows no rate of no providers, nor of providers of which one cannot be read', () => {
    const unreadable = { ...event, type: 'test.completed', data: { inbox_placement: { gmail: 7 } } };
    expect(read(unreadable).event).not.toHaveProperty('providers');
    for (const inbox_placement of [{}, { gmail: 'inbox', outlook: 3 }, 'inbox', ['inbox']]) {
      const normalised = read({ ...event, type: 'test.completed', data: { inbox_placement } });
      expect(normalised.event).not.toHaveProperty('inboxRate');
      expect(normalised.event).not.toHaveProperty('counts');
    }
    const { event: partly, notes } = read({
      ...event,
      type: 'test.completed',
      data: { inbox_placement: { gmail: 'inbox', outlook: 3 } },
    });
    expect(partly.providers).toEqual([{ provider: 'gmail', placement: 'inbox' }]);
    expect(notes).toHaveLength(1);
  });

  test.each([
    ['an address', 'test.failed', { from_address: 'letters@Example.com' }, 'example.com'],
    ['a named address', 'test.failed', { from_address: '"a@b" <letters@example.com> ' }, 'example.com'],
    ['a domain', 'alert.triggered', { domain: 'EXAMPLE.com.' }, 'example.com'],
    ['an address before a domain', 'monitor.alert', { domain: 'b.example', from_address: 'x@a.example' }, 'a.example'],
    ['a domain by its name', 'domain.verified', { name: 'Example.com' }, 'example.com'],
    ['no domain in the name of an alert', 'alert.triggered', { name: 'example.com' }, undefined],
    ['no domain in words', 'domain.verified', { name: 'our shop' }, undefined],
    ['no domain in an open address', 'test.failed', { from_address: 'letters@' }, undefined],
  ])('finds the domain: %s', (_, type, data, domain) => {
    expect(read({ ...event, type, data }).event.domain).toBe(domain);
  });

  test('joins an alert and its end by data.id', () => {
    const data = { id: 'alert_1', name: 'Complaints', alert_id: 'other', severity: 'critical' };
    for (const type of ['alert.triggered', 'alert.resolved']) {
      expect(read({ ...event, type, data }).event).toMatchObject({
        alert: { id: 'alert_1', name: 'Complaints' },
        level: 'critical',
      });
    }
  });

  test.each([
    [true, true, 0],
    [false, false, 0],
    [undefined, true, 0],
    ['false', true, 1],
    [0, true, 1],
  ])('takes livemode %j as live: %s', (livemode, live, notes) => {
    const normalised = read({ ...event, livemode, type: 'test.failed', data: {} });
    expect(normalised.event.live).toBe(live);
    expect(normalised.notes).toHaveLength(notes);
  });

  test('leaves out an id that could be no part of a key', () => {
    const data = { id: 'a'.repeat(256) };
    expect(read({ ...event, type: 'alert.triggered', data }).event).not.toHaveProperty('alert');
  });
});

test('says which types end others, and which report how things stand', () => {
  expect(reachscore.traits).toEqual({
    states: ['test.completed', 'domain.health_changed'],
    endings: { 'alert.resolved': 'alert.triggered', 'domain.verified': 'domain.verification_failed' },
    documented: reachscore.documentedTypes,
    lacks: ['mailSubject', 'counts.promo', 'auth.aligned'],
  });
});

describe('fixtures', () => {
  const fixtures = new Map(
    reachscore.documentedTypes.map((type) => {
      const body = Buffer.from(JSON.stringify(reachscore.fixture(type, { id: 'evt_1', atMs: now })));
      expect(reachscore.identify({ headers: {}, body })).toEqual({ ok: true, id: 'evt_1', type });
      return [type, reachscore.normalise({ source: 'rs', body, receivedAt: now })];
    }),
  );

  test('are there for the union of both lists, and read without a note', () => {
    expect(fixtures.size).toBe(8);
    for (const { event, notes } of fixtures.values()) {
      expect(notes).toEqual([]);
      expect(event).toMatchObject({ domain: 'news.example.com', live: true });
    }
    expect(reachscore.fixture('unheard.of', { id: 'evt_1', atMs: now })).toBeUndefined();
  });

  test('show a test that went badly', () => {
    expect(fixtures.get('test.completed')?.event.inboxRate).toBeLessThan(0.8);
  });

  test('share what joins them with what ends them', () => {
    expect(fixtures.get('alert.resolved')?.event.alert).toEqual(fixtures.get('alert.triggered')?.event.alert);
  });
});
