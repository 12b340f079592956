import { once } from 'node:events';
import net from 'node:net';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type HttpAppParts, httpApp } from '../../src/http/http-app.ts';
import { type Listening, type ListenOptions, listen } from '../../src/http/http-server.ts';
import { errorAnswer } from '../../src/pipeline/receive.ts';
import type { HookRequest } from '../../src/sources/source.ts';

export type Door = Listening & {
  url: string;
  /** What reached the receive step. */
  received: ({ source: string } & HookRequest)[];
  /** The lines of the log. */
  lines: Record<string, unknown>[];
};

/** The HTTP door on a port of its own, before a receive step that accepts everything unless told otherwise. */
export async function openDoor(parts: Partial<HttpAppParts> = {}, options: Partial<ListenOptions> = {}): Promise<Door> {
  const received: Door['received'] = [];
  const lines: Door['lines'] = [];
  const app = httpApp({
    receive: async (source, { headers, body }) => {
      if (body === 'too-large') return errorAnswer('too_large', 'this is too large');
      received.push({ source, headers, body });
      return { status: 200, body: { status: 'accepted', id: 'id_1' } };
    },
    readiness: async () => ({ ready: true, warnings: [] }),
    log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    ...parts,
  });
  const listening = await listen({ app, host: '127.0.0.1', port: 0, closeWithinMs: 5_000, ...options });
  onTestFinished(listening.close);
  return { ...listening, url: `http://127.0.0.1:${listening.port}`, received, lines };
}

export type Wire = {
  socket: net.Socket;
  text: () => string;
  until: (part: string) => Promise<void>;
  ended: Promise<unknown>;
};

/** A bare connection, to say what no HTTP client would. */
export async function openWire(port: number): Promise<Wire> {
  const socket = net.connect(port, '127.0.0.1').setEncoding('utf8');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  // A reset is one way for a connection to end.
  socket.on('error', () => undefined);
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  async function until(part: string): Promise<void> {
    while (!text.includes(part)) {
      await Promise.race([once(socket, 'data'), ended]);
      if (socket.closed && !text.includes(part)) throw new Error(`closed before ${part}: ${text}`);
    }
  }
  return { socket, text: () => text, until, ended };
}
