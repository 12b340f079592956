import type { WebClient } from '@slack/web-api';
import type { Found } from '../destination.ts';
import { isMarkedWith } from './marker.ts';
import { readRef, refOf } from './message-ref.ts';

/** A page stays far below what is read of an answer; busier channels than so many pages are not searched further. */
const pageSize = 100;
const mostPages = 10;
/** Slack's clock and ours need not agree. */
const marginS = 120;

/**
 * The messages that carry our id: of the channel (https://docs.slack.dev/reference/methods/conversations.history),
 * or of a thread (https://docs.slack.dev/reference/methods/conversations.replies). Needs the history scope, and the bot
 * as a member of the channel.
 */
export async function look(
  client: WebClient,
  channel: string,
  sought: { notificationId: string; since: number; below?: string },
): Promise<Found> {
  const oldest = String(Math.floor(sought.since / 1_000) - marginS);
  const root = readRef(sought.below);
  const refs: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const asked = { channel: root?.channel ?? channel, oldest, limit: pageSize, include_all_metadata: true };
    const paged = cursor === undefined ? asked : { ...asked, cursor };
    const answer = root
      ? await client.conversations.replies({ ...paged, ts: root.ts })
      : await client.conversations.history(paged);
    const messages: { ts?: string; metadata?: { event_type?: string; event_payload?: object } }[] =
      answer.messages ?? [];
    for (const { ts, metadata } of messages) {
      const isOurs = ts !== undefined && isMarkedWith(metadata, sought.notificationId);
      if (isOurs) refs.push(refOf({ channel: asked.channel, ts }));
    }
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  const [newest, ...others] = refs;
  if (newest !== undefined) return { kind: 'found', refs: [newest, ...others] };
  if (cursor === undefined) return { kind: 'absent' };
  return { kind: 'refused', reason: `the channel has had more than ${pageSize * mostPages} messages since` };
}
