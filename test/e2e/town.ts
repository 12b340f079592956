import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedgerBeside } from '../../src/compose.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import type { Backlog } from '../../src/ledger/history.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { FakePagerDuty } from '../fakes/fake-pagerduty.ts';
import { startFakePagerDuty } from '../fakes/fake-pagerduty.ts';
import type { FakeSlack } from '../fakes/fake-slack.ts';
import { startFakeSlack } from '../fakes/fake-slack.ts';
import type { RedisServer } from '../redis-server.ts';
import { startRedisServer } from '../redis-server.ts';

export const channel = 'C0123456789';
export const otherChannel = 'C9876543210';
export const routingKey = 'f'.repeat(32);
export const secret = 'whsec_end_to_end';
export const pagerSecret = 'whsec_of_the_pager';
export const apiToken = 'api_end_to_end';

/** Everything around the service: a Slack, a PagerDuty, a ledger's store, a rules file, and the environment for all. */
export type Town = {
  slack: FakeSlack;
  pagerDuty: FakePagerDuty;
  /** Where the ledger is, unless it is a file. */
  redis: RedisServer | undefined;
  rules: string;
  /** The rules file's text, with these changes. */
  rulesText(changes?: Record<string, unknown>): string;
  /** Puts another rules file in the place of the one that is there. */
  change(changes?: Record<string, unknown>): Promise<void>;
  dir: string;
  env: Record<string, string>;
  /** Opens the ledger beside whoever serves it, for who looks at it often; to be closed. */
  beside(): Promise<Ledger>;
  /** Looks at it once. */
  look<T>(at: (ledger: Ledger) => Promise<T>): Promise<T>;
  backlog(): Promise<Backlog>;
  close(): Promise<void>;
};

export async function openTown(engine: 'sqlite' | 'redis', changes: Record<string, unknown> = {}): Promise<Town> {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-town-'));
  const slack = await startFakeSlack({ token: 'xoxb-end-to-end', channels: [channel, otherChannel] });
  const pagerDuty = await startFakePagerDuty({ routingKeys: [routingKey], apiToken });
  const redis = engine === 'redis' ? await startRedisServer(['--appendfsync', 'always']) : undefined;
  const rules = join(dir, 'rules.json');
  const rulesText = (more: Record<string, unknown> = {}) =>
    JSON.stringify({ ...rulesFor(pagerDuty.server), ...changes, ...more }, null, 2);
  await writeFile(rules, rulesText());
  const env = {
    TOCSIN_RULES: rules,
    TOCSIN_DATA: join(dir, 'tocsin.db'),
    ...(redis ? { REDIS_URL: redis.url } : {}),
    IC_WEBHOOK_SECRET: secret,
    SLACK_BOT_TOKEN: slack.token,
    SLACK_API_URL: slack.apiUrl,
    PD_KEY: routingKey,
    PD_WEBHOOK_SECRET: pagerSecret,
    PD_API_TOKEN: apiToken,
    NODE_EXTRA_CA_CERTS: pagerDuty.caFile,
  };
  async function beside(): Promise<Ledger> {
    const read = readEnvironment(env);
    if (!read.ok) throw new Error('the environment of the test is wrong');
    return openLedgerBeside(read.environment, env.TOCSIN_DATA);
  }
  async function look<T>(at: (ledger: Ledger) => Promise<T>): Promise<T> {
    const ledger = await beside();
    try {
      return await at(ledger);
    } finally {
      await ledger.close();
    }
  }
  return {
    slack,
    pagerDuty,
    redis,
    rules,
    rulesText,
    async change(more) {
      await writeFile(`${rules}.new`, rulesText(more));
      await rename(`${rules}.new`, rules);
    },
    dir,
    env,
    beside,
    look,
    backlog: () => look((ledger) => ledger.backlog()),
    async close() {
      await Promise.all([slack.close(), pagerDuty.close(), redis?.stop()]);
      await rm(dir, { recursive: true });
    },
  };
}

export function rulesFor(server: string) {
  return {
    sources: { 'inbox-check': { type: 'inbox-check', secrets: [{ env: 'IC_WEBHOOK_SECRET' }] } },
    destinations: {
      deliverability: { type: 'slack', channel, pace: 'none' },
      'on-call': { type: 'pagerduty', routingKey: { env: 'PD_KEY' }, server, pace: 'none' },
    },
    rules: [
      {
        id: 'inbox-rate-low',
        on: ['test.completed'],
        when: { inboxRate: { $lt: 0.8 } },
        clear: { inboxRate: { $gte: 0.85 } },
        severity: 'error',
        key: 'placement:{{ domain }}',
        to: ['deliverability', 'on-call'],
      },
    ],
  };
}

/** Nobody signals from another process: looked at again until it holds. */
export async function until(holds: () => Promise<boolean>, withinMs: number, what: string): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
