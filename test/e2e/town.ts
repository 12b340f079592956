import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedgerBeside } from '../../src/compose.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import type { Backlog } from '../../src/ledger/history.ts';
import type { FakePagerDuty } from '../fakes/fake-pagerduty.ts';
import { startFakePagerDuty } from '../fakes/fake-pagerduty.ts';
import type { FakeSlack } from '../fakes/fake-slack.ts';
import { startFakeSlack } from '../fakes/fake-slack.ts';
import { startRedisServer } from '../redis-server.ts';

export const channel = 'C0123456789';
export const routingKey = 'f'.repeat(32);
export const secret = 'whsec_end_to_end';

/** Everything around the service: a Slack, a PagerDuty, a ledger's store, a rules file, and the environment for all. */
export type Town = {
  slack: FakeSlack;
  pagerDuty: FakePagerDuty;
  rules: string;
  dir: string;
  env: Record<string, string>;
  backlog(): Promise<Backlog>;
  close(): Promise<void>;
};

export async function openTown(engine: 'sqlite' | 'redis', changes: Record<string, unknown> = {}): Promise<Town> {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-town-'));
  const slack = await startFakeSlack({ token: 'xoxb-end-to-end', channels: [channel] });
  const pagerDuty = await startFakePagerDuty({ routingKeys: [routingKey] });
  const redis = engine === 'redis' ? await startRedisServer(['--appendfsync', 'always']) : undefined;
  const rules = join(dir, 'rules.json');
  await writeFile(rules, JSON.stringify({ ...rulesFor(pagerDuty.server), ...changes }, null, 2));
  const env = {
    TOCSIN_RULES: rules,
    TOCSIN_DATA: join(dir, 'tocsin.db'),
    ...(redis ? { REDIS_URL: redis.url } : {}),
    IC_WEBHOOK_SECRET: secret,
    SLACK_BOT_TOKEN: slack.token,
    SLACK_API_URL: slack.apiUrl,
    PD_KEY: routingKey,
    NODE_EXTRA_CA_CERTS: pagerDuty.caFile,
  };
  return {
    slack,
    pagerDuty,
    rules,
    dir,
    env,
    async backlog() {
      const read = readEnvironment(env);
      if (!read.ok) throw new Error('the environment of the test is wrong');
      const ledger = await openLedgerBeside(read.environment, env.TOCSIN_DATA);
      try {
        return await ledger.backlog();
      } finally {
        await ledger.close();
      }
    },
    async close() {
      await Promise.all([slack.close(), pagerDuty.close(), redis?.stop()]);
      await rm(dir, { recursive: true });
    },
  };
}

function rulesFor(server: string) {
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
