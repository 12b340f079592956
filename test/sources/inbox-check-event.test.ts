import { describe, expect, test } from 'vitest';
import { inboxCheck } from '../../src/sources/inbox-check.ts';

const receivedAt = Date.parse('2026-03-02T08:00:05Z');

describe('an event of Inbox Check', () => {
  const read = (envelope: Record<string, unknown>) =>
    inboxCheck.normalise({ source: 'ic', receivedAt, body: Buffer.from(JSON.stringify(envelope)) });
  const completed = {
    event: 'test.completed',
    deliveryId: 'dlv_01JZ8M2R4T6V8X0Z1B3D5F7H9J',
    createdAt: '2026-03-02T08:00:00.250Z',
  };
  const summary = { inboxCount: 6, promoCount: 1, spamCount: 2, missingCount: 1, total: 10, inboxRate: 0.6 };

  test('gives a completed test in our words', () => {
    const data = {
      testId: 't_01JZ8M2R4T6V8X0Z1B3D5F7H9K',
      senderDomain: 'News.Example.COM.',
      subject: 'Grüße ☀',
      summary,
      auth: { spf: { result: 'pass' }, dkim: { result: 'none' }, dmarc: { result: 'fail', aligned: false } },
      providers: [
        { provider: 'gmail', placement: 'inbox' },
        { provider: 'gmail', placement: 'spam', region: 'eu' },
      ],
      tags: ['nightly'],
      somethingNew: { nobody: 'knows' },
    };
    expect(read({ ...completed, data })).toEqual({
      notes: [],
      event: {
        id: completed.deliveryId,
        source: 'ic',
        type: 'test.completed',
        occurredAt: completed.createdAt,
        live: true,
        domain: 'news.example.com',
        test: { id: 't_01JZ8M2R4T6V8X0Z1B3D5F7H9K' },
        mailSubject: 'Grüße ☀',
        counts: { inbox: 6, promo: 1, spam: 2, missing: 1, total: 10 },
        inboxRate: 0.6,
        spamRate: 0.2,
        missingRate: 0.1,
        auth: { spf: 'pass', dkim: 'none', dmarc: 'fail', aligned: false },
        providers: [
          { provider: 'gmail', placement: 'inbox' },
          { provider: 'gmail', placement: 'spam' },
        ],
        tags: ['nightly'],
        data,
      },
    });
  });

  test('names the fields that are missing for being of the wrong type, and no others', () => {
    const data = {
      senderDomain: 5,
      subject: '',
      severity: 7,
      summary: { ...summary, spamCount: '2', inboxRate: 'n/a' },
      auth: { spf: 'pass' },
    };
    expect(read({ ...completed, data }).misread?.toSorted()).toEqual(
      ['auth.spf', 'counts', 'domain', 'inboxRate', 'level', 'mailSubject', 'spamRate'].toSorted(),
    );
    expect(read({ ...completed, data: { domain: 'a.example', senderDomain: 5 } }).misread).toBeUndefined();
    expect(read({ ...completed, data: { summary: 'none' } }).misread).toContain('missingRate');
  });

  test('gives a monitor alert in our words, whatever its shape promises', () => {
    const data = {
      monitorId: 'mon_7',
      monitorName: 'Nightly',
      severity: 'page',
      metric: 'inboxRate',
      threshold: 0.8,
      value: 0.5,
      rollingAverage: 0.7,
      reason: 'fell',
    };
    const { event, notes } = read({ ...completed, event: 'monitor.alert', data });
    expect(notes).toEqual([]);
    expect(event).toMatchObject({
      monitor: { id: 'mon_7', name: 'Nightly' },
      level: 'page',
      metric: 'inboxRate',
      threshold: 0.8,
      value: 0.5,
      average: 0.7,
      reason: 'fell',
    });
    expect(event).not.toHaveProperty('test');
    expect(event).not.toHaveProperty('alert');
  });

  test.each([
    [{ monitorId: 'mon_7', id: 'alert_1' }, { id: 'mon_7' }],
    [
      { monitor_id: 'mon_7', monitor_name: 'Nightly' },
      { id: 'mon_7', name: 'Nightly' },
    ],
    [
      { id: 'mon_7', name: 'Nightly' },
      { id: 'mon_7', name: 'Nightly' },
    ],
  ])('finds the monitor in %j', (data, monitor) => {
    expect(read({ ...completed, event: 'monitor.alert', data }).event.monitor).toEqual(monitor);
  });

  test('leaves out a documented field of the wrong type, says so, and keeps it in data', () => {
    const data = { summary: { ...summary, inboxRate: '0.6' }, senderDomain: 42, tags: ['a', 1, 'b'] };
    const { event, notes } = read({ ...completed, data });
    expect(event).not.toHaveProperty('inboxRate');
    expect(event).not.toHaveProperty('domain');
    expect(event).toMatchObject({ spamRate: 0.2, tags: ['a', 'b'], data });
    expect(notes).toEqual([
      'data.tags: 1 of 3 are not strings: left out',
      'data.senderDomain is 42, not a text: left out',
      'data.summary.inboxRate is "0.6", not a number from 0 to 1: left out',
    ]);
  });

  test('leaves out a list of which nothing can be read: it is not empty, and nothing is known of it', () => {
    const { event, notes } = read({ ...completed, data: { tags: [1, 2], providers: ['gmail'] } });
    expect(event).not.toHaveProperty('tags');
    expect(event).not.toHaveProperty('providers');
    expect(notes).toHaveLength(2);
    expect(read({ ...completed, data: { tags: [] } }).event.tags).toEqual([]);
  });

  test.each([-0.1, 1.0001, 77.27])('leaves out a rate of %d', (inboxRate) => {
    const { event, notes } = read({ ...completed, data: { summary: { ...summary, inboxRate } } });
    expect(event).not.toHaveProperty('inboxRate');
    expect(notes).toEqual([`data.summary.inboxRate is ${inboxRate}, not a number from 0 to 1: left out`]);
  });

  test('reads an infinite number as none', () => {
    const body = Buffer.from('{"event":"monitor.alert","deliveryId":"d","data":{"value":1e999,"threshold":-1e999}}');
    const { event } = inboxCheck.normalise({ source: 'ic', receivedAt, body });
    expect(event).not.toHaveProperty('value');
    expect(event).not.toHaveProperty('threshold');
  });

  test('says once that a whole part has the wrong type', () => {
    const { event, notes } = read({ ...completed, data: { summary: 'fine', auth: [] } });
    expect(event).not.toHaveProperty('counts');
    expect(event).not.toHaveProperty('auth');
    expect(notes).toEqual([
      'data.summary is "fine", not an object: left out',
      'data.auth is an array, not an object: left out',
    ]);
  });

  test('takes no rate from the providers, and none from a total of 0', () => {
    const providers = [{ provider: 'gmail', placement: 'spam' }];
    expect(read({ ...completed, data: { providers } }).event).not.toHaveProperty('spamRate');
    const nothing = { inboxCount: 0, spamCount: 0, missingCount: 0, total: 0 };
    const { event } = read({ ...completed, data: { summary: nothing } });
    expect(event.counts).toEqual({ inbox: 0, spam: 0, missing: 0, total: 0 });
    expect(event).not.toHaveProperty('spamRate');
    expect(event).not.toHaveProperty('inboxRate');
  });

  test('leaves out counts of which one is missing, but not the rate that is known', () => {
    const { missingCount, ...rest } = summary;
    const { event, notes } = read({ ...completed, data: { summary: rest } });
    expect(event).not.toHaveProperty('counts');
    expect(event).not.toHaveProperty('missingRate');
    expect(event).toMatchObject({ inboxRate: 0.6, spamRate: 0.2 });
    expect(notes).toHaveLength(1);
  });

  test('leaves out a share of more than the whole', () => {
    const { event } = read({ ...completed, data: { summary: { ...summary, spamCount: 11 } } });
    expect(event).not.toHaveProperty('spamRate');
  });

  test('says nothing of a test or a subject on other types', () => {
    const { event } = read({ ...completed, event: 'monitor.alert', data: { testId: 't_1', subject: 'Hello' } });
    expect(event).not.toHaveProperty('test');
    expect(event).not.toHaveProperty('mailSubject');
  });

  test('reads a type nobody documented', () => {
    const data = { senderDomain: 'example.com' };
    expect(read({ ...completed, event: 'quota.low', data }).event).toMatchObject({
      type: 'quota.low',
      domain: 'example.com',
      data,
    });
  });

  test('is live whatever the body says: no test of this sender is marked', () => {
    expect(read({ ...completed, livemode: false, data: { live: false } }).event.live).toBe(true);
  });

  test.each([
    ['a clock behind', '2026-03-02T07:59:00Z', '2026-03-02T07:59:00.000Z', 0],
    ['another offset', '2026-03-02T09:59:00+02:00', '2026-03-02T07:59:00.000Z', 0],
    ['another offset without a colon', '2026-03-02T09:59:00.5+0200', '2026-03-02T07:59:00.500Z', 0],
    ['a clock a little ahead', '2026-03-02T08:00:06Z', '2026-03-02T08:00:05.000Z', 0],
    ['a clock far ahead', '2099-01-01T00:00:00Z', '2026-03-02T08:00:05.000Z', 1],
    ['no offset', '2026-03-02T07:59:00', '2026-03-02T08:00:05.000Z', 1],
    ['no such day', '2026-13-02T07:59:00Z', '2026-03-02T08:00:05.000Z', 1],
    ['words', 'yesterday', '2026-03-02T08:00:05.000Z', 1],
    ['a number', 1_772_438_400, '2026-03-02T08:00:05.000Z', 2],
    ['nothing', undefined, '2026-03-02T08:00:05.000Z', 1],
  ])('puts the event in time by the signed moment, never after the receipt: %s', (_, createdAt, occurredAt, notes) => {
    const normalised = read({ ...completed, createdAt });
    expect(normalised.event.occurredAt).toBe(occurredAt);
    expect(normalised.notes).toHaveLength(notes);
  });

  test('says in years and days how far a clock is ahead', () => {
    const { notes } = read({ ...completed, createdAt: '2099-01-01T00:00:00Z' });
    expect(notes).toEqual(['createdAt is 72 y 322 d after the receipt: clamped to it']);
  });
});
