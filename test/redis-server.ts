import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A real redis-server on this machine, with an append-only file in a directory of its own. */
export type RedisServer = {
  readonly url: string;
  readonly port: number;
  /** Stops it answering, as a machine that hangs; what is sent meanwhile waits. */
  pause(): void;
  resume(): void;
  /** Kills it in the middle of whatever it does. */
  kill(): Promise<void>;
  /** Starts it again over the same files and port. */
  restart(): Promise<void>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
};

const basics = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'yes'];

/** `settings` are further ones, as on its command line: `--appendfsync always`. */
export async function startRedisServer(settings: string[] = []): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-redis-'));
  const port = await freePort();
  const config = join(dir, 'redis.conf');
  await writeFile(config, '');
  const start = () => spawnRedis([config, '--port', String(port), '--dir', dir, ...basics, ...settings]);
  let server = await start();

  async function kill(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exit = once(server, 'exit');
    server.kill('SIGKILL');
    await exit;
  }

  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    kill,
    async restart() {
      await kill();
      server = await start();
    },
    async stop() {
      await kill();
      await rm(dir, { recursive: true });
    },
  };
}

/** Resolves once it says that it takes connections. */
async function spawnRedis(settings: string[]): Promise<ChildProcess> {
  const server = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'ignore'] });
  const endWithUs = () => server.kill('SIGKILL');
  process.once('exit', endWithUs);
  server.once('exit', () => process.off('exit', endWithUs));
  const said: string[] = [];
  for await (const line of createInterface({ input: server.stdout })) {
    said.push(line);
    if (/Ready to accept connections|Sentinel ID is/.test(line)) {
      server.stdout.resume();
      return server;
    }
  }
  throw new Error(`redis-server did not start:\n${said.join('\n')}`);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
