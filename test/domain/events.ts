import fc from 'fast-check';
import type { Event } from '../../src/domain/event.ts';

export function anEvent(over: Partial<Event> = {}): Event {
  return {
    id: 'dlv_1',
    source: 'inbox-check',
    type: 'test.completed',
    occurredAt: '2026-03-02T08:00:00.000Z',
    live: true,
    ...over,
  };
}

const units = ['a', 'é', '漢', '😀', '"', '\\', '\n', '\u0000', '\ud83d', '<', ' '];
/** Text as bad as it may come: every kind of character, up to `maxLength` UTF-16 units. */
export function hostileText(maxLength: number): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: fc.constantFrom(...units), maxLength: Math.min(maxLength, 30) }),
    fc
      .tuple(fc.constantFrom(...units), fc.nat({ max: maxLength }))
      .map(([unit, length]) => unit.repeat(maxLength).slice(0, length)),
    fc.constantFrom(...units).map((unit) => unit.repeat(maxLength).slice(0, maxLength)),
  );
}

const name = hostileText(255);
const text = hostileText(2_000);
const number = fc.double({ noNaN: true });
const named = fc.record({ id: name, name }, { requiredKeys: [] });
const placed = fc.record({ provider: text, placement: text });

function many<T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.oneof(
    fc.array(item, { maxLength: 5 }),
    fc.tuple(item, fc.nat({ max: 100 })).map(([one, times]) => Array<T>(times).fill(one)),
  );
}

/** Any event whose ids and names are at most 255 long: everything else is as large as it likes. */
export const anyEvent: fc.Arbitrary<Event> = fc.record(
  {
    id: name,
    source: name,
    type: name,
    occurredAt: fc.constant('2026-03-02T08:00:00.000Z'),
    live: fc.boolean(),
    domain: name,
    test: fc.record({ id: name }),
    mailSubject: text,
    monitor: named,
    alert: named,
    level: text,
    metric: text,
    threshold: number,
    value: number,
    average: number,
    counts: fc.record({ inbox: number, promo: number, spam: number, missing: number, total: number }),
    inboxRate: number,
    spamRate: number,
    missingRate: number,
    score: number,
    grade: text,
    auth: fc.record({ spf: text, dkim: text, dmarc: text, aligned: fc.boolean() }, { requiredKeys: [] }),
    providers: many(placed),
    tags: many(text),
    reason: text,
    data: fc.oneof(fc.jsonValue(), text),
  },
  { requiredKeys: ['id', 'source', 'type', 'occurredAt', 'live'] },
);
