import { LogLevel, type WebAPICallResult, WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeSlack, startFakeSlack } from './fake-slack.ts';

const channel = 'C0123456789';
let slack: FakeSlack;
let client: WebClient;

beforeEach(async () => {
  slack = await startFakeSlack({ token: 'xoxb-fake', channels: [channel] });
  client = clientWith('xoxb-fake');
});
afterEach(() => slack.close());

function clientWith(token: string): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    timeout: 300,
    logLevel: LogLevel.ERROR,
  });
}

function errorOf(call: Promise<WebAPICallResult>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: { data?: { error?: unknown }; statusCode?: unknown }) =>
      error.data?.error ?? error.statusCode ?? 'no answer',
  );
}

describe('a fake Slack', () => {
  it('keeps messages, edits them, and shows metadata where it is asked for', async () => {
    const metadata = { event_type: 'tocsin_notification', event_payload: { notification_id: 'n1' } };
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'first', metadata });
    await client.chat.postMessage({ channel, text: 'second' });
    await client.chat.update({ channel, ts, text: 'edited' });
    const shown = await client.conversations.history({ channel, include_all_metadata: true });
    expect(shown.messages).toMatchObject([{ text: 'second' }, { text: 'edited', metadata }]);
    const bare = await client.conversations.history({ channel, limit: 1 });
    expect(bare.messages).toEqual([expect.not.objectContaining({ metadata: expect.anything() })]);
    expect(slack.calls.map(({ method }) => method)).toContain('chat.update');
  });

  it('refuses what Slack refuses', async () => {
    const block = (length: number) => ({ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(length) } });
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'x' });
    expect(await errorOf(clientWith('xoxb-other').auth.test())).toBe('invalid_auth');
    expect(await errorOf(client.chat.postMessage({ channel: 'C0', text: 'x' }))).toBe('channel_not_found');
    expect(await errorOf(client.chat.postMessage({ channel, text: '' }))).toBe('no_text');
    expect(await errorOf(client.chat.update({ channel, ts: '1.1', text: 'x' }))).toBe('message_not_found');
    expect(await errorOf(client.chat.update({ channel, ts, text: 'x'.repeat(4_001) }))).toBe('msg_too_long');
    expect(await errorOf(client.chat.postMessage({ channel, text: 'x', blocks: [block(3_001)] }))).toBe(
      'invalid_blocks',
    );
    expect(await errorOf(client.chat.postMessage({ channel, text: 'x', blocks: [block(0)] }))).toBe('invalid_blocks');
    expect(await errorOf(client.chat.postMessage({ channel, text: 'x', blocks: Array(4).fill(block(2_900)) }))).toBe(
      'msg_blocks_too_long',
    );
    const metadata = { event_type: 'Not Allowed', event_payload: {} };
    expect(await errorOf(client.chat.postMessage({ channel, text: 'x', metadata }))).toBe('invalid_metadata_format');
    expect(slack.messages(channel)).toHaveLength(1);
  });

  it('keeps threads apart from the channel, but for replies that are shown in both', async () => {
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'root' });
    await client.chat.postMessage({ channel, text: 'below', thread_ts: ts });
    await client.chat.postMessage({ channel, text: 'both', thread_ts: ts, reply_broadcast: true });
    expect(slack.messages(channel).map(({ text }) => text)).toEqual(['root', 'both']);
    expect(slack.thread(channel, ts).map(({ text }) => text)).toEqual(['below', 'both']);
    const history = await client.conversations.history({ channel });
    expect(history.messages?.map(({ text }) => text)).toEqual(['both', 'root']);
    const first = await client.conversations.replies({ channel, ts, limit: 2 });
    expect(first.messages?.map(({ text }) => text)).toEqual(['root', 'below']);
    const cursor = first.response_metadata?.next_cursor ?? '';
    const rest = await client.conversations.replies({ channel, ts, limit: 2, cursor });
    expect(rest.messages?.map(({ text }) => text)).toEqual(['both']);
    expect(await errorOf(client.conversations.replies({ channel, ts: '1.1' }))).toBe('thread_not_found');
  });

  it('opens a form for three seconds after somebody did something, once', async () => {
    const view = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'A form' }, blocks: [] };
    const { people } = slack;
    people.triggers.set('t1', { user: 'U1', atMs: Date.now() });
    people.triggers.set('t2', { user: 'U1', atMs: Date.now() - 3_100 });
    await client.views.open({ trigger_id: 't1', view });
    expect(people.modals.get('U1')).toMatchObject({ title: { text: 'A form' } });
    expect(await errorOf(client.views.open({ trigger_id: 't1', view }))).toBe('invalid_trigger_id');
    expect(await errorOf(client.views.open({ trigger_id: 't2', view }))).toBe('expired_trigger_id');
  });

  it('shows an answer to one alone, five times', async () => {
    const { people, apiUrl } = slack;
    people.responses.set('/actions/1', { user: 'U1', channel, left: 5 });
    const answer = (body: object) =>
      fetch(new URL('/actions/1', apiUrl), { method: 'POST', body: JSON.stringify(body) });
    const alone = { response_type: 'ephemeral', text: 'x', replace_original: false };
    expect((await answer({ ...alone, response_type: 'in_channel' })).status).toBe(400);
    for (const _each of [1, 2, 3, 4]) expect((await answer(alone)).status).toBe(200);
    expect((await answer(alone)).status).toBe(404);
    expect(people.ephemerals).toHaveLength(4);
  });

  it('opens a connection only for the token of the app', async () => {
    expect(await errorOf(client.apps.connections.open({}))).toBe('invalid_auth');
    const { url = '' } = await clientWith(slack.appToken).apps.connections.open({});
    const socket = new WebSocket(url);
    const { data } = await new Promise<MessageEvent>((resolve) => {
      socket.onmessage = resolve;
    });
    expect(JSON.parse(String(data))).toMatchObject({ type: 'hello' });
    expect(slack.sockets.connections()).toBe(1);
    socket.close();
    await expect.poll(() => slack.sockets.connections()).toBe(0);
  });

  it('posts a reply into the channel where what it replies to is gone, unless its thread lives on', async () => {
    const { ts: alone = '' } = await client.chat.postMessage({ channel, text: 'alone' });
    const { ts: threaded = '' } = await client.chat.postMessage({ channel, text: 'threaded' });
    await client.chat.postMessage({ channel, text: 'first', thread_ts: threaded });
    for (const ts of [alone, threaded]) slack.deleteMessage(channel, ts);
    const answer = await client.chat.postMessage({ channel, text: 'lost', thread_ts: alone });
    expect(answer.message).not.toHaveProperty('thread_ts');
    await client.chat.postMessage({ channel, text: 'second', thread_ts: threaded });
    expect(slack.messages(channel).map(({ text }) => text)).toEqual(['lost']);
    expect(slack.thread(channel, threaded).map(({ text }) => text)).toEqual(['first', 'second']);
    expect(await errorOf(client.chat.update({ channel, ts: alone, text: 'x' }))).toBe('message_not_found');
  });

  it('keeps what an edit leaves out, but for blocks where it brings a text', async () => {
    const block = { type: 'section', text: { type: 'mrkdwn', text: 'x' } };
    const attachments = [{ color: '#868686', blocks: [block] }];
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'x', blocks: [block], attachments });
    await client.chat.update({ channel, ts, text: 'y' });
    expect(slack.messages(channel)).toMatchObject([{ text: 'y', blocks: [], attachments, edits: 1 }]);
  });

  it('refuses tokens, methods and forms as it is told', async () => {
    slack.setToken('xoxb-fake', 'token_revoked');
    expect(await errorOf(client.auth.test())).toBe('token_revoked');
    slack.setToken('xoxb-new', undefined);
    expect((await clientWith('xoxb-new').auth.test()).url).toBe('https://fake.slack.com/');
    slack.setToken('xoxb-fake', undefined);
    slack.setMethod('conversations.history', 'missing_scope');
    expect(await errorOf(client.conversations.history({ channel }))).toBe('missing_scope');
    slack.setForm('invalid_blocks');
    const blocks = [{ type: 'divider' }];
    expect(await errorOf(client.chat.postMessage({ channel, text: 'x', blocks }))).toBe('invalid_blocks');
    expect(await errorOf(client.chat.postMessage({ channel, text: 'x' }))).toBeUndefined();
  });

  it('fails one method alone', async () => {
    slack.failMethod('chat.postMessage', '500');
    expect(await errorOf(client.chat.postMessage({ channel, text: 'x' }))).toBe(500);
    expect(await errorOf(client.auth.test())).toBeUndefined();
    slack.failMethod('chat.postMessage', undefined);
    expect(await errorOf(client.chat.postMessage({ channel, text: 'x' }))).toBeUndefined();
  });

  it('fails calls about one channel alone', async () => {
    slack.setChannel('C2', undefined);
    slack.failChannel('C2', '500');
    expect(await errorOf(client.chat.postMessage({ channel: 'C2', text: 'x' }))).toBe(500);
    expect(await errorOf(client.chat.postMessage({ channel, text: 'x' }))).toBeUndefined();
    slack.failChannel('C2', undefined);
    expect(await errorOf(client.chat.postMessage({ channel: 'C2', text: 'x' }))).toBeUndefined();
    expect(slack.messages('C2')).toHaveLength(1);
  });

  it.each([
    ['hang', 'no answer', 0],
    ['reset', 'no answer', 0],
    ['500', 500, 0],
    ['hang-after-keeping', 'no answer', 1],
    ['reset-after-keeping', 'no answer', 1],
    ['500-after-keeping', 500, 1],
  ] as const)('fails one call as told: %s', async (fault, error, kept) => {
    slack.failNext(fault);
    expect(await errorOf(client.chat.postMessage({ channel, text: 'x' }))).toBe(error);
    expect(slack.messages(channel)).toHaveLength(kept);
    expect(await errorOf(client.chat.postMessage({ channel, text: 'y' }))).toBeUndefined();
  });

  it('fails every call until told otherwise', async () => {
    slack.failAll('500');
    expect(await errorOf(client.auth.test())).toBe(500);
    expect(await errorOf(client.auth.test())).toBe(500);
    slack.failAll(undefined);
    expect(await errorOf(client.auth.test())).toBeUndefined();
    expect(slack.hits()).toBe(3);
  });
});
