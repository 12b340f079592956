import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { expect, onTestFinished } from 'vitest';
import { openLedgerBeside, startService, traitsByType } from '../../src/compose.ts';
import { openDestinations } from '../../src/compose-destinations.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { parseRules } from '../../src/config/load-rules.ts';
import { resolveDestinations, resolveSources } from '../../src/config/resolve.ts';
import { secretReader } from '../../src/config/secrets.ts';
import type { Problem } from '../../src/domain/filter.ts';
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
  const loaded = parseRules(
    JSON.stringify({
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
    }),
    traitsByType,
  );
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { config } = loaded;
  const ledgerPath = join(dir, 'tocsin.db');
  const read = readEnvironment({ PORT: '0', HOST: '127.0.0.1', SLACK_API_URL: slack.apiUrl });
  if (!read.ok) throw new Error('the environment is wrong');
  const { environment } = read;
  const problems: Problem[] = [];
  const logged: string[] = [];
  const log = openLog('trace', { write: (line: string) => void logged.push(line) });
  const secret = secretReader(variables);
  const sources = resolveSources(config, secret, problems);
  const resolved = resolveDestinations(config, secret, problems);
  const destinations = openDestinations(resolved, environment.SLACK_API_URL, log);
  const service = await startService({
    environment,
    config,
    sources,
    destinations,
    preview: false,
    ledgerPath,
    log,
  });
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
