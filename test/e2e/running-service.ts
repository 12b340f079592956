import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** `tocsin serve` in a process of its own. */
export type RunningService = {
  port: number;
  /** Its log, a line an object; lines that are no JSON are `{ text }`. */
  lines: Record<string, unknown>[];
  /** Resolves with the first line, past or to come, that has this message. */
  said(message: string): Promise<Record<string, unknown>>;
  /** Resolves with the next line to come that has this message. */
  says(message: string): Promise<Record<string, unknown>>;
  hangUp(): void;
  /** `kill -9`: resolves when it is gone. */
  kill(): Promise<void>;
  /** Politely; resolves with the exit code. */
  stop(): Promise<number | null>;
};

const startWithinMs = 20_000;

export type ServiceSettings = {
  /** Another way to run `serve` than from these sources. */
  command?: string[];
  args?: string[];
  env: Record<string, string>;
  cwd?: string;
};

const fromSources = [process.execPath, main, 'serve'];

/** Starts it and waits until it listens. Rejects with what it wrote when it ends instead. */
export async function startService({
  command: [program = process.execPath, ...given] = fromSources,
  args = [],
  env,
  cwd,
}: ServiceSettings): Promise<RunningService> {
  const child = spawn(program, [...given, ...args], {
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = readLog(child);
  const exit = once(child, 'exit');
  const ended = exit.then(() => {
    throw new Error(`serve ended:\n${log.lines.map((line) => line.text ?? JSON.stringify(line)).join('\n')}`);
  });
  const tooLate = setTimeout(() => child.kill('SIGKILL'), startWithinMs);
  const serving = await Promise.race([log.said('serving'), ended]);
  clearTimeout(tooLate);
  ended.catch(() => undefined);
  return {
    port: Number(serving.port),
    ...log,
    hangUp: () => void child.kill('SIGHUP'),
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exit;
      return child.exitCode;
    },
  };
}

function readLog(child: ChildProcess) {
  const lines: Record<string, unknown>[] = [];
  const waiting: ((line: Record<string, unknown>) => void)[] = [];
  const keep = (text: string) => {
    const line = asObject(text);
    lines.push(line);
    for (const look of [...waiting]) look(line);
  };
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', keep);
  }
  function says(message: string): Promise<Record<string, unknown>> {
    return new Promise((resolve) => {
      waiting.push((line) => line.msg === message && resolve(line));
    });
  }
  function said(message: string): Promise<Record<string, unknown>> {
    const before = lines.find((line) => line.msg === message);
    return before ? Promise.resolve(before) : says(message);
  }
  return { lines, said, says };
}

/** In preview the log is for people: `12:00:00 info  message  name=value`. */
function asObject(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    const [, msg, port] = /^\d\d:\d\d:\d\d \w+ +(\S+)(?:.* port=(\d+))?/.exec(text) ?? [];
    return { text, msg, port };
  }
}

/** Runs any other command; resolves with what it printed and its exit code. */
export async function runCli(
  args: string[],
  { env, cwd }: ServiceSettings,
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH, ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  await once(child, 'close');
  return { code: child.exitCode, out, err };
}
