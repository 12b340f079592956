import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inboxCheck } from '../../src/sources/inbox-check.ts';
import { reachscore } from '../../src/sources/reachscore.ts';

const receivedAt = Date.parse('2026-03-02T08:00:00Z');

describe.each([inboxCheck, reachscore])('$type', (source) => {
  const identify = (body: string | Uint8Array) => source.identify({ headers: {}, body: Buffer.from(body) });
  const normalise = (body: string) => source.normalise({ source: 's', body: Buffer.from(body), receivedAt });
  const [idField, typeField] = source.type === 'inbox-check' ? ['deliveryId', 'event'] : ['id', 'type'];
  const envelope = (fields: Record<string, unknown>) =>
    JSON.stringify({ [idField]: 'id_1', [typeField]: 'test.completed', ...fields });

  test('reads any bytes as an id or as unreadable', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(identify(bytes)).toMatchObject({ ok: false, code: 'unreadable' });
      }),
    );
  });

  test('normalises any JSON object to an event that can be written as JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (root) => {
        const { event, notes } = normalise(JSON.stringify(root));
        expect(JSON.parse(JSON.stringify(event))).toMatchObject({ source: 's' });
        expect(notes.every((note) => note.length < 200)).toBe(true);
      }),
    );
  });

  test('normalises any value in any documented place, and keeps every promise of the type', () => {
    const paths = documentedPaths(source);
    fc.assert(
      fc.property(fc.constantFrom(...source.documentedTypes), fc.constantFrom(...paths), fc.jsonValue(), (...drawn) => {
        const [type, path, value] = drawn;
        const fixture = source.fixture(type, { id: 'id_1', atMs: receivedAt }) ?? {};
        const { event } = normalise(JSON.stringify(withValue(fixture, path, value)));
        for (const rate of [event.inboxRate, event.spamRate, event.missingRate]) {
          if (rate !== undefined) expect(rate >= 0 && rate <= 1).toBe(true);
        }
        expect(Date.parse(event.occurredAt)).toBeLessThanOrEqual(receivedAt);
        for (const text of [event.domain, event.level, event.reason, event.grade, event.mailSubject]) {
          expect(['string', 'undefined']).toContain(typeof text);
        }
        expect(Object.values(event)).not.toContain(undefined);
      }),
    );
  });

  test.each([
    ['nothing', ''],
    ['a word', 'hello'],
    ['half an object', '{"id":'],
    ['an array', '[]'],
    ['null', 'null'],
    ['a string', '"id_1"'],
    ['a form', 'payload=%7B%7D'],
  ])('finds %s unreadable', (_, body) => {
    expect(identify(body)).toMatchObject({ ok: false, code: 'unreadable' });
  });

  test('finds bytes that are not UTF-8 unreadable', () => {
    const body = Buffer.concat([Buffer.from(envelope({})).subarray(0, -1), Buffer.from([0x2c, 0x22, 0xff, 0x22])]);
    expect(identify(body)).toEqual({ ok: false, code: 'unreadable', reason: 'the body is not UTF-8' });
  });

  test.each([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['blank', '  '],
    ['a number', 7],
    ['an object', { toString: 'id_1' }],
    ['too long', 'x'.repeat(256)],
    ['broken into lines', 'id\n1'],
    ['half a character', 'id_\ud800'],
  ])('finds an id or a type that is %s unreadable', (_, value) => {
    expect(identify(envelope({ [idField]: value }))).toMatchObject({ ok: false, code: 'unreadable' });
    expect(identify(envelope({ [typeField]: value }))).toMatchObject({ ok: false, code: 'unreadable' });
  });

  test('takes an id of 255 characters, and a type nobody knows', () => {
    const id = 'x'.repeat(255);
    expect(identify(envelope({ [idField]: id, [typeField]: 'brand.new' }))).toEqual({
      ok: true,
      id,
      type: 'brand.new',
    });
  });

  test('takes no prototype from a body, and pollutes none', () => {
    const body = `{"__proto__":{"${idField}":"evil","polluted":1},"constructor":{"prototype":{"polluted":1}},
      "data":{"__proto__":{"polluted":1,"severity":"page","summary":{"inboxRate":0}}}}`;
    expect(identify(body)).toMatchObject({ ok: false, code: 'unreadable' });
    const { event } = normalise(body);
    expect(event).toMatchObject({ id: '', type: '' });
    expect(event).not.toHaveProperty('level');
    expect(event).not.toHaveProperty('inboxRate');
    expect({}).not.toHaveProperty('polluted');
  });

  test('reads nothing a body inherits', () => {
    Object.defineProperty(Object.prototype, idField, { value: 'inherited', configurable: true });
    try {
      expect(identify(JSON.stringify({ [typeField]: 'test.completed' }))).toMatchObject({ code: 'unreadable' });
    } finally {
      Reflect.deleteProperty(Object.prototype, idField);
    }
  });

  test('takes the last of two keys of one name, as every JSON reader here does', () => {
    expect(identify(`{"${idField}":"a","${typeField}":"t","${idField}":"b"}`)).toMatchObject({ id: 'b' });
  });

  test('leaves out data nested without end, and says so', () => {
    const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    const { event, notes } = normalise(`{"${idField}":"id_1","${typeField}":"t","data":${deep}}`);
    expect(event).not.toHaveProperty('data');
    expect(notes).toContain('data is nested deeper than 100 levels: left out');
  });

  test('keeps notes few however much is wrong', () => {
    const providers = Array.from({ length: 5_000 }, () => 7);
    const inbox_placement = Object.fromEntries(providers.map((wrong, i) => [`p${i}`, wrong]));
    expect(normalise(envelope({ data: { providers, tags: providers, inbox_placement } })).notes.length).toBeLessThan(5);
  });
});

/** Every path into every documented body. */
function documentedPaths(source: typeof inboxCheck): string[][] {
  const bodies = source.documentedTypes.map((type) => source.fixture(type, { id: 'id_1', atMs: receivedAt }));
  return bodies.flatMap((body) => pathsOf(body));
}

function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsOf(inner).map((rest) => [key, ...rest])]);
}

function withValue(into: unknown, [step, ...rest]: string[], value: unknown): unknown {
  if (step === undefined) return value;
  const copy: Record<string, unknown> = typeof into === 'object' && into !== null ? { ...into } : {};
  copy[step] = withValue(copy[step], rest, value);
  return copy;
}
