import { resolve } from 'node:path';
import tls from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Destination, Order, Result } from '../../../src/destinations/destination.ts';
import { slackChannel } from '../../../src/destinations/slack/channel.ts';
import { type FakeSlack, startFakeSlack } from '../../fakes/fake-slack.ts';
import { type MadeCertificate, makeCertificate } from '../../fakes/made-certificate.ts';
import { startMuteServer } from '../../fakes/mute-server.ts';
import { type ScriptedServer, startScriptedServer } from '../../fakes/scripted-server.ts';
import { describeDestination } from '../destination-contract.ts';
import { madeMessage, madeOrder } from '../made-order.ts';

const token = 'xoxb-made-for-a-test';
const channel = 'C0123456789';

describeDestination('a Slack channel', {
  make: slackChannel,
  exported: { file: resolve('src/destinations/slack/channel.ts'), name: 'slackChannel' },
  settings: (port, timeoutMs) => ({
    name: 'deliverability',
    channel,
    token,
    apiUrl: `http://127.0.0.1:${port}/api/`,
    timeoutMs,
    pace: 'none' as const,
  }),
  tls: false,
  secrets: [token],
  happy: { status: 200, body: JSON.stringify({ ok: true, channel, ts: '1754049570.000100' }) },
  kinds: (status) => (status >= 300 && status < 500 ? 'retry' : 'ambiguous'),
  halfAnswered: 'ambiguous',
});

describe('a Slack channel', () => {
  const other = 'C0000000001';
  const never = new AbortController().signal;
  let slack: FakeSlack;
  let destination: Destination;

  beforeEach(async () => {
    slack = await startFakeSlack({ token, channels: [channel, other] });
    destination = madeChannel(channel);
  });
  afterEach(async () => {
    await destination.close();
    await slack.close();
  });

  function madeChannel(id: string, bot = token): Destination {
    return slackChannel({ name: 'x', channel: id, token: bot, apiUrl: slack.apiUrl, timeoutMs: 5_000, pace: 'none' });
  }

  function tell(changes: Partial<Order> = {}): Promise<Result> {
    return destination.tell(madeOrder(changes), never);
  }

  async function posted(): Promise<string> {
    const result = await tell();
    if (result.kind !== 'told') throw new Error(`not told: ${JSON.stringify(result)}`);
    return result.ref;
  }

  it('goes by its channel, and can edit', () => {
    expect(destination).toMatchObject({
      type: 'slack',
      address: `slack:${channel}`,
      ways: { edits: true, folds: false },
    });
  });

  it('edits the message it posted when the incident changes, and when it ends', async () => {
    const ref = await posted();
    expect(await tell({ act: 'update', ref, message: madeMessage({ title: 'it is 40 % now' }) })).toEqual({
      kind: 'told',
      ref,
    });
    const end = { at: Date.now(), why: 'cleared' as const, words: 'recovered' };
    expect(await tell({ act: 'resolve', ref, message: madeMessage({ state: 'resolved', end }) })).toEqual({
      kind: 'told',
      ref,
    });
    expect(slack.messages(channel)).toMatchObject([{ text: expect.stringMatching(/^Resolved: /), edits: 2 }]);
  });

  it.each(['update', 'resolve'] as const)('posts the %s of what is not known to stand there', async (act) => {
    expect((await tell({ act })).kind).toBe('told');
    expect(slack.messages(channel)).toHaveLength(1);
  });

  it('posts a notice', async () => {
    await tell({ act: 'notice', message: madeMessage({ state: 'notice' }) });
    expect(slack.messages(channel)[0]?.text).toMatch(/^Notice: /);
  });

  it('tells its own channel only', async () => {
    await posted();
    expect(slack.messages(other)).toEqual([]);
  });

  it('marks the message with our id for what it tells, and nothing from outside', async () => {
    const ref = await posted();
    const metadata = {
      event_type: 'tocsin_notification',
      event_payload: { notification_id: '0123456789abcdef01234567' },
    };
    expect(slack.messages(channel)[0]?.metadata).toEqual(metadata);
    await tell({ act: 'update', ref });
    expect(slack.messages(channel)[0]?.metadata).toEqual(metadata);
  });

  it('finds its message again by our id, among others', async () => {
    await tell({ notificationId: 'another' });
    const ref = await posted();
    await tell({ notificationId: 'a third' });
    const since = Date.now() - 1_000;
    const { notificationId } = madeOrder({});
    expect(await destination.find({ notificationId, since }, never)).toEqual({ kind: 'found', ref });
    expect(await destination.find({ notificationId: 'never told', since }, never)).toEqual({ kind: 'absent' });
    expect(slack.calls.at(-1)?.args).toMatchObject({ channel, include_all_metadata: 'true' });
  });

  it('finds it behind many others', async () => {
    const ref = await posted();
    for (let i = 0; i < 150; i += 1) await tell({ notificationId: `later ${i}` });
    const { notificationId } = madeOrder({});
    expect(await destination.find({ notificationId, since: Date.now() }, never)).toEqual({ kind: 'found', ref });
  });

  it('cannot look into a channel the bot is no member of', async () => {
    slack.setChannel(channel, 'not_in_channel');
    const found = await destination.find({ notificationId: 'n', since: Date.now() }, never);
    expect(found).toEqual({ kind: 'refused', reason: expect.stringContaining('invite the bot') });
  });

  it('looks again later where Slack does not answer', async () => {
    slack.failNext('500', 'reset');
    for (let i = 0; i < 2; i += 1) {
      const found = await destination.find({ notificationId: 'n', since: Date.now() }, never);
      expect(found.kind).toBe('ambiguous');
    }
  });

  it('is refused the edit of a message that is gone', async () => {
    const result = await tell({ act: 'update', ref: `${channel}:1.000001` });
    expect(result).toEqual({ kind: 'refused', reason: expect.stringContaining('the message is gone'), lost: true });
  });

  it.each([
    ['not_in_channel', 'invite the bot to the channel'],
    ['is_archived', 'unarchive the channel'],
  ])('says what to do about %s', async (error, words) => {
    slack.setChannel(channel, error);
    expect(await tell()).toEqual({ kind: 'refused', reason: expect.stringContaining(words) });
  });

  it('says what to do about a token that is not good', async () => {
    const wrong = madeChannel(channel, 'xoxb-another');
    const result = await wrong.tell(madeOrder(), never);
    expect(result).toEqual({ kind: 'refused', reason: expect.stringContaining('check the bot token') });
    await wrong.close();
  });

  it('leaves open whether a post that was kept and answered 500 arrived', async () => {
    slack.failNext('500-after-keeping');
    expect((await tell()).kind).toBe('ambiguous');
    expect(slack.messages(channel)).toHaveLength(1);
  });
});

