import nock from 'nock';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import type { Destination } from '../../../src/destinations/destination.ts';
import { slackChannel } from '../../../src/destinations/slack/channel.ts';
import { madeOrder } from '../made-order.ts';
import { madeManner } from './made-manner.ts';

const never = new AbortController().signal;
let destination: Destination;

beforeEach(() => {
  nock.disableNetConnect();
  destination = slackChannel({
    name: 'deliverability',
    channel: 'C0123456789',
    token: 'xoxb-made-for-a-test',
    apiUrl: 'https://slack.com/api/',
    timeoutMs: 2_000,
    pace: 'none',
    ...madeManner,
  });
});
afterEach(async () => {
  await destination.close();
  nock.cleanAll();
});
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

/** The form fields of the one call to a method, and the authorization it came with. */
function capture(method: string): Promise<Record<string, string>> {
  return new Promise((resolve) => {
    nock('https://slack.com')
      .post(`/api/${method}`)
      .reply(200, async (request: Request) => {
        const fields = new URLSearchParams(await request.text());
        resolve({ ...Object.fromEntries(fields), authorization: request.headers.get('authorization') ?? '' });
        return { ok: true, channel: 'C0123456789', ts: '1754049570.000100' };
      });
  });
}

it('posts without parsing, name linking and unfurling, with the token in the header alone', async () => {
  const sent = capture('chat.postMessage');
  expect(await destination.tell(madeOrder(), never)).toEqual({ kind: 'told', ref: 'C0123456789:1754049570.000100' });
  const { text, blocks, attachments, metadata, ...rest } = await sent;
  expect(rest).toEqual({
    authorization: 'Bearer xoxb-made-for-a-test',
    channel: 'C0123456789',
    parse: 'none',
    link_names: 'false',
    unfurl_links: 'false',
    unfurl_media: 'false',
  });
  expect(text).toBe('Warning: acme.example inbox rate 62 %');
  expect(attachments).toContain('&lt;weekly&gt;');
  expect(metadata).toContain('tocsin_notification');
});

it('edits without parsing and name linking', async () => {
  const sent = capture('chat.update');
  await destination.tell(madeOrder({ act: 'update', ref: 'C0123456789:1754049570.000100' }), never);
  const { text, blocks, attachments, metadata, authorization, ...rest } = await sent;
  expect(rest).toEqual({ channel: 'C0123456789', ts: '1754049570.000100', parse: 'none', link_names: 'false' });
});

it('replies below the message, with an id of its own', async () => {
  const sent = capture('chat.postMessage');
  const change = { revision: 2, at: 0, what: 'acknowledged', by: 'on-call' } as const;
  const ref = 'C0123456789:1754049570.000100';
  await destination.tell(madeOrder({ act: 'reply', ref, change, notificationId: 'a-reply' }), never);
  const { metadata, authorization, ...rest } = await sent;
  expect(rest).toEqual({
    channel: 'C0123456789',
    thread_ts: '1754049570.000100',
    reply_broadcast: 'false',
    text: 'Acknowledged by on-call',
    parse: 'none',
    link_names: 'false',
    unfurl_links: 'false',
    unfurl_media: 'false',
  });
  expect(metadata).toContain('a-reply');
});

it('leaves open what an "ok" that names no message did', async () => {
  nock('https://slack.com').post('/api/chat.postMessage').reply(200, { ok: true });
  expect((await destination.tell(madeOrder(), never)).kind).toBe('ambiguous');
});
