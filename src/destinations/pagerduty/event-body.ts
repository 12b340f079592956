import type { Message } from '../../domain/message/message.ts';
import type { Order } from '../destination.ts';
import { cutText, oneLine, wellFormed } from '../plain-text.ts';
import { senderLinks } from '../sender-links.ts';

type Payload = {
  summary: string;
  source: string;
  timestamp: string;
  severity?: Message['severity'];
  class?: string;
  component?: string;
  custom_details?: unknown;
};

type Links = { href: string; text: string }[];
type Action = 'trigger' | 'acknowledge' | 'resolve';

/** What one of the two endpoints of the Events API v2 takes. */
export type EventBody =
  | {
      type: 'event';
      data: {
        routing_key: string;
        event_action: Action;
        dedup_key: string;
        payload?: Payload;
        client?: string;
        links?: Links;
      };
    }
  | { type: 'change'; data: { routing_key: string; payload: Payload; links?: Links } };

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
const mostSummary = 1_024;
/** A body may have 512 KB (https://developer.pagerduty.com/docs/events-api-v2/overview/); the rest of it needs far less than the difference. */
const mostPayloadBytes = 500_000;

/**
 * The body for an order: a change event for a notice; for what is open a trigger, which rings with the first and
 * changes the page with those that follow, folded there by its key; and what nothing in it could have refused for an
 * acknowledgement and an end.
 */
export function eventBody(order: Order, routingKey: string): EventBody {
  const { act, message, short } = order;
  const links = short ? [] : senderLinks(message.event);
  const linked = links.length > 0 ? { links } : {};
  if (act === 'notice') {
    return { type: 'change', data: { routing_key: routingKey, payload: payload(order), ...linked } };
  }
  const addressed = { routing_key: routingKey, dedup_key: order.key.toWellFormed() };
  if (act === 'acknowledge' || act === 'resolve') return { type: 'event', data: { ...addressed, event_action: act } };
  const rung = { ...payload(order), severity: message.severity };
  return { type: 'event', data: { ...addressed, event_action: 'trigger', payload: rung, client: 'tocsin', ...linked } };
}

/** As many details as there is room for: all, all but the sender's own data, or none. */
function payload(order: Order): Payload {
  const { message } = order;
  const { event } = message;
  const bare: Payload = {
    summary: summaryOf(order),
    source: fitting(message.source),
    timestamp: message.occurredAt,
    class: fitting(event.type),
    ...(event.domain === undefined ? {} : { component: fitting(event.domain) }),
  };
  if (order.short) return bare;
  const whole = { ...bare, custom_details: details(message, event) };
  if (isSmallEnough(whole)) return whole;
  const withoutData = { ...bare, custom_details: details(message, { ...event, data: undefined }) };
  return isSmallEnough(withoutData) ? withoutData : bare;
}

/** What a pager reads out: marked as a test, and with whom it stands in for, however long the title is. */
function summaryOf({ key, message }: Order): string {
  const mark = message.test ? '[TEST] ' : '';
  const stead =
    message.standsInFor === undefined ? '' : ` (stands in for ${cutText(oneLine(message.standsInFor), 64)})`;
  const title = oneLine(message.title) || key.toWellFormed();
  return `${mark}${cutText(title, mostSummary - mark.length - stead.length)}${stead}`;
}

/** The summary's limit is documented; the other texts keep to it as well. */
function fitting(text: string): string {
  return cutText(oneLine(text), mostSummary);
}

function details(message: Message, event: Message['event']): unknown {
  const { text, facts, failedAuth, standsInFor, acknowledged } = message;
  return wellFormed({
    ...(text === undefined ? {} : { text }),
    facts: Object.fromEntries(facts.map(({ name, value }) => [name, value])),
    ...(failedAuth.length > 0 ? { failed_authentication: failedAuth } : {}),
    ...(standsInFor === undefined ? {} : { stands_in_for: standsInFor }),
    ...(acknowledged ? { acknowledged_by: acknowledged.by } : {}),
    ...(message.keyless ? { keyless: 'its key had a missing value: it goes by its default key' } : {}),
    ...(event.source === 'tocsin' ? {} : origin(message, event)),
  });
}

/** What tocsin itself says is of no delivery. */
function origin({ rules, deliveryId }: Message, event: Message['event']) {
  return { rules, delivery_id: deliveryId, trace: `tocsin deliveries show ${shellWord(deliveryId)}`, event };
}

/** The id comes from outside, and the command is there to be copied: nothing in it may be read as another command. */
function shellWord(id: string): string {
  const text = oneLine(id);
  if (/^[\w.:@+=,/][\w.:@+=,/-]*$/.test(text)) return text;
  return `${text.startsWith('-') ? '-- ' : ''}'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function isSmallEnough(candidate: Payload): boolean {
  return Buffer.byteLength(JSON.stringify(candidate)) <= mostPayloadBytes;
}