describe('a Slack channel over TLS', () => {
  const never = new AbortController().signal;
  let certificate: MadeCertificate;
  let server: ScriptedServer;

  beforeEach(async () => {
    certificate = makeCertificate();
    server = await startScriptedServer(certificate);
    server.script = (response) => response.end(JSON.stringify({ ok: true, channel, ts: '1.000001' }));
  });
  afterEach(async () => {
    tls.setDefaultCACertificates(tls.getCACertificates('bundled'));
    await server.close();
    certificate.remove();
  });

  async function tellOnce(port: number, timeoutMs: number): Promise<Result> {
    const apiUrl = `https://127.0.0.1:${port}/api/`;
    const destination = slackChannel({ name: 'x', channel, token, apiUrl, timeoutMs, pace: 'none' });
    const result = await destination.tell(madeOrder(), never);
    await destination.close();
    return result;
  }

  it('trusts what the process trusts', async () => {
    tls.setDefaultCACertificates([certificate.cert]);
    expect((await tellOnce(server.port, 10_000)).kind).toBe('told');
  });

  it('did not tell a server it does not trust', async () => {
    expect(await tellOnce(server.port, 10_000)).toEqual({
      kind: 'retry',
      reason: expect.stringContaining('SELF_SIGNED'),
    });
    expect(server.requests).toHaveLength(0);
  });

  it('did not tell a server that never came to trust', async () => {
    const mute = await startMuteServer();
    const result = await tellOnce(mute.port, 4_000);
    expect(result).toEqual({ kind: 'retry', reason: expect.stringContaining('UND_ERR_CONNECT_TIMEOUT') });
    await mute.close();
  });
});
