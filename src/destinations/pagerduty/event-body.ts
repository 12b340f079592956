import type { Message } from '../../domain/message.ts';
import type { Order } from '../destination.ts';
import { cutText, oneLine, wellFormed } from '../plain-text.ts';

type Payload = {
  summary: string;
  source: string;
  timestamp: string;
  severity?: Message['severity'];
  class?: string;
  component?: string;
  custom_details?: unknown;
};

type Addressed = { routing_key: string; event_action: 'trigger' | 'resolve'; dedup_key: string };

/** What one of the two endpoints of the Events API v2 takes. */
export type EventBody =
  | { type: 'event'; data: Addressed & { payload?: Payload; client?: string } }
  | { type: 'change'; data: { routing_key: string; payload: Payload } };

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
const mostSummary = 1_024;
/** A body may have 512 KB (https://developer.pagerduty.com/docs/events-api-v2/overview/); the rest of it needs far less than the difference. */
const mostPayloadBytes = 500_000;

/** The body for an order: a trigger for what is open, folded there by its key, and a change event for a notice. */
export function eventBody(order: Order, routingKey: string): EventBody {
  const { act, message } = order;
  if (act === 'notice') return { type: 'change', data: { routing_key: routingKey, payload: payload(order) } };
  const key = order.key.toWellFormed();
  if (act === 'resolve') {
    return { type: 'event', data: { routing_key: routingKey, event_action: 'resolve', dedup_key: key } };
  }
  const trigger: Addressed = { routing_key: routingKey, event_action: 'trigger', dedup_key: key };
  const rung = { ...payload(order), severity: message.severity };
  return { type: 'event', data: { ...trigger, payload: rung, client: 'tocsin' } };
}

/** As many details as there is room for: all, all but the sender's own data, or none. */
function payload({ key, message }: Order): Payload {
  const { event } = message;
  const summary = fitting(`${message.test ? '[TEST] ' : ''}${message.title}`);
  const bare: Payload = {
    summary: summary === '' ? key.toWellFormed() : summary,
    source: fitting(message.source),
    timestamp: message.occurredAt,
    class: fitting(event.type),
    ...(event.domain === undefined ? {} : { component: fitting(event.domain) }),
  };
  const whole = { ...bare, custom_details: details(message, event) };
  if (isSmallEnough(whole)) return whole;
  const withoutData = { ...bare, custom_details: details(message, { ...event, data: undefined }) };
  return isSmallEnough(withoutData) ? withoutData : bare;
}

/** The summary's limit is documented; the other texts keep to it as well. */
function fitting(text: string): string {
  return cutText(oneLine(text), mostSummary);
}

function details(message: Message, event: Message['event']): unknown {
  return wellFormed({
    facts: Object.fromEntries(message.facts.map(({ name, value }) => [name, value])),
    ...(message.failedAuth.length > 0 ? { failed_authentication: message.failedAuth } : {}),
    ...(message.keyless ? { keyless: 'its key had a missing value: it goes by its default key' } : {}),
    rules: message.rules,
    delivery_id: message.deliveryId,
    event,
  });
}

function isSmallEnough(candidate: Payload): boolean {
  return Buffer.byteLength(JSON.stringify(candidate)) <= mostPayloadBytes;
}
