import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Destination } from '../../../src/destinations/destination.ts';
import { slackIncomingWebhook } from '../../../src/destinations/slack/incoming-webhook.ts';
import { type ScriptedServer, startScriptedServer } from '../../fakes/scripted-server.ts';
import { madeOrder } from '../made-order.ts';

let server: ScriptedServer;
let destination: Destination;
let over: Set<Socket | null>;

/** The happy answer; also notes the connection it goes over. */
function happily(response: ServerResponse): void {
  over.add(response.socket);
  response.end('ok');
}

/** One call; then a moment, in which its connection is free again. */
async function tell() {
  const result = await destination.tell(madeOrder(), new AbortController().signal);
  await setTimeout(5);
  return result;
}

beforeEach(async () => {
  over = new Set();
  server = await startScriptedServer();
  server.script = happily;
  const url = `http://127.0.0.1:${server.port}/services/x`;
  destination = slackIncomingWebhook({ name: 'x', url, timeoutMs: 5_000, pace: 'none', fallbackAfterMs: 600_000 });
});
afterEach(async () => {
  await destination.close();
  await server.close();
});

test('calls that follow at once go over one connection', async () => {
  for (let call = 0; call < 5; call += 1) expect(await tell()).toEqual({ kind: 'told', ref: 'posted' });

  expect(over.size).toBe(1);
});

test('a kept connection that breaks under a call leaves it ambiguous, and the call is not repeated', async () => {
  await tell();
  server.script = (response) => {
    over.add(response.socket);
    response.destroy();
  };

  expect((await tell()).kind).toBe('ambiguous');
  expect(server.requests).toHaveLength(2);
  expect(over.size).toBe(1);
});

test('an answer that is not read to its end gives its connection up', async () => {
  server.script = (response) => void response.writeHead(503).write('…');

  expect((await tell()).kind).toBe('ambiguous');
  await expect.poll(() => server.openSockets()).toBe(0);
});
