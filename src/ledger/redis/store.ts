import type { ClientContext, Result } from 'ioredis';
import { LedgerUnavailable } from '../ledger.ts';
import type { Client } from './client.ts';
import { loadScript } from './script.ts';
import { untilAnswered } from './until-answered.ts';

declare module 'ioredis' {
  interface RedisCommander<Context extends ClientContext> {
    [script: `tocsin:${string}`]: (...args: Argument[]) => Result<unknown, Context>;
  }
}

export type Argument = string | number | Buffer;

export type Call = {
  /** How long the call is repeated; then `LedgerUnavailable`. */
  withinMs: number;
  /** Names the key `call`, where a script keeps for a minute what it answered to this token. */
  token?: string;
  /** Texts come back as the bytes they are. */
  asBytes?: boolean;
  /** Answers only once as many replicas as wanted have it too. */
  replicated?: boolean;
};

/** The ledger's columns in Redis, all under one hash tag: in a Cluster, all in one slot. */
export type Store = {
  client: Client;
  /** The channel on which work is announced. */
  channel: string;
  /** A column's name in Redis. */
  column(name: string): string;
  /** A script, ready to be called with its ARGV after the clock's. */
  script(name: string): (args: Argument[], call: Call) => Promise<unknown>;
  /** A plain read. */
  read<T>(read: (client: Client) => Promise<T>): Promise<T>;
};

/** How long what people ask for is repeated. */
export const readMs = 5_000;
/** WAIT blocks the connection; in time for the call to be repeated. */
const waitMs = 500;

export function storeOn(
  client: Client,
  settings: { prefix: string; clock: 'redis' | (() => number); waitReplicas: number },
): Store {
  const { clock, waitReplicas } = settings;
  const column = (name: string) => `{${settings.prefix}}:${name}`;

  function script(name: string) {
    const { lua, keys } = loadScript(name);
    const command = `tocsin:${name}` as const;
    client.defineCommand(command, { lua, numberOfKeys: keys.length });
    const columns = keys.map(column);
    const callAt = keys.indexOf('call');

    return (args: Argument[], { withinMs, token, asBytes, replicated }: Call) =>
      untilAnswered(withinMs, async () => {
        const run = client[asBytes ? (`${command}Buffer` as const) : command];
        if (!run) throw new Error(`no script ${name}`);
        const names = token === undefined ? columns : columns.with(callAt, column(`call:${token}`));
        const answer = await run.call(client, ...names, clock === 'redis' ? '' : clock(), ...args);
        if (replicated && waitReplicas > 0) await waitForReplicas(client, column('waited'), waitReplicas);
        return answer;
      });
  }

  return {
    client,
    channel: column('work'),
    column,
    script,
    read: (read) => untilAnswered(readMs, () => read(client)),
  };
}

/** WAIT looks at the last write of its own connection: one is made, for a repeated call may have made none. */
async function waitForReplicas(client: Client, column: string, wanted: number): Promise<void> {
  const answers = await client.pipeline().set(column, '').wait(wanted, waitMs).exec();
  const [error, replicas] = answers?.at(-1) ?? [new Error('no answer to WAIT')];
  if (error) throw error;
  if (Number(replicas) < wanted) throw new LedgerUnavailable(`${Number(replicas)} of ${wanted} replicas have it`);
}

/** About as many bytes as these are on the wire. */
export function byteLengthOf(args: Argument[]): number {
  return args.reduce<number>((sum, each) => sum + Buffer.byteLength(String(each)), 0);
}
