import { withinLimit } from '../call-limit.ts';
import type { Destination, Order, Result } from '../destination.ts';
import { fingerprint } from '../fingerprint.ts';
import { slackCode, slackFailure, slackStatus } from './errors.ts';
import { renderOrder } from './render-order.ts';
import { type SlackAnswer, slackPost } from './slack-post.ts';

/**
 * A Slack channel behind a URL that is itself the secret: posts only, and names nothing it posted. So what opened, a rise
 * in severity and the end are each a message of their own, and whatever else changes is not worth one.
 */
export function slackIncomingWebhook(settings: {
  name: string;
  url: string;
  timeoutMs: number;
  pace: Destination['pace'];
  fallbackAfterMs: number;
}): Destination {
  const { name, url, timeoutMs, pace, fallbackAfterMs } = settings;
  const http = slackPost(timeoutMs);

  async function tell(order: Order, signal: AbortSignal): Promise<Result> {
    const rendered = renderOrder(order, { anew: order.act === 'update' });
    const body = JSON.stringify({ ...rendered, unfurl_links: false, unfurl_media: false });
    const headers = { 'Content-Type': 'application/json; charset=utf-8' };
    try {
      return await withinLimit({ timeoutMs, signal }, async (calling) => {
        const answer = await http.post(url, { headers, body, signal: calling.signal });
        if (isWorded(answer)) return judge(answer);
        // Left unread, the rest of the answer would keep its connection.
        calling.abort();
        return slackStatus(answer.status, answer.headers.get('retry-after'));
      });
    } catch (error) {
      return slackFailure(error);
    }
  }

  return {
    name,
    type: 'slack-webhook',
    address: `slack-webhook:${fingerprint(url)}`,
    credential: fingerprint(url),
    ways: {
      edits: false,
      folds: false,
      finds: false,
      threads: false,
      acknowledges: false,
      editEveryMs: 0,
      fallbackAfterMs,
    },
    timeoutMs,
    pace,
    tell,
    find: async () => ({ kind: 'absent' }),
    examine: async () => [{ is: 'ok', words: 'is set; only a message would show whether Slack takes it' }],
    budget: () => 'webhook',
    close: http.close,
  };
}

/** Answers are plain words: https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks */
function isWorded({ status }: SlackAnswer): boolean {
  return status === 200 || (status >= 400 && status < 500 && status !== 429);
}

async function judge(answer: SlackAnswer): Promise<Result> {
  const { status } = answer;
  const word = (await answer.text()).trim();
  if (status !== 200) return slackCode(word) ?? slackStatus(status, null);
  if (word === 'ok') return { kind: 'told', ref: 'posted' };
  return { kind: 'ambiguous', reason: 'what answered 200 was not Slack' };
}
