import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { Service } from '../../src/compose.ts';
import { openLedgerBeside, startService, traitsByType } from '../../src/compose.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { readRules } from '../../src/config/read-rules.ts';
import { secretReader } from '../../src/config/secrets.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLog } from '../../src/runtime/log.ts';
import { placementTest, post } from '../e2e/sender.ts';
import { startFakeSlack } from '../fakes/fake-slack.ts';
import type { FakeSlackUser } from '../fakes/fake-slack-people.ts';
import type { SlackPerson } from './slack-person.ts';
import { overHttp, overSocket, slackPerson } from './slack-person.ts';

export const channel = 'C0123456789';
export const otherChannel = 'C9876543210';
export const signingSecret = 'a-signing-secret-made-for-tests';
const hookSecret = 'whsec_slack_town';

export type TownSettings = {
  transport?: 'http' | 'socket' | 'neither';
  /** Of the destination `deliverability`. */
  operators?: object;
  /** More destinations, that the rule sends to as well. */
  beside?: Record<string, object>;
};

/** A service as it is served, with a Slack around it, and a sender before it. */
export async function openSlackTown({ transport = 'http', operators, beside = {} }: TownSettings = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-slack-app-'));
  const slack = await startFakeSlack({ token: 'xoxb-slack-town', channels: [channel, otherChannel] });
  const path = join(dir, 'rules.json');
  const variables = { IC: hookSecret, SLACK_BOT_TOKEN: slack.token };
  const rulesWith = (text: object) => writeFile(path, rulesText(text, beside));
  await rulesWith(operators ? { operators } : {});
  const read = async () => readRules({ path, traits: traitsByType, secret: secretReader(variables), preview: false });
  const reading = await read();
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  const lines: Record<string, unknown>[] = [];
  const environment = environmentFor(transport, { SLACK_API_URL: slack.apiUrl, SLACK_APP_TOKEN: slack.appToken });
  const ledgerPath = join(dir, 'tocsin.db');
  const service: Service = await startService({
    environment,
    rules: reading.rules,
    read,
    preview: false,
    ledgerPath,
    log: openLog('info', { write: (line: string) => void lines.push(JSON.parse(line)) }),
  });
  const ledger: Ledger = await openLedgerBeside(environment, ledgerPath);
  onTestFinished(async () => {
    await service.stop();
    await ledger.close();
    await slack.close();
    await rm(dir, { recursive: true });
  });
  if (transport === 'socket') await expect.poll(() => slack.sockets.connections()).toBe(1);
  const way = transport === 'socket' ? overSocket(slack) : overHttp(() => service.port, signingSecret);

  async function send(inboxRate: number, domain = 'news.example.com'): Promise<void> {
    const id = randomUUID();
    const body = placementTest({ id, domain, inboxRate, atMs: Date.now() });
    expect((await post(service.port, body, { secret: hookSecret, id })).status).toBe(200);
  }

  return {
    slack,
    service,
    ledger,
    lines,
    ledgerPath,
    way,
    rulesWith,
    send,
    person: (user: FakeSlackUser, where = channel): SlackPerson => slackPerson({ slack, channel: where, way, user }),
    /** The last message of the channel, as it stands. */
    last: (where = channel) => slack.messages(where).at(-1),
    /** Something is wrong, and the channel knows. */
    async rings(domain = 'news.example.com'): Promise<void> {
      const before = slack.messages(channel).length;
      await send(0.5, domain);
      await expect.poll(() => slack.messages(channel).length).toBe(before + 1);
    },
  };
}

export type SlackTown = Awaited<ReturnType<typeof openSlackTown>>;

function environmentFor(transport: TownSettings['transport'], given: Record<string, string>) {
  const { SLACK_APP_TOKEN, ...rest } = given;
  const read = readEnvironment({
    ...rest,
    PORT: '0',
    HOST: '127.0.0.1',
    ...(transport === 'http' ? { SLACK_SIGNING_SECRET: signingSecret } : {}),
    ...(transport === 'socket' ? { SLACK_APP_TOKEN } : {}),
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.environment;
}

function rulesText(changes: object, beside: Record<string, object>): string {
  const slack = { type: 'slack', channel, pace: 'none' };
  return JSON.stringify({
    sources: { 'inbox-check': { type: 'inbox-check', secrets: [{ env: 'IC' }] } },
    destinations: { deliverability: { ...slack, ...changes }, ...beside },
    rules: [
      {
        id: 'inbox-rate-low',
        on: ['test.completed'],
        when: { inboxRate: { $lt: 0.8 } },
        clear: { inboxRate: { $gte: 0.85 } },
        severity: 'error',
        key: 'placement:{{ domain }}',
        to: ['deliverability', ...Object.keys(beside)],
      },
    ],
  });
}
