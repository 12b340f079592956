import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { listen } from '../../src/http/http-server.ts';
import type { Answer } from '../../src/pipeline/receive.ts';
import { openDoor, openWire } from './door.ts';

const timeouts = { headersMs: 150, requestMs: 300, checkEveryMs: 20 };
const never = 600_000;
const accepted: Answer = { status: 200, body: { status: 'accepted', id: 'id_1' } };
const delivery = 'POST /hooks/inbox-check HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}';

/** A receive step that answers when it is told to. */
function heldReceive() {
  const held = Promise.withResolvers<Answer>();
  const reached = Promise.withResolvers<void>();
  return {
    receive: () => {
      reached.resolve();
      return held.promise;
    },
    reached: reached.promise,
    answer: () => held.resolve(accepted),
  };
}

describe('a slow client is cut off', () => {
  test.each([
    ['says nothing', { ...timeouts, requestMs: never }, ''],
    [
      'does not finish its headers',
      { ...timeouts, requestMs: never },
      'POST /hooks/inbox-check HTTP/1.1\r\nHost: x\r\n',
    ],
    [
      'does not finish its body',
      timeouts,
      'POST /hooks/inbox-check HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{',
    ],
  ])('when it %s', async (_, timeouts, said) => {
    const door = await openDoor({}, { timeouts });
    const wire = await openWire(door.port);
    if (said) wire.socket.write(said);
    await wire.ended;
    expect(door.received).toEqual([]);
  });

  test('when it sends its body a byte at a time', async () => {
    const door = await openDoor({}, { timeouts });
    const wire = await openWire(door.port);
    wire.socket.write('POST /hooks/inbox-check HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n');
    const drip = setInterval(() => wire.socket.write('a'), 10);
    await wire.ended;
    clearInterval(drip);
    expect(door.received).toEqual([]);
  });

  test('and nobody else with it', async () => {
    const door = await openDoor({}, { timeouts });
    const slow = await openWire(door.port);
    slow.socket.write('POST /hooks/inbox-check HTTP/1.1\r\n');
    const quick = await openWire(door.port);
    quick.socket.write(delivery);
    await quick.until('accepted');
    await slow.ended;
    quick.socket.write(delivery);
    await once(quick.socket, 'data');
    expect(door.received).toHaveLength(2);
  });
});

describe('closing', () => {
  test('answers what is in flight, says that it closes, and ends', async () => {
    const { receive, reached, answer } = heldReceive();
    const door = await openDoor({ receive });
    const wire = await openWire(door.port);
    wire.socket.write(delivery);
    await reached;
    const closed = door.close();
    answer();
    await closed;
    await wire.ended;
    expect(wire.text()).toMatch(/^HTTP\/1\.1 200 /);
    expect(wire.text().toLowerCase()).toContain('connection: close');
    expect(wire.text()).toContain('{"status":"accepted","id":"id_1"}');
  });

  test('takes in a delivery whose body is still coming', async () => {
    const door = await openDoor();
    const wire = await openWire(door.port);
    wire.socket.write('POST /hooks/inbox-check HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{');
    await fetch(`${door.url}/healthz`);
    const closed = door.close();
    wire.socket.write('}');
    await closed;
    await wire.ended;
    expect(wire.text()).toContain('accepted');
  });

  test('waits for no idle connection', async () => {
    const door = await openDoor({}, { closeWithinMs: never });
    const wire = await openWire(door.port);
    wire.socket.write(delivery);
    await wire.until('id_1');
    await door.close();
    await wire.ended;
  });

  test('accepts nothing new', async () => {
    const { receive, reached, answer } = heldReceive();
    const door = await openDoor({ receive });
    const wire = await openWire(door.port);
    wire.socket.write(delivery);
    await reached;
    const closed = door.close();
    await expect(openWire(door.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    answer();
    await closed;
  });

  test('cuts off in the end what is never answered', async () => {
    const { receive, reached } = heldReceive();
    const door = await openDoor({ receive }, { closeWithinMs: 50 });
    const wire = await openWire(door.port);
    wire.socket.write(delivery);
    await reached;
    await door.close();
    await wire.ended;
    expect(wire.text()).toBe('');
  });

  test('may be asked for twice', async () => {
    const door = await openDoor();
    await Promise.all([door.close(), door.close()]);
    await door.close();
  });
});

test('a port that is taken is an error at once', async () => {
  const door = await openDoor();
  const again = listen({ app: () => undefined, host: '127.0.0.1', port: door.port, closeWithinMs: 10 });
  await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
