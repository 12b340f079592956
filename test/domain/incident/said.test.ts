import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compactEvent, saidOf } from '../../../src/domain/incident/said.ts';
import { anEvent, anyEvent } from '../events.ts';

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('an event that is kept', () => {
  test('stays as it is when it is small', () => {
    const event = anEvent({ domain: 'news.example.com', data: { inboxRate: 0.62 } });
    expect(compactEvent(event)).toEqual(event);
  });

  test("loses the sender's data first", () => {
    const event = anEvent({ reason: 'r'.repeat(1_000), tags: ['a'], data: 'x'.repeat(8_192) });
    const { data: _data, ...rest } = event;
    expect(compactEvent(event)).toEqual(rest);
  });

  test('then long lists and texts, and keeps who and what', () => {
    const providers = Array.from({ length: 200 }, (_, i) => ({ provider: `provider-${i}`, placement: 'spam' }));
    const event = anEvent({ domain: 'news.example.com', inboxRate: 0.1, providers, reason: 'r'.repeat(9_000) });
    const compact = compactEvent(event);
    expect(compact).toMatchObject({ id: event.id, domain: event.domain, inboxRate: 0.1 });
    expect(compact.providers?.length).toBeGreaterThan(20);
    expect(compact.reason).toMatch(/^r{100,}…$/);
  });

  test('is at most 8 KiB of JSON and keeps its id, source and type, whatever came', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const compact = compactEvent(event);
        expect(bytesOf(compact)).toBeLessThanOrEqual(8_192);
        expect(compact).toMatchObject({ id: event.id, source: event.source, type: event.type });
      }),
    );
  });
});

test('what tripped is kept short, and ten of them at most', () => {
  const tripped = Array.from({ length: 12 }, () => ({
    path: 'reason',
    op: '$eq',
    expected: 'é',
    actual: 'é'.repeat(2_000),
  }));
  const said = saidOf('rule', anEvent(), tripped);
  expect(said.tripped).toHaveLength(10);
  expect(bytesOf(said)).toBeLessThan(30_000);
});

test('what tripped for being absent is kept', () => {
  const tripped = [{ path: 'auth.dkim', op: '$exists', expected: false, actual: undefined }];
  expect(saidOf('rule', anEvent(), tripped).tripped).toEqual(tripped);
});
