import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { expect, onTestFinished } from 'vitest';
import { openLedgerBeside, startService, traitsByType } from '../../src/compose.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { readRules } from '../../src/config/read-rules.ts';
import { secretReader } from '../../src/config/secrets.ts';
import { openLog } from '../../src/runtime/log.ts';
import { placementTest, post } from '../e2e/sender.ts';
import { startFakePagerDuty } from '../fakes/fake-pagerduty.ts';
import { startFakeSlack } from '../fakes/fake-slack.ts';
import { rateLow } from './open-pipeline.ts';

export const channel = 'C0123456789';
const variables = { IC: 'whsec_in_process', PD: 'e'.repeat(32), BOT: 'xoxb-in-process' };
export const secrets = Object.values(variables);

/** The whole service in this process, on real clocks, between a fake Slack and a fake PagerDuty. */
export async function openService(settings: { rules?: object[]; slack?: object; pagerDuty?: object } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-service-'));
  const slack = await startFakeSlack({ token: variables.BOT, channels: [channel] });
  const pagerDuty = await startFakePagerDuty({ routingKeys: [variables.PD] });
  tls.setDefaultCACertificates([...tls.getCACertificates('bundled'), pagerDuty.ca]);
  const rules = {
    sources: { 'inbox-check': { type: 'inbox-check', secrets: [{ env: 'IC' }] } },
    destinations: {
      chat: { type: 'slack', channel, token: { env: 'BOT' }, pace: 'none', ...settings.slack },
      pager: {
        type: 'pagerduty',
        routingKey: { env: 'PD' },
        server: pagerDuty.server,
        pace: 'none',
        ...settings.pagerDuty,
      },
    },
    owner: 'chat',
    rules: settings.rules ?? [{ ...rateLow, to: ['chat', 'pager'] }],
  };
  const path = join(dir, 'rules.json');
  await writeFile(path, JSON.stringify(rules));
  const ledgerPath = join(dir, 'tocsin.db');
  const environment = environmentOf({ PORT: '0', HOST: '127.0.0.1', SLACK_API_URL: slack.apiUrl });
  const logged: string[] = [];
  const log = openLog('trace', { write: (line: string) => void logged.push(line) });
  const read = async () => readRules({ path, traits: traitsByType, secret: secretReader(variables), preview: false });
  const first = await read();
  if (!first.ok) throw new Error(JSON.stringify(first.problems));
  const service = await startService({ environment, rules: first.rules, read, preview: false, ledgerPath, log });
  const ledger = await openLedgerBeside(environment, ledgerPath);
  onTestFinished(async () => {
    await service.stop();
    await ledger.close();
    await Promise.all([slack.close(), pagerDuty.close()]);
    tls.setDefaultCACertificates(tls.getCACertificates('bundled'));
    await rm(dir, { recursive: true });
  });
  let sent = 0;
  /** Sends a placement test, as the sender does; resolves with the answer's status. */
  async function send(inboxRate: number, domain = 'news.example.com'): Promise<number> {
    sent += 1;
    const id = `dlv_${sent}`;
    const body = placementTest({ id, domain, inboxRate, atMs: Date.now() });
    return (await post(service.port, body, { secret: variables.IC, id })).status;
  }
  /** Resolves when nothing is unrouted and nothing owed. */
  async function settled(): Promise<void> {
    const rest = async () => {
      const { unrouted, owed } = await ledger.backlog();
      return unrouted + owed;
    };
    await expect.poll(rest, { timeout: 15_000, interval: 20 }).toBe(0);
  }
  const readable = () => Promise.all([ledgerPath, `${ledgerPath}-wal`].map((path) => readFile(path, 'latin1')));
  return { ...service, slack, pagerDuty, ledger, logged, send, settled, readable };
}

function environmentOf(variables: Record<string, string>) {
  const read = readEnvironment(variables);
  if (!read.ok) throw new Error('the environment is wrong');
  return read.environment;
}
