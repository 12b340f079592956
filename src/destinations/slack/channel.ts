import { LogLevel, WebClient } from '@slack/web-api';
import { withinLimit } from '../call-limit.ts';
import type { Destination, Order, Result } from '../destination.ts';
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

  async function tell(order: Order, signal: AbortSignal): Promise<Result> {
    try {
      return await withinLimit({ timeoutMs, signal }, (calling) => {
        const client = slackClient({ token, apiUrl, post: http.post, signal: calling.signal });
        return send(client, channel, order);
      });
    } catch (error) {
      return slackFailure(error);
    }
  }

  return {
    name,
    type: 'slack',
    address: `slack:${channel}`,
    ways: { edits: true, folds: false, fallbackAfterMs: 600_000 },
    timeoutMs,
    pace,
    tell,
    close: http.close,
  };
}

/** Edits what stands there, if anything is known to stand there; otherwise posts. */
async function send(client: WebClient, channel: string, order: Order): Promise<Result> {
  const content = {
    ...renderForSlack(order.message),
    // An update that leaves these out is parsed as if people had typed it: https://docs.slack.dev/reference/methods/chat.update
    parse: 'none' as const,
    link_names: false,
    metadata: { event_type: 'tocsin_notification', event_payload: { notification_id: order.notificationId } },
  };
  const posted = /^(\w+):([\d.]+)$/.exec(order.ref ?? '');
  const answer = posted
    ? await client.chat.update({ channel: posted[1] ?? channel, ts: posted[2] ?? '', ...content })
    : await client.chat.postMessage({ channel, ...content, unfurl_links: false, unfurl_media: false });
  if (answer.ts === undefined) return { kind: 'ambiguous', reason: 'Slack answered "ok" and named no message' };
  return { kind: 'told', ref: `${answer.channel ?? channel}:${answer.ts}` };
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
