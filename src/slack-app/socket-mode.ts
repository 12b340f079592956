import type { Logger as BoltLogger } from '@slack/bolt';
import { SocketModeReceiver } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import type { Logger } from 'pino';
import { pollLoop } from '../runtime/poll-loop.ts';
import type { Hear } from './bolt-app.ts';
import { wordsOf } from './bolt-log.ts';

/** A connection to Slack that is kept up. */
export type Connection = {
  /** Why there is none now. */
  warnings(): string[];
  stop(): Promise<void>;
};

export type ConnectionParts = {
  appToken: string;
  hear: Hear;
  /** For the call that asks for an address to connect to; the signal ends it. */
  clientOptions: (signal: AbortSignal) => WebClientOptions;
  logger: BoltLogger;
  log: Logger;
};

/** From being asked for to Slack's "hello". */
const openWithinMs = 10_000;
/** A connection that lasted so long was a good one: Slack ends each after some hours, and the next is opened at once. */
const goodAfterMs = 10_000;
const firstPauseMs = 500;
const longestPauseMs = 30_000;
/** How long Slack may take to say goodbye; then the connection is cut. */
const goodbyeMs = 500;

/**
 * Keeps a Socket Mode connection. Each is a client of its own, and opening the next one is our business: Bolt's client,
 * left to it, waits for seconds, and ends the process where Slack cannot be reached or refuses the token.
 */
export function connectToSlack(parts: ConnectionParts): Connection {
  const { log } = parts;
  const stopping = new AbortController();
  let failures = 0;
  let why: string | undefined = 'not connected yet';

  async function turn(): Promise<number> {
    const begunAt = performance.now();
    try {
      await oneConnection(parts, stopping.signal, () => {
        why = undefined;
        log.info('slack-app.connected');
      });
      why = 'the connection ended';
    } catch (error) {
      why = wordsOf(error);
    }
    if (stopping.signal.aborted) return 0;
    failures = performance.now() - begunAt >= goodAfterMs ? 0 : failures + 1;
    log[failures === 0 ? 'info' : 'warn']({ why, failures }, 'slack-app.disconnected');
    return failures === 0 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures - 1, 10));
  }

  const loop = pollLoop('slack-app', turn, log);
  return {
    warnings: () => (why === undefined ? [] : [`the Slack app hears nothing over its socket: ${why}`]),
    async stop() {
      stopping.abort();
      await loop.stop();
    },
  };
}

type Client = SocketModeReceiver['client'];

/** One connection from its beginning to its end; rejects when it cannot be had. */
async function oneConnection(parts: ConnectionParts, signal: AbortSignal, opened: () => void): Promise<void> {
  const client = clientOf(parts, signal);
  const over = new Promise<void>((resolve) => void client.once('disconnected', () => resolve()));
  const end = () => goodbye(client, over);
  signal.addEventListener('abort', end, { once: true });
  const tooLong = setTimeout(end, openWithinMs);
  try {
    await client.start().catch((error: unknown) => {
      throw error ?? new Error('the connection ended before Slack said hello');
    });
    clearTimeout(tooLong);
    opened();
    await over;
  } finally {
    clearTimeout(tooLong);
    signal.removeEventListener('abort', end);
  }
}

function clientOf({ appToken, hear, logger, log, clientOptions }: ConnectionParts, signal: AbortSignal): Client {
  // Only its client is used: payloads take the same way as over HTTP, and so are answered in time, whatever they are.
  const { client } = new SocketModeReceiver({
    appToken,
    logger,
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: clientOptions(signal) },
  });
  // A message that is not as Slack's are would otherwise be a rejection that nobody hears, and end the process.
  for (const hears of client.listeners('ws_message')) {
    client.off('ws_message', hears);
    client.on('ws_message', async (...message: unknown[]) => {
      await Promise.resolve(hears(...message)).catch((error) =>
        log.warn({ bolt: wordsOf(error) }, 'slack-app.unreadable'),
      );
    });
  }
  client.on('slack_event', async ({ body, ack }: { body: unknown; ack: (answer?: unknown) => Promise<void> }) => {
    const isPayload = typeof body === 'object' && body !== null && !Array.isArray(body);
    const answer = isPayload ? await hear({ ...body }) : undefined;
    await ack(answer).catch((error) => log.warn({ bolt: wordsOf(error) }, 'slack-app.unsaid'));
  });
  return client;
}

/** Asked a second time, the client cuts the connection off. */
function goodbye(client: Client, over: Promise<void>): void {
  const leave = () => void client.disconnect();
  const cut = setTimeout(leave, goodbyeMs);
  void over.then(() => clearTimeout(cut));
  leave();
}
