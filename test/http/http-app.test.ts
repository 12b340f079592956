import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { errorAnswer } from '../../src/pipeline/receive.ts';
import { openDoor, openWire } from './door.ts';

const mebibyte = 1024 * 1024;

function post(url: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/hooks/inbox-check`, { method: 'POST', body, headers });
}

/** A request whose body comes in pieces, of no declared length. */
function chunked(url: string, pieces: Uint8Array[]): Promise<Response> {
  const body = ReadableStream.from(pieces);
  return fetch(`${url}/hooks/inbox-check`, { method: 'POST', body, duplex: 'half' });
}

/** Vitest compares large bytes one by one, slowly. */
function sameBytes(received: Uint8Array | undefined, sent: Buffer): boolean {
  return received !== undefined && sent.equals(received);
}

describe('a delivery', () => {
  test('reaches the receive step byte for byte, and its answer the sender', async () => {
    const door = await openDoor();
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x00, 0x0d, 0x0a, 0x7d]);
    const response = await post(door.url, body, { 'X-IC-Delivery': 'dlv_1' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.has('x-powered-by')).toBe(false);
    expect(await response.json()).toEqual({ status: 'accepted', id: 'id_1' });
    expect(door.received).toMatchObject([{ source: 'inbox-check', headers: { 'x-ic-delivery': 'dlv_1' } }]);
    expect(sameBytes(door.received[0]?.body, body)).toBe(true);
  });

  test.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'nonsense', undefined])(
    'is read whatever its content type: %s',
    async (type) => {
      const door = await openDoor();
      await post(door.url, Buffer.from('{"a": 1}'), type === undefined ? {} : { 'content-type': type });
      expect(door.received[0]?.body.toString()).toBe('{"a": 1}');
    },
  );

  test('may be empty: the receive step says what that is', async () => {
    const door = await openDoor();
    await post(door.url, '');
    const wire = await openWire(door.port);
    wire.socket.write('POST /hooks/inbox-check HTTP/1.1\r\nHost: x\r\n\r\n');
    await wire.until('accepted');
    expect(door.received.map(({ body }) => body.byteLength)).toEqual([0, 0]);
  });

  test('comes whole out of many chunks', async () => {
    const door = await openDoor();
    const pieces = Array.from({ length: 40 }, (_, i) => Buffer.alloc(1000, i));
    await chunked(door.url, pieces);
    expect(sameBytes(door.received[0]?.body, Buffer.concat(pieces))).toBe(true);
  });

  test('of a name with encoded characters goes to the source of that name', async () => {
    const door = await openDoor();
    await fetch(`${door.url}/hooks/in%20box%2Fcheck?from=here`, { method: 'POST' });
    expect(door.received[0]?.source).toBe('in box/check');
  });

  test('is answered with when to come again', async () => {
    const door = await openDoor({ receive: async () => errorAnswer('unavailable', 'not now') });
    const response = await post(door.url, '{}');
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await response.json()).toEqual({ error: 'unavailable', message: 'not now' });
  });

  test('that is broken off reaches nobody', async () => {
    const door = await openDoor();
    const wire = await openWire(door.port);
    wire.socket.write('POST /hooks/inbox-check HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"a"');
    await post(door.url, 'the request before has arrived');
    wire.socket.resetAndDestroy();
    await wire.ended;
    await post(door.url, 'and this one is after its end');
    expect(door.received).toHaveLength(2);
    expect(door.lines).toEqual([]);
  });

  test('that makes us fail is answered without a stack, and told to the log', async () => {
    const door = await openDoor({ receive: () => Promise.reject(new Error('a secret inside')) });
    const response = await post(door.url, '{}');
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ error: 'unavailable' });
    expect(text).not.toMatch(/a secret inside|\.ts|at /);
    expect(door.lines).toMatchObject([{ level: 50, msg: 'http.failed', err: { message: 'a secret inside' } }]);
  });
});

describe('too large', () => {
  test('is not a body of just the limit', async () => {
    const door = await openDoor();
    expect((await post(door.url, Buffer.alloc(mebibyte))).status).toBe(200);
    expect((await chunked(door.url, [Buffer.alloc(mebibyte / 2), Buffer.alloc(mebibyte / 2)])).status).toBe(200);
    expect(door.received.map(({ body }) => body.byteLength)).toEqual([mebibyte, mebibyte]);
  });

  test('is answered at once when it is declared, before it is sent', async () => {
    const door = await openDoor();
    const wire = await openWire(door.port);
    const sentAt = performance.now();
    wire.socket.write(`POST /hooks/inbox-check HTTP/1.1\r\nHost: x\r\nContent-Length: ${2 * mebibyte}\r\n\r\nabc`);
    await wire.until('too_large');
    expect(performance.now() - sentAt).toBeLessThan(900);
    expect(wire.text()).toMatch(/^HTTP\/1\.1 413 /);
    expect(wire.text().toLowerCase()).toContain('connection: close');
    expect(wire.text()).toMatch(/\r\n\r\n\{"error":"too_large","message":".*"\}$/);
    await wire.ended;
    expect(door.received).toEqual([]);
  });

  test.each([mebibyte + 1, 8 * mebibyte])(
    'is told to a sender that reads only once all %d bytes are sent',
    async (bytes) => {
      const door = await openDoor();
      const wire = await openWire(door.port);
      wire.socket.pause();
      wire.socket.write(`POST /hooks/inbox-check HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n\r\n`);
      await new Promise<void>((sent) => wire.socket.end(Buffer.alloc(bytes), () => sent()));
      wire.socket.resume();
      await wire.until('too_large');
      expect(wire.text()).toMatch(/^HTTP\/1\.1 413 /);
    },
  );

  test('is not asked to be sent where the sender asks first', async () => {
    const { port } = await openDoor();
    const wire = await openWire(port);
    const head = [
      'POST /hooks/inbox-check HTTP/1.1',
      'Host: tocsin',
      'Content-Length: 2097152',
      'Expect: 100-continue',
    ];
    wire.socket.write(`${head.join('\r\n')}\r\n\r\n`);
    await wire.until('too_large');
    expect(wire.text()).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('is found while counting what declares no length', async () => {
    const door = await openDoor();
    const wire = await openWire(door.port);
    wire.socket.write('POST /hooks/inbox-check HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    const piece = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    for (let sent = 0; sent < 17; sent += 1) wire.socket.write(piece);
    await wire.until('too_large');
    expect(wire.text()).toMatch(/^HTTP\/1\.1 413 /);
    await wire.ended;
    expect(door.received).toEqual([]);
  });

  test('is no reason to go on sending for ever', async () => {
    const door = await openDoor();
    const wire = await openWire(door.port);
    wire.socket.write('POST /hooks/inbox-check HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n');
    const more = setInterval(() => wire.socket.write('more'), 20);
    await wire.ended;
    clearInterval(more);
    expect(wire.text()).toContain('too_large');
  });
});

test('an encoded body is handed on as it was sent, never inflated', async () => {
  const door = await openDoor();
  const body = gzipSync('{"a": 1}');
  await post(door.url, body, { 'content-encoding': 'gzip' });
  expect(door.received[0]?.headers['content-encoding']).toBe('gzip');
  expect(sameBytes(door.received[0]?.body, body)).toBe(true);
});

describe('any other request', () => {
  test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'to a hook is told that deliveries are posted: %s',
    async (method) => {
      const door = await openDoor();
      const response = await fetch(`${door.url}/hooks/inbox-check`, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('POST');
      expect(await response.json()).toEqual({ error: 'method_not_allowed', message: expect.any(String) });
    },
  );

  test.each(['/hooks/%ff', '/hooks/%', '/hooks/%E0%A4%A'])(
    'for a name that cannot be decoded finds no source: %s',
    async (path) => {
      const door = await openDoor();
      const response = await fetch(`${door.url}${path}`, { method: 'POST' });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: 'unknown_source' });
    },
  );

  test.each(['/', '/hooks', '/hooks/a/b', '/metrics', '/healthz/x'])('finds nothing at %s', async (path) => {
    const door = await openDoor();
    const response = await fetch(`${door.url}${path}`, { method: 'POST', body: 'x' });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: 'not_found', message: expect.any(String) });
  });
});

describe('for those who watch', () => {
  test('health is one word', async () => {
    const door = await openDoor();
    const response = await fetch(`${door.url}/healthz`);
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
    expect((await fetch(`${door.url}/healthz`, { method: 'HEAD' })).status).toBe(200);
  });

  test.each([
    [true, 200, 'ready'],
    [false, 503, 'not-ready'],
  ])('readiness is a status and a word, with what to worry about: %s', async (ready, status, word) => {
    const door = await openDoor({ readiness: async () => ({ ready, warnings: ['appendfsync is everysec'] }) });
    const response = await fetch(`${door.url}/readyz`);
    expect([response.status, await response.json()]).toEqual([
      status,
      { status: word, warnings: ['appendfsync is everysec'] },
    ]);
  });

  test('metrics are text for Prometheus', async () => {
    const door = await openDoor({ metrics: async () => 'up 1\n' });
    const response = await fetch(`${door.url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toBe('up 1\n');
  });
});

test('one connection serves one delivery after the other', async () => {
  const door = await openDoor();
  const wire = await openWire(door.port);
  const delivery = 'POST /hooks/inbox-check HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}';
  wire.socket.write(delivery);
  await wire.until('id_1');
  wire.socket.write(delivery);
  await once(wire.socket, 'data');
  expect(door.received).toHaveLength(2);
});
