import { describe, expect, test } from 'vitest';
import { valueAt } from '../../src/domain/event.ts';
import type { Shape } from '../../src/domain/event-shape.ts';
import { eventShape } from '../../src/domain/event-shape.ts';
import { inboxCheck } from '../../src/sources/inbox-check.ts';
import { reachscore } from '../../src/sources/reachscore.ts';

/** Everything that either sender writes, or may write, in one body. */
const data = {
  ...{
    testId: 't',
    id: 'i',
    subject: 's',
    senderDomain: 'a.example',
    domain: 'a.example',
    from_address: 'a@a.example',
  },
  ...{ monitorId: 'm', monitor_id: 'm', monitorName: 'n', name: 'a.example', alertId: 'a', severity: 'page' },
  ...{ metric: 'x', threshold: 1, value: 1, average: 1, score: 5, grade: 'F', tags: ['a'], reason: 'r' },
  summary: { inboxCount: 1, promoCount: 1, spamCount: 1, missingCount: 1, total: 4, inboxRate: 0.25 },
  auth: { spf: { result: 'pass' }, dkim: { result: 'pass' }, dmarc: { result: 'pass', aligned: true } },
  auth_results: { spf: 'pass', dkim: 'pass', dmarc: 'pass', aligned: true },
  providers: [{ provider: 'gmail', placement: 'spam' }],
  inbox_placement: { gmail: 'inbox', gmx: 'promo' },
};
const envelope = { deliveryId: 'd', id: 'd', createdAt: '2026-03-02T08:00:00Z', created_at: '2026-03-02T08:00:00Z' };

function pathsIn(shape: Shape, at: string[] = []): string[] {
  if (shape.kind !== 'fields') return [at.join('.')];
  return Object.entries(shape.fields).flatMap(([name, inner]) => pathsIn(inner, [...at, name]));
}

describe.each([inboxCheck, reachscore])('what $type lacks', (source) => {
  test('is what none of its events has, and nothing else', () => {
    const events = ['test.completed', 'monitor.alert', 'alert.triggered', 'domain.verified'].map((type) => {
      const body = Buffer.from(JSON.stringify({ ...envelope, event: type, type, data }));
      return source.normalise({ source: 's', body, receivedAt: Date.parse('2026-03-02T08:00:00Z') }).event;
    });
    const lacking = pathsIn(eventShape).filter((path) =>
      events.every((event) => valueAt(event, path.split('.')) === undefined),
    );
    expect(lacking.sort()).toEqual([...(source.traits.lacks ?? [])].sort());
  });
});
