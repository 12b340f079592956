import type { Logger } from 'pino';
import type { Place } from '../domain/routing.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { BoltApp } from './bolt-app.ts';
import type { HttpEvents } from './http-events.ts';
import { httpEvents } from './http-events.ts';
import type { OperatorsText } from './operators.ts';
import type { Connection } from './socket-mode.ts';

/** A Slack channel as the rules file in force has it. */
export type ChannelInForce = { name: string; token: string; operators: OperatorsText | undefined };

export type SlackAppParts = {
  /** Slack posts to us, where this is set. */
  signingSecret: string | undefined;
  /** We hold a connection to Slack, where this is set. */
  appToken: string | undefined;
  apiUrl: string;
  ledger: Ledger;
  /** By address; asked for anew with each press and command, as are those below. */
  channels: () => ReadonlyMap<string, ChannelInForce>;
  /** By label. */
  places: () => ReadonlyMap<string, Place>;
  /** Names of those who send. */
  sources: () => readonly string[];
  log: Logger;
  now: () => number;
  elapsedMs: () => number;
};

export type SlackApp = {
  /** What Slack posts; `undefined` where it does not. */
  events: HttpEvents | undefined;
  /** Reads Bolt in, and connects. What Slack posts before waits for it. */
  start(): void;
  /** What people should look at. */
  warnings(): string[];
  /** Takes nothing more, and finishes what is under way, within a few seconds. */
  stop(): Promise<void>;
};

/**
 * The Slack app: buttons, forms and the slash command, over HTTP, Socket Mode, or both. Bolt takes a while to be read in,
 * and nobody else waits for it.
 */
export function openSlackApp(parts: SlackAppParts): SlackApp {
  const { signingSecret, appToken, log, now } = parts;
  let opening: Promise<BoltApp> | undefined;
  let connection: Connection | undefined;
  let stopped = false;

  function bolt(): Promise<BoltApp> {
    opening ??= openBolt(parts);
    return opening;
  }

  async function start(): Promise<void> {
    const { connect } = await bolt();
    if (!stopped && appToken !== undefined) connection = connect(appToken);
  }

  const hear = async (payload: Record<string, unknown>) => (await bolt()).hear(payload);
  return {
    events: signingSecret === undefined ? undefined : httpEvents({ signingSecret, hear, log, now }),
    start: () => void start().catch((err) => log.error({ err }, 'slack-app.failed')),
    warnings: () => connection?.warnings() ?? [],
    async stop() {
      stopped = true;
      await connection?.stop();
      const bolt = await opening?.catch(() => undefined);
      await bolt?.drain();
    },
  };
}

async function openBolt(parts: SlackAppParts): Promise<BoltApp> {
  const { openBoltApp } = await import('./bolt-app.ts');
  return openBoltApp(parts);
}
