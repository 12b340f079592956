import type { Order } from '../../src/destinations/destination.ts';
import type { Ending, Message } from '../../src/domain/message/message.ts';

/** A message as a failed placement test gives it. */
export function madeMessage(changes: Partial<Message> = {}): Message {
  return {
    state: 'open',
    key: 'placement:acme.example',
    number: 1,
    severity: 'warning',
    title: 'acme.example inbox rate 62 %',
    test: false,
    keyless: false,
    facts: [
      { name: 'Inbox rate', value: '62 % (below 80 %)' },
      { name: 'Subject', value: 'Your <weekly> news & more' },
    ],
    counts: { inbox: 62, promo: 8, spam: 20, missing: 10, total: 100 },
    providers: [
      { provider: 'gmail', placement: 'spam' },
      { provider: 'gmail', placement: 'spam' },
      { provider: 'outlook', placement: 'inbox' },
    ],
    failedAuth: ['dmarc: fail'],
    source: 'inbox-check',
    deliveryId: 'whd_0001',
    rules: ['inbox-rate-low'],
    openedAt: Date.UTC(2026, 7, 1, 12, 0),
    occurredAt: '2026-08-01T11:59:30.000Z',
    event: {
      id: 'whd_0001',
      source: 'inbox-check',
      type: 'test.completed',
      occurredAt: '2026-08-01T11:59:30.000Z',
      live: true,
      domain: 'acme.example',
      inboxRate: 0.62,
      data: { testId: 't1' },
    },
    ...changes,
  };
}

/** An end that a recovery brought, two hours and five minutes after the opening. */
export function madeEnding(changes: Partial<Ending> = {}): Ending {
  return {
    at: Date.UTC(2026, 7, 1, 14, 5),
    why: 'cleared',
    words: 'recovered: inbox rate 91.0%',
    lasted: '2 h 5 min',
    confirmed: true,
    recovered: 'inbox rate 91.0%',
    ...changes,
  };
}

export function madeOrder(changes: Partial<Order> = {}): Order {
  return {
    act: 'open',
    ref: undefined,
    key: 'placement:acme.example',
    notificationId: '0123456789abcdef01234567',
    message: madeMessage(),
    short: false,
    ...changes,
  };
}
