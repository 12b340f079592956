import { slackFault } from './fake-slack-limits.ts';
import type { FakeSlackPeople } from './fake-slack-people.ts';
import { performPeopleMethod } from './fake-slack-people.ts';

/** A message as it stands in a channel or, with `thread_ts`, in a thread. */
export type FakeSlackMessage = {
  ts: string;
  text: string;
  blocks: unknown[];
  attachments: { color?: string; blocks?: unknown[] }[];
  metadata: { event_type: string; event_payload: Record<string, unknown> } | undefined;
  edits: number;
  thread_ts?: string;
  /** A reply that is shown in the channel as well. */
  subtype?: 'thread_broadcast';
};

export type FakeSlackArgs = Record<string, unknown>;
export type FakeSlackAnswer = Record<string, unknown> & { ok: boolean };

export type FakeSlackChannel = { error: string | undefined; messages: FakeSlackMessage[] };

export type FakeSlackWorkspace = {
  /** By token, why it is no good any more. */
  tokens: Map<string, string | undefined>;
  channels: Map<string, FakeSlackChannel>;
  /** By method, what it answers instead. */
  errors: Map<string, string>;
  /** What it answers to blocks and attachments. */
  formError: string | undefined;
  mintTs: () => string;
  people: FakeSlackPeople;
  /** What opens a connection, and where it is opened. */
  sockets: { appToken: string; newUrl: () => string } | undefined;
};

/** What one method of the Web API answers, and what then stands there. */
export function performSlackMethod(
  workspace: FakeSlackWorkspace,
  method: string,
  { authorization, args }: { authorization: string | undefined; args: FakeSlackArgs },
): FakeSlackAnswer {
  if (authorization === undefined) return refusal('not_authed');
  const token = authorization.replace('Bearer ', '');
  if (method === 'apps.connections.open') return openConnection(workspace, token);
  const fault = workspace.tokens.has(token) ? workspace.tokens.get(token) : 'invalid_auth';
  const error = fault ?? workspace.errors.get(method);
  if (error !== undefined) return refusal(error);
  switch (method) {
    case 'auth.test':
      return { ok: true, url: 'https://fake.slack.com/', team_id: 'T0000', user_id: 'U0000', bot_id: 'B0000' };
    case 'chat.postMessage':
      return postToSlack(workspace, args);
    case 'chat.update':
      return update(workspace, args);
    case 'conversations.history':
      return history(workspace, args);
    case 'conversations.replies':
      return replies(workspace, args);
    default:
      return performPeopleMethod(workspace.people, method, args) ?? refusal('unknown_method');
  }
}

function openConnection({ sockets, errors }: FakeSlackWorkspace, token: string): FakeSlackAnswer {
  const error = errors.get('apps.connections.open');
  if (error !== undefined) return refusal(error);
  return token === sockets?.appToken ? { ok: true, url: sockets.newUrl() } : refusal('invalid_auth');
}

/** A reply to what is gone is posted to the channel, without a word (https://github.com/slack-go/slack/issues/1571). */
export function postToSlack(workspace: FakeSlackWorkspace, args: FakeSlackArgs): FakeSlackAnswer {
  const channel = workspace.channels.get(String(args.channel));
  if (!channel) return refusal('channel_not_found');
  const fault = channel.error ?? slackFault('post', args) ?? formFault(workspace, args);
  if (fault) return refusal(fault);
  const isReply = threadOf(channel, String(args.thread_ts)).length > 0;
  const message: FakeSlackMessage = {
    text: String(args.text ?? ''),
    blocks: list(args.blocks),
    attachments: list(args.attachments),
    metadata: args.metadata as FakeSlackMessage['metadata'],
    ts: workspace.mintTs(),
    edits: 0,
    ...(isReply ? { thread_ts: String(args.thread_ts) } : {}),
    ...(isReply && String(args.reply_broadcast) === 'true' ? { subtype: 'thread_broadcast' as const } : {}),
  };
  channel.messages.push(message);
  return { ok: true, channel: args.channel, ts: message.ts, message };
}

/** What is left out stays as it was; but for blocks, which go where a text is given. */
function update(workspace: FakeSlackWorkspace, args: FakeSlackArgs): FakeSlackAnswer {
  const channel = workspace.channels.get(String(args.channel));
  if (!channel) return refusal('channel_not_found');
  const message = channel.messages.find(({ ts }) => ts === args.ts);
  const missing = message ? undefined : 'message_not_found';
  const fault = channel.error ?? missing ?? slackFault('update', args) ?? formFault(workspace, args);
  if (!message || fault) return refusal(fault ?? 'message_not_found');
  if (args.text !== undefined) Object.assign(message, { text: args.text, blocks: [] });
  for (const part of ['blocks', 'attachments', 'metadata'] as const) {
    if (args[part] !== undefined) Object.assign(message, { [part]: args[part] });
  }
  message.edits += 1;
  return { ok: true, channel: args.channel, ts: message.ts, text: message.text, message };
}

function formFault({ formError }: FakeSlackWorkspace, { blocks, attachments }: FakeSlackArgs): string | undefined {
  return list(blocks).length + list(attachments).length > 0 ? formError : undefined;
}

/** What is seen in the channel, the newest first. */
function history(workspace: FakeSlackWorkspace, args: FakeSlackArgs): FakeSlackAnswer {
  const channel = workspace.channels.get(String(args.channel));
  if (!channel) return refusal('channel_not_found');
  if (channel.error) return refusal(channel.error);
  return page(seenInChannel(channel).toReversed().filter(isSince(args)), args);
}

/** A message with what is below it, the oldest first. */
function replies(workspace: FakeSlackWorkspace, args: FakeSlackArgs): FakeSlackAnswer {
  const channel = workspace.channels.get(String(args.channel));
  if (!channel) return refusal('channel_not_found');
  if (channel.error) return refusal(channel.error);
  const thread = threadOf(channel, String(args.ts));
  if (thread.length === 0) return refusal('thread_not_found');
  const isRoot = ({ ts }: FakeSlackMessage) => ts === args.ts;
  return page(
    thread.filter((message) => isRoot(message) || isSince(args)(message)),
    args,
  );
}

/** Metadata only where it is asked for. */
function page(messages: FakeSlackMessage[], args: FakeSlackArgs): FakeSlackAnswer {
  const withMetadata = String(args.include_all_metadata) === 'true';
  const shown = messages.map(({ metadata, ...message }) => (withMetadata ? { ...message, metadata } : message));
  const from = Number(args.cursor ?? 0);
  const until = from + Number(args.limit ?? 100);
  const more = until < shown.length;
  const next = more ? { response_metadata: { next_cursor: String(until) } } : {};
  return { ok: true, messages: shown.slice(from, until), has_more: more, ...next };
}

function isSince({ oldest }: FakeSlackArgs): (message: FakeSlackMessage) => boolean {
  return ({ ts }) => Number(ts) >= Number(oldest ?? 0);
}

export function seenInChannel({ messages }: FakeSlackChannel): FakeSlackMessage[] {
  return messages.filter(({ thread_ts, subtype }) => thread_ts === undefined || subtype !== undefined);
}

/** The root, unless it is gone, and its replies: a thread outlives its root. */
export function threadOf({ messages }: FakeSlackChannel, rootTs: string): FakeSlackMessage[] {
  return messages.filter(({ ts, thread_ts }) => thread_ts === rootTs || (thread_ts === undefined && ts === rootTs));
}

function list(value: unknown): [] {
  return (Array.isArray(value) ? value : []) as [];
}

function refusal(error: string): FakeSlackAnswer {
  return { ok: false, error };
}
