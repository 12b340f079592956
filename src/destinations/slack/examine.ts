import type { Finding } from '../destination.ts';
import { slackFailure, slackLookFailure } from './errors.ts';
import type { SlackCaller } from './slack-caller.ts';

/** By which our messages are looked for: https://docs.slack.dev/reference/methods/conversations.history */
const historyScopes = ['channels:history', 'groups:history'];

/**
 * Whose bot the token is, whether it may post, and whether the channel is one it sees: by auth.test, and by a look at the
 * channel's last message where the token may look.
 */
export async function examineChannel(slack: SlackCaller, channel: string, signal: AbortSignal): Promise<Finding[]> {
  const who = await slack.call(signal, (client) => client.auth.test(), slackFailure);
  if ('kind' in who) return [{ is: who.kind === 'refused' ? 'fault' : 'warning', words: who.reason }];
  const bot: Finding = { is: 'ok', words: `the bot ${nameOf(who.user)} of ${nameOf(who.team)}` };
  const scopes = who.response_metadata?.scopes;
  if (scopes && !scopes.includes('chat:write')) {
    return [bot, { is: 'fault', words: 'the token lacks the scope chat:write: add it and install the app again' }];
  }
  return [bot, await examineMembership(slack, { channel, scopes }, signal)];
}

type Examined = { channel: string; scopes: string[] | undefined };

async function examineMembership(
  slack: SlackCaller,
  { channel, scopes }: Examined,
  signal: AbortSignal,
): Promise<Finding> {
  if (scopes && !historyScopes.some((scope) => scopes.includes(scope))) {
    const words = `without ${historyScopes.join(' or ')} what may have been posted cannot be looked for, and is posted again`;
    return { is: 'warning', words };
  }
  const look = await slack.call(
    signal,
    async (client) => void (await client.conversations.history({ channel, limit: 1 })),
    (error) => {
      const failure = slackLookFailure(error);
      return failure.kind === 'found' || failure.kind === 'absent' ? undefined : failure;
    },
  );
  if (!look) return { is: 'ok', words: `the channel ${channel} is there, and the bot is in it` };
  return { is: look.kind === 'refused' ? 'fault' : 'warning', words: `the channel ${channel}: ${look.reason}` };
}

/** Names come from outside, and end on a terminal. */
function nameOf(name: string | undefined): string {
  return (name ?? 'somebody').replace(/[^\p{L}\p{N} ._-]/gu, '').slice(0, 64) || 'somebody';
}
