import type { WebClient } from '@slack/web-api';
import type { Ways } from '../../domain/telling/notification.ts';
import type { Destination, Order, Result } from '../destination.ts';
import { fingerprint } from '../fingerprint.ts';
import type { SlackRendering } from './blocks.ts';
import { slackFailure, slackLookFailure } from './errors.ts';
import { examineChannel } from './examine.ts';
import { look } from './look.ts';
import { markerOf } from './marker.ts';
import { readRef, refOf } from './message-ref.ts';
import { renderOrder } from './render-order.ts';
import { slackCaller } from './slack-caller.ts';
import { slackWorkspace } from './workspace.ts';

/**
 * A Slack channel, told by a bot: what was posted is edited in place, and what matters is also said in its thread.
 * `broadcastResolve`: the end, which nobody sees who has scrolled past the message, is shown in the channel as well.
 */
export function slackChannel(settings: {
  name: string;
  channel: string;
  token: string;
  apiUrl: string;
  timeoutMs: number;
  pace: Destination['pace'];
  threads: 'changes' | 'none';
  broadcastResolve: boolean;
  editEveryMs: number;
  fallbackAfterMs: number;
  /** Somebody hears what is pressed. */
  buttons: boolean;
}): Destination {
  const { name, channel, token, apiUrl, timeoutMs, pace, broadcastResolve, buttons } = settings;
  const slack = slackCaller({ token, apiUrl, timeoutMs });
  const workspace = slackWorkspace(slack);
  return {
    name,
    type: 'slack',
    address: `slack:${channel}`,
    credential: fingerprint(token),
    ways: waysOf(settings),
    timeoutMs,
    pace,
    tell(order, signal) {
      const links = order.before || order.former !== undefined;
      const rendered = renderOrder(order, { buttons, ...(links ? { workspace: workspace.url() } : {}) });
      return slack.call(signal, (client) => send(client, order, { channel, broadcastResolve, rendered }), slackFailure);
    },
    find: (sought, signal) => slack.call(signal, (client) => look(client, channel, sought), slackLookFailure),
    examine: (signal) => examineChannel(slack, channel, signal),
    budget: (order) => (isEdit(order) ? 'chat.update' : 'chat.postMessage'),
    async close() {
      workspace.close();
      await slack.close();
    },
  };
}

function waysOf(settings: { threads: 'changes' | 'none'; editEveryMs: number; fallbackAfterMs: number }): Ways {
  const { threads, editEveryMs, fallbackAfterMs } = settings;
  return {
    edits: true,
    folds: false,
    finds: true,
    threads: threads === 'changes',
    // That somebody has it is seen in the message itself.
    acknowledges: false,
    editEveryMs,
    fallbackAfterMs,
  };
}

/** What stands there is edited, if anything is known to stand there; a reply is a message of its own. */
function isEdit({ act, ref }: Pick<Order, 'act' | 'ref'>): boolean {
  return act !== 'reply' && readRef(ref) !== undefined;
}

type Sending = { channel: string; broadcastResolve: boolean; rendered: SlackRendering };

async function send(
  client: WebClient,
  order: Order,
  { channel, broadcastResolve, rendered }: Sending,
): Promise<Result> {
  const content = {
    ...rendered,
    // An update that leaves these out is parsed as if people had typed it: https://docs.slack.dev/reference/methods/chat.update
    parse: 'none' as const,
    link_names: false,
    metadata: markerOf(order.notificationId),
  };
  const posted = { channel, ...content, unfurl_links: false, unfurl_media: false };
  const standing = readRef(order.ref);
  const answer = !standing
    ? await client.chat.postMessage(posted)
    : isEdit(order)
      ? // What an update leaves out stays as it was.
        await client.chat.update({ ...standing, blocks: [], attachments: [], ...content })
      : await client.chat.postMessage({
          ...posted,
          channel: standing.channel,
          thread_ts: standing.ts,
          reply_broadcast: broadcastResolve && order.change?.what === 'ended',
        });
  if (answer.ts === undefined) return { kind: 'ambiguous', reason: 'Slack answered "ok" and named no message' };
  return { kind: 'told', ref: refOf({ channel: answer.channel ?? channel, ts: answer.ts }) };
}
