import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Order } from '../../../src/destinations/destination.ts';
import { eventBody } from '../../../src/destinations/pagerduty/event-body.ts';
import { anyMessage } from '../any-message.ts';
import { madeMessage, madeOrder } from '../made-order.ts';

const routingKey = 'e93facc04764012d7bfb002500d5d1a6';

type Payload = { summary: string; custom_details?: { event: { data?: unknown } } } & Record<string, unknown>;

function payloadOf(changes: Partial<Order>): Payload {
  return (eventBody(madeOrder(changes), routingKey).data as { payload: Payload }).payload;
}

describe('an order at PagerDuty', () => {
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
            event: madeMessage().event,
          },
        },
      },
    });
  });

  it('is a resolve with nothing that could be refused, when it ends', () => {
    expect(eventBody(madeOrder({ act: 'resolve', ref: 'placement:acme.example' }), routingKey)).toEqual({
      type: 'event',
      data: { routing_key: routingKey, event_action: 'resolve', dedup_key: 'placement:acme.example' },
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
      fc.property(anyMessage, fc.constantFrom('open', 'update', 'resolve', 'notice'), (message, act) => {
        const { data } = eventBody(madeOrder({ act, message }), routingKey);
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
