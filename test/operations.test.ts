import { execFile } from 'node:child_process';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RunningService } from './e2e/running-service.ts';
import { startService } from './e2e/running-service.ts';
import { deliver, placementTest } from './e2e/sender.ts';
import type { Town } from './e2e/town.ts';
import { channel, openTown, secret, until } from './e2e/town.ts';
import { startRedisServer } from './redis-server.ts';

const operations = readFileSync(join(import.meta.dirname, '..', 'docs', 'operations.md'), 'utf8');

/** Runs what stands under a heading, as an operator would paste it. */
async function follow(heading: string, env: Record<string, string>): Promise<void> {
  const [, section] = operations.split(`\n### ${heading}\n`);
  const commands = /```sh\n(.*?)```/s.exec(section?.split('\n#')[0] ?? '')?.[1];
  if (commands === undefined) throw new Error(`no commands under "${heading}"`);
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  await promisify(execFile)('sh', ['-e', '-c', commands], { env: { PATH, ...env } });
}

type Places = { BACKUP: string; REDIS_DIR: string };

/** An engine's store, lost and given back by what the page says. */
type Keeping = { backUp(): Promise<void>; loseAndRestore(): Promise<Record<string, string>> };

async function sqlite({ env, dir }: Town): Promise<Keeping> {
  const places = { TOCSIN_DATA: env.TOCSIN_DATA ?? '', BACKUP: join(dir, 'backup.db') };
  return {
    backUp: () => follow('SQLite: back up', places),
    async loseAndRestore() {
      await follow('SQLite: restore', places);
      return {};
    },
  };
}

const redisWith =
  (ways: { backUp: string; restore: (places: Places) => Promise<void> | void }) => async (town: Town) => {
    const { REDIS_URL = '' } = town.env;
    const BACKUP = join(town.dir, 'backup');
    const other = await startRedisServer(['--appendfsync', 'always']);
    onTestFinished(() => other.stop());
    const [there, here] = await Promise.all([folderOf(REDIS_URL), folderOf(other.url)]);
    return {
      backUp: () => follow(ways.backUp, { REDIS_URL, BACKUP, REDIS_DIR: there }),
      async loseAndRestore() {
        await other.kill();
        rmSync(join(here, 'appendonlydir'), { recursive: true });
        await ways.restore({ BACKUP, REDIS_DIR: here });
        await other.restart();
        return { REDIS_URL: other.url };
      },
    };
  };

async function folderOf(url: string): Promise<string> {
  const client = new Redis(url);
  const [, dir = ''] = (await client.config('GET', 'dir')) as string[];
  // Otherwise it waits five seconds for others that want its snapshot too.
  await client.config('SET', 'repl-diskless-sync-delay', 0);
  client.disconnect();
  return dir;
}

const ways: [string, 'sqlite' | 'redis', (town: Town) => Promise<Keeping>][] = [
  ['SQLite, by VACUUM INTO', 'sqlite', sqlite],
  [
    'Redis, by its snapshot',
    'redis',
    redisWith({ backUp: 'Redis: back up', restore: (places) => follow('Redis: restore', places) }),
  ],
  [
    'Redis, by its append-only file',
    'redis',
    redisWith({
      backUp: 'Redis: copy the append-only file',
      restore: ({ BACKUP, REDIS_DIR }) => cpSync(BACKUP, join(REDIS_DIR, 'appendonlydir'), { recursive: true }),
    }),
  ],
];

const domains = Array.from({ length: 40 }, (_, i) => `d${i}.example.com`);
const [before, meanwhile] = [domains.slice(0, 20), domains.slice(20)];
const sentAt = Date.now() - 1_000;

function sendAll(service: RunningService, these: string[]): Promise<unknown[]> {
  const sends = these.map(async (domain) => {
    const body = placementTest({ id: domain, domain, inboxRate: 0.5, atMs: sentAt });
    return (await deliver(() => service.port, body, { secret, id: domain })).body.status;
  });
  return Promise.all(sends);
}

async function serve(env: Record<string, string>): Promise<RunningService> {
  const service = await startService({ env });
  onTestFinished(async () => void (await service.stop()));
  return service;
}

describe('a back-up of a live ledger', () => {
  test.each(ways)(
    'on %s: restored, owes what it owed and knows what it knew',
    async (_, engine, keepingOf) => {
      const town = await openTown(engine);
      onTestFinished(() => town.close());
      const keeping = await keepingOf(town);
      town.slack.failAll('500');
      const first = await serve(town.env);
      await sendAll(first, before);
      const told = async () => town.pagerDuty.incidents.length === before.length && town.slack.hits() > 0;
      await until(told, 10_000, 'PagerDuty is told, and Slack is tried');
      await Promise.all([keeping.backUp(), sendAll(first, meanwhile)]);
      await first.kill();

      const restored = await keeping.loseAndRestore();
      town.slack.failAll(undefined);
      const second = await serve({ ...town.env, ...restored });
      expect(await sendAll(second, before)).toEqual(before.map(() => 'duplicate'));
      await sendAll(second, meanwhile);
      const messages = () => town.slack.messages(channel).map(({ text }) => text);
      const isTold = (domain: string) => messages().some((text) => text.includes(`${domain}:`));
      await until(async () => domains.every(isTold), 75_000, 'Slack is told of every domain');
      const open = town.pagerDuty.incidents.filter(({ status }) => status === 'triggered');
      expect(open.map(({ dedupKey }) => dedupKey).sort()).toEqual(domains.map((each) => `placement:${each}`).sort());
    },
    120_000,
  );
});

test('the page names every metric there is, and no other', async () => {
  const town = await openTown('sqlite');
  onTestFinished(() => town.close());
  const { port } = await serve(town.env);
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const kept = [...text.matchAll(/^# TYPE (tocsin_\w+)/gm)].map(([, name]) => name);
  const named = [...operations.matchAll(/\btocsin_[a-z_]+/g)].map(([name]) => name);
  expect(new Set(named)).toEqual(new Set(kept));
});
