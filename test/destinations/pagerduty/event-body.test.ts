import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Order } from '../../../src/destinations/destination.ts';
import { eventBody } from '../../../src/destinations/pagerduty/event-body.ts';
import { anyMessage } from '../any-message.ts';
import { madeMessage, madeOrder } from '../made-order.ts';

const routingKey = 'e93facc04764012d7bfb002500d5d1a6';

const anyAct = fc.constantFrom('open', 'update', 'acknowledge', 'resolve', 'notice');

type Payload = { summary: string; custom_details?: { event: { data?: unknown }; trace?: string } } & Record<
  string,
  unknown
>;

function payloadOf(changes: Partial<Order>): Payload {
  return (eventBody(madeOrder(changes), routingKey).data as { payload: Payload }).payload;
}

describe('an order at PagerDuty', () => {
  it('has what the rule says among its details', () => {
    const { custom_details } = payloadOf({ message: madeMessage({ text: 'Hold the next mailing.' }) });
    expect(custom_details).toMatchObject({ text: 'Hold the next mailing.' });
    expect(payloadOf({}).custom_details).not.toHaveProperty('text');
  });

  it.each(['open', 'update'] as const)('is a trigger under the incident’s key: %s', (act) => {
    expect(eventBody(madeOrder({ act }), routingKey)).toEqual({
      type: 'event',
      data: {
        routing_key: routingKey,
        event_action: 'trigger',
        dedup_key: 'placement:acme.example',
        client: 'tocsin',
        payload: {
          summary: 'acme.example inbox rate 62 %',
          source: 'inbox-check',
          severity: 'warning',
          timestamp: '2026-08-01T11:59:30.000Z',
          class: 'test.completed',
          component: 'acme.example',
          custom_details: {
            facts: { 'Inbox rate': '62 % (below 80 %)', Subject: 'Your <weekly> news & more' },
            failed_authentication: ['dmarc: fail'],
            rules: ['inbox-rate-low'],
            delivery_id: 'whd_0001',
            trace: 'tocsin deliveries show whd_0001',
            event: madeMessage().event,
          },
        },
      },
    });
  });

  it.each([
    ['an acknowledgement, when somebody has it', 'acknowledge'],
    ['a resolve, when it ends', 'resolve'],
  ] as const)('is, with nothing that could be refused, %s', (_, act) => {
    expect(eventBody(madeOrder({ act, ref: 'placement:acme.example' }), routingKey)).toEqual({
      type: 'event',
      data: { routing_key: routingKey, event_action: act, dedup_key: 'placement:acme.example' },
    });
  });

  it('is a change event, which rings nobody, for a notice', () => {
    const { type, data } = eventBody(madeOrder({ act: 'notice' }), routingKey);
    expect(type).toBe('change');
    expect(Object.keys(data)).toEqual(['routing_key', 'payload']);
    expect(data).not.toHaveProperty('payload.severity');
  });

  it('is marked when it is a test, or its key had a missing value', () => {
    const payload = payloadOf({ message: madeMessage({ test: true, keyless: true }) });
    expect(payload.summary).toBe('[TEST] acme.example inbox rate 62 %');
    expect(payload.custom_details).toHaveProperty('keyless');
  });

  it('says for whom it stands in, also where the title is too long', () => {
    const standsInFor = 'deliverability';
    const payload = payloadOf({ message: madeMessage({ standsInFor, test: true }) });
    expect(payload.summary).toBe('[TEST] acme.example inbox rate 62 % (stands in for deliverability)');
    expect(payload.custom_details).toHaveProperty('stands_in_for', 'deliverability');
    const long = payloadOf({ message: madeMessage({ standsInFor, title: 'x'.repeat(2_000) }) }).summary;
    expect(long).toHaveLength(1_024);
    expect(long.endsWith('x… (stands in for deliverability)')).toBe(true);
  });

  it('says who has it', () => {
    const message = madeMessage({ acknowledged: { by: 'ops', at: 0 } });
    expect(payloadOf({ act: 'update', message }).custom_details).toHaveProperty('acknowledged_by', 'ops');
  });

  it('says how the delivery is looked at, in words that a shell takes for nothing else', () => {
    const trace = (deliveryId: string) => payloadOf({ message: madeMessage({ deliveryId }) }).custom_details?.trace;
    expect(trace('dlv_01HG2')).toBe('tocsin deliveries show dlv_01HG2');
    expect(trace('x; rm -rf $HOME')).toBe("tocsin deliveries show 'x; rm -rf $HOME'");
    expect(trace("it's `id`")).toBe("tocsin deliveries show 'it'\\''s `id`'");
    expect(trace('--json')).toBe("tocsin deliveries show -- '--json'");
  });

  it('names no delivery and no rule where tocsin itself speaks', () => {
    const event = { ...madeMessage().event, source: 'tocsin' };
    const { custom_details } = payloadOf({ message: madeMessage({ event }) });
    for (const name of ['trace', 'delivery_id', 'rules', 'event']) expect(custom_details).not.toHaveProperty(name);
  });

  it.each(['open', 'update', 'notice'] as const)('links to where the sender says its test is seen: %s', (act) => {
    const data = { testId: 't1', reportUrl: 'https://sender.example/t/1' };
    const message = madeMessage({ event: { ...madeMessage().event, data } });
    expect(eventBody(madeOrder({ act, message }), routingKey).data).toHaveProperty('links', [
      { href: 'https://sender.example/t/1', text: 'report url' },
    ]);
  });

  it('is bare in the short form', () => {
    const data = { url: 'https://sender.example/t/1' };
    const message = madeMessage({ event: { ...madeMessage().event, data } });
    const short = eventBody(madeOrder({ message, short: true }), routingKey).data;
    expect(short).not.toHaveProperty('links');
    expect(short).not.toHaveProperty('payload.custom_details');
    expect(short).toHaveProperty('payload.summary', 'acme.example inbox rate 62 %');
  });

  it('cuts a long summary between code points', () => {
    const { summary } = payloadOf({ message: madeMessage({ title: `${'x'.repeat(1_022)}😀😀` }) });
    expect(summary).toBe(`${'x'.repeat(1_022)}…`);
  });

  it('has its key for a summary where there is no title', () => {
    expect(payloadOf({ message: madeMessage({ title: '\n' }) }).summary).toBe('placement:acme.example');
  });

  it('leaves out the sender’s data, and only that, where the body would be too large', () => {
    const event = { ...madeMessage().event, data: { big: 'x'.repeat(600_000) } };
    const details = payloadOf({ message: madeMessage({ event }) }).custom_details;
    expect(details?.event).toEqual({ ...event, data: undefined });
    expect(details).toHaveProperty('facts');
  });

  it('leaves out all details where even that is too large', () => {
    const message = madeMessage({ facts: [{ name: 'Reason', value: '漢'.repeat(200_000) }] });
    expect(payloadOf({ message })).not.toHaveProperty('custom_details');
  });

  it('bears data nested deeper than can be written', () => {
    const data: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    const body = eventBody(
      madeOrder({ message: madeMessage({ event: { ...madeMessage().event, data } }) }),
      routingKey,
    );
    expect(() => JSON.stringify(body)).not.toThrow();
  });

  it('is within every limit of PagerDuty, whatever the message', () => {
    fc.assert(
      fc.property(anyMessage, anyAct, fc.boolean(), (message, act, short) => {
        const { data } = eventBody(madeOrder({ act, message, short }), routingKey);
        const body = JSON.stringify(data);
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(512_000);
        expect(body).not.toMatch(/(?<!\\)(\\\\)*\\ud[89a-f]/);
        if (!('payload' in data) || data.payload === undefined) return;
        expect(data.payload.summary.length).toBeGreaterThan(0);
        expect(data.payload.summary.length).toBeLessThanOrEqual(1_024);
      }),
      { numRuns: 150 },
    );
  });
});
