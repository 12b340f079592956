import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Destination, Order, Result } from '../../../src/destinations/destination.ts';
import { slackChannel } from '../../../src/destinations/slack/channel.ts';
import { type FakeSlack, startFakeSlack } from '../../fakes/fake-slack.ts';
import { describeDestination } from '../destination-contract.ts';
import { madeEnding, madeMessage, madeOrder } from '../made-order.ts';
import { madeManner } from './made-manner.ts';

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
    ...madeManner,
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
    const settings = { name: 'x', channel: id, token: bot, apiUrl: slack.apiUrl, timeoutMs: 5_000 };
    return slackChannel({ ...settings, pace: 'none', ...madeManner });
  }

  function tell(changes: Partial<Order> = {}): Promise<Result> {
    return destination.tell(madeOrder(changes), never);
  }

  async function posted(): Promise<string> {
    const result = await tell();
    if (result.kind !== 'told') throw new Error(`not told: ${JSON.stringify(result)}`);
    return result.ref;
  }

  it('goes by its channel, can edit, and replies where it is to', () => {
    expect(destination).toMatchObject({ type: 'slack', address: `slack:${channel}` });
    const ways = { edits: true, folds: false, finds: true, acknowledges: false, editEveryMs: 10_000 };
    expect(destination.ways).toEqual({ ...ways, threads: true, fallbackAfterMs: 600_000 });
  });

  it('shows who has it in the message itself', async () => {
    const ref = await posted();
    const message = madeMessage({ acknowledged: { by: 'on-call', at: Date.now(), comment: 'looking' } });
    expect(await tell({ act: 'acknowledge', ref, message })).toEqual({ kind: 'told', ref });
    expect(JSON.stringify(slack.messages(channel))).toMatch(/Acknowledged\* by on-call.*: looking/);
  });

  it('tells in a few plain lines where the full form was refused, and nothing of the full one is left', async () => {
    const ref = await posted();
    slack.setForm('invalid_blocks');
    const message = madeMessage({ severity: 'critical' });
    expect(await tell({ act: 'update', ref, message })).toMatchObject({ kind: 'refused', content: true });
    expect(await tell({ act: 'update', ref, message, short: true })).toEqual({ kind: 'told', ref });
    expect(slack.messages(channel)).toMatchObject([{ blocks: [], attachments: [], edits: 1 }]);
    expect(slack.messages(channel)[0]?.text).toMatch(/^Critical: acme\.example inbox rate 62 %\n/);
    await tell({ short: true });
    expect(slack.messages(channel)[1]).toMatchObject({ blocks: [], attachments: [] });
  });

  it('edits the message it posted when the incident changes, and when it ends', async () => {
    const ref = await posted();
    expect(await tell({ act: 'update', ref, message: madeMessage({ title: 'it is 40 % now' }) })).toEqual({
      kind: 'told',
      ref,
    });
    const over = madeMessage({ state: 'resolved', end: madeEnding() });
    expect(await tell({ act: 'resolve', ref, message: over })).toEqual({
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
    expect(await destination.find({ notificationId, since }, never)).toEqual({ kind: 'found', refs: [ref] });
    expect(await destination.find({ notificationId: 'never told', since }, never)).toEqual({ kind: 'absent' });
    expect(slack.calls.at(-1)?.args).toMatchObject({ channel, include_all_metadata: 'true' });
  });

  it('finds it behind many others', async () => {
    const ref = await posted();
    for (let i = 0; i < 150; i += 1) await tell({ notificationId: `later ${i}` });
    const { notificationId } = madeOrder({});
    expect(await destination.find({ notificationId, since: Date.now() }, never)).toEqual({
      kind: 'found',
      refs: [ref],
    });
  });

  it('may not look without a scope that telling does not need: the token is good all the same', async () => {
    slack.setMethod('conversations.history', 'missing_scope');
    const found = await destination.find({ notificationId: 'n', since: Date.now() }, never);
    expect(found).toEqual({ kind: 'refused', reason: expect.stringContaining('lacks a scope') });
    slack.setToken(token, 'token_revoked');
    const refused = await destination.find({ notificationId: 'n', since: Date.now() }, never);
    expect(refused).toEqual({ kind: 'refused', reason: expect.stringContaining('no longer good'), credential: true });
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
    expect(result).toEqual({ kind: 'refused', reason: expect.stringContaining('the message is gone'), lost: 'gone' });
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
    const reason = expect.stringContaining('check the bot token');
    expect(result).toEqual({ kind: 'refused', reason, credential: true });
    await wrong.close();
  });

  it('is told again once its token is good again', async () => {
    slack.setToken(token, 'token_revoked');
    expect(await tell()).toMatchObject({ kind: 'refused', credential: true });
    slack.setToken(token, undefined);
    expect((await tell()).kind).toBe('told');
  });

  it('exceeds the limit of one method alone', async () => {
    const ref = await posted();
    slack.failMethod('chat.update', { retryAfter: '7' });
    const update = { act: 'update', ref } as const;
    const pause = { of: 'budget', ms: 7_000 };
    expect(await tell(update)).toMatchObject({ kind: 'retry', afterMs: 7_000, pause });
    expect((await tell()).kind).toBe('told');
    expect(destination.budget(update)).not.toBe(destination.budget({ act: 'open', ref: undefined }));
  });

  it.each([
    ['open', undefined, 'chat.postMessage'],
    ['notice', undefined, 'chat.postMessage'],
    ['reply', `${channel}:1.000001`, 'chat.postMessage'],
    ['resolve', undefined, 'chat.postMessage'],
    ['resolve', `${channel}:1.000001`, 'chat.update'],
    ['acknowledge', `${channel}:1.000001`, 'chat.update'],
  ] as const)('draws for %s of %s on the limit of %s', async (act, ref, method) => {
    await tell({ act, ref });
    expect(slack.calls.map((call) => call.method)).toEqual([method]);
    expect(destination.budget({ act, ref })).toBe(method);
  });

  it('leaves open whether a post that was kept and answered 500 arrived', async () => {
    slack.failNext('500-after-keeping');
    expect((await tell()).kind).toBe('ambiguous');
    expect(slack.messages(channel)).toHaveLength(1);
  });
});
