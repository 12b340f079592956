import { LogLevel, WebClient } from '@slack/web-api';
import { withinLimit } from '../call-limit.ts';
import type { Destination, Found, Order, Result } from '../destination.ts';
import { renderForSlack } from './blocks.ts';
import { slackFailure } from './errors.ts';
import { type SlackPost, slackPost } from './slack-post.ts';

/** A Slack channel, told by a bot: what was posted is edited in place. */
export function slackChannel(settings: {
  name: string;
  channel: string;
  token: string;
  apiUrl: string;
  timeoutMs: number;
  pace: Destination['pace'];
}): Destination {
  const { name, channel, token, apiUrl, timeoutMs, pace } = settings;
  const http = slackPost(timeoutMs);

  async function called<T>(signal: AbortSignal, call: (client: WebClient) => Promise<T>) {
    try {
      return await withinLimit({ timeoutMs, signal }, (calling) => {
        return call(slackClient({ token, apiUrl, post: http.post, signal: calling.signal }));
      });
    } catch (error) {
      return slackFailure(error);
    }
  }

  return {
    name,
    type: 'slack',
    address: `slack:${channel}`,
    ways: { edits: true, folds: false, finds: true, fallbackAfterMs: 600_000 },
    timeoutMs,
    pace,
    tell: (order, signal) => called<Result>(signal, (client) => send(client, channel, order)),
    find: (sought, signal) => called<Found>(signal, (client) => look(client, channel, sought)),
    close: http.close,
  };
}

/** Marks our messages, and nothing else: whoever is in the workspace can read it. */
const eventType = 'tocsin_notification';

/** Edits what stands there, if anything is known to stand there; otherwise posts. */
async function send(client: WebClient, channel: string, order: Order): Promise<Result> {
  const content = {
    ...renderForSlack(order.message),
    // An update that leaves these out is parsed as if people had typed it: https://docs.slack.dev/reference/methods/chat.update
    parse: 'none' as const,
    link_names: false,
    metadata: { event_type: eventType, event_payload: { notification_id: order.notificationId } },
  };
  const posted = /^(\w+):([\d.]+)$/.exec(order.ref ?? '');
  const answer = posted
    ? await client.chat.update({ channel: posted[1] ?? channel, ts: posted[2] ?? '', ...content })
    : await client.chat.postMessage({ channel, ...content, unfurl_links: false, unfurl_media: false });
  if (answer.ts === undefined) return { kind: 'ambiguous', reason: 'Slack answered "ok" and named no message' };
  return { kind: 'told', ref: `${answer.channel ?? channel}:${answer.ts}` };
}

/** A page stays far below what is read of an answer; busier channels than so many pages are not searched further. */
const pageSize = 100;
const mostPages = 10;
/** Slack's clock and ours need not agree. */
const marginS = 120;

/**
 * The newest message that carries our id (https://docs.slack.dev/reference/methods/conversations.history). Needs the
 * history scope, and the bot as a member of the channel.
 */
async function look(
  client: WebClient,
  channel: string,
  sought: { notificationId: string; since: number },
): Promise<Found> {
  const oldest = String(Math.floor(sought.since / 1_000) - marginS);
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const asked = { channel, oldest, limit: pageSize, include_all_metadata: true };
    const answer = await client.conversations.history(cursor === undefined ? asked : { ...asked, cursor });
    const ours = answer.messages?.find((message) => isOurs(message.metadata, sought.notificationId));
    if (ours?.ts !== undefined) return { kind: 'found', ref: `${channel}:${ours.ts}` };
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) return { kind: 'absent' };
  }
  return { kind: 'refused', reason: `the channel has had more than ${pageSize * mostPages} messages since` };
}

function isOurs(metadata: { event_type?: string; event_payload?: object } | undefined, id: string): boolean {
  const payload = metadata?.event_payload as Record<string, unknown> | undefined;
  return metadata?.event_type === eventType && payload?.notification_id === id;
}

/**
 * The client without its own retries, queue pauses, logging and trust in absolute addresses. One for each call, since
 * its only way to be told to stop is its `fetch`.
 */
function slackClient(settings: { token: string; apiUrl: string; post: SlackPost; signal: AbortSignal }): WebClient {
  const { token, apiUrl, post, signal } = settings;
  return new WebClient(token, {
    slackApiUrl: apiUrl,
    allowAbsoluteUrls: false,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: quiet,
    fetch: (url, init) => post(String(url), { headers: init?.headers ?? {}, body: String(init?.body ?? ''), signal }),
  });
}

/** Its log lines quote messages and answers; what matters of them is in the result. */
const quiet = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};
