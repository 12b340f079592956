import type { IncomingMessage } from 'node:http';
import { slackFault } from './fake-slack-limits.ts';
import { answerUnder, type FakeAnswer, type Faults, makeFaults } from './faults.ts';
import { startScriptedServer } from './scripted-server.ts';

/** A message as it stands in a channel. */
export type FakeSlackMessage = {
  ts: string;
  text: string;
  attachments: { color?: string; blocks?: unknown[] }[];
  metadata: { event_type: string; event_payload: Record<string, unknown> } | undefined;
  edits: number;
};

export type FakeSlackCall = { method: string; args: Record<string, unknown>; answer: Record<string, unknown> };

/** A Slack that keeps messages, checks what it is sent as Slack does, and fails as told. */
export type FakeSlack = Faults & {
  /** For `SLACK_API_URL`. */
  apiUrl: string;
  /** An incoming webhook into the first channel. */
  webhookUrl: string;
  token: string;
  /** What stands in a channel, the oldest first. */
  messages(channel: string): FakeSlackMessage[];
  /** Everything that was carried out or refused, in order. */
  calls: FakeSlackCall[];
  /** Calls that reached it, whatever became of them. */
  hits(): number;
  /** What the channel answers from now on: `not_in_channel`, `is_archived`; `undefined`: all is well. */
  setChannel(channel: string, error: string | undefined): void;
  close: () => Promise<void>;
};

type Args = Record<string, unknown>;
type Answer = Record<string, unknown> & { ok: boolean };
type Workspace = {
  token: string;
  channels: Map<string, { error: string | undefined; messages: FakeSlackMessage[] }>;
  mintTs: () => string;
};

const webhookPath = '/services/T0000/B0000/fake';

export async function startFakeSlack(settings: { token: string; channels: string[] }): Promise<FakeSlack> {
  const { token, channels } = settings;
  const workspace: Workspace = {
    token,
    channels: new Map(channels.map((id) => [id, { error: undefined, messages: [] }])),
    mintTs: timestamps(),
  };
  const faults = makeFaults();
  const calls: FakeSlackCall[] = [];
  const server = await startScriptedServer();
  server.script = (response, request, body) => {
    answerUnder(faults.next(), { request, response }, () => {
      const isWebhook = request.url === webhookPath;
      const method = isWebhook ? 'webhook' : (request.url ?? '').replace('/api/', '');
      const args = isWebhook ? { ...JSON.parse(body), channel: channels[0] } : argsOf(request, body);
      const answer = isWebhook ? post(workspace, args) : perform(workspace, method, request, args);
      calls.push({ method, args, answer });
      return isWebhook ? webhookAnswer(answer) : { status: 200, body: JSON.stringify(answer) };
    });
  };
  return {
    ...faults,
    apiUrl: `http://127.0.0.1:${server.port}/api/`,
    webhookUrl: `http://127.0.0.1:${server.port}${webhookPath}`,
    token,
    messages: (channel) => workspace.channels.get(channel)?.messages ?? [],
    calls,
    hits: () => server.requests.length,
    setChannel: (id, error) => {
      workspace.channels.set(id, { messages: [], ...workspace.channels.get(id), error });
    },
    close: server.close,
  };
}

/** Seconds and a counter, as Slack's: unique in a workspace, ever larger. */
function timestamps(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `${Math.floor(Date.now() / 1000)}.${String(count).padStart(6, '0')}`;
  };
}

function argsOf(request: IncomingMessage, body: string): Args {
  if (request.headers['content-type']?.startsWith('application/json')) return JSON.parse(body);
  const structured = new Set(['blocks', 'attachments', 'metadata']);
  return Object.fromEntries(
    [...new URLSearchParams(body)].map(([name, value]) => [name, structured.has(name) ? JSON.parse(value) : value]),
  );
}

function perform(workspace: Workspace, method: string, request: IncomingMessage, args: Args): Answer {
  const { authorization } = request.headers;
  if (authorization === undefined) return refusal('not_authed');
  if (authorization !== `Bearer ${workspace.token}`) return refusal('invalid_auth');
  switch (method) {
    case 'auth.test':
      return { ok: true, team_id: 'T0000', user_id: 'U0000', bot_id: 'B0000' };
    case 'chat.postMessage':
      return post(workspace, args);
    case 'chat.update':
      return update(workspace, args);
    case 'conversations.history':
      return history(workspace, args);
    default:
      return refusal('unknown_method');
  }
}

function post(workspace: Workspace, args: Args): Answer {
  const channel = workspace.channels.get(String(args.channel));
  if (!channel) return refusal('channel_not_found');
  const fault = channel.error ?? slackFault('post', args);
  if (fault) return refusal(fault);
  const message = { ...contentOf(args), ts: workspace.mintTs(), edits: 0 };
  channel.messages.push(message);
  return { ok: true, channel: args.channel, ts: message.ts };
}

/** What is left out of `metadata` stays as it was. */
function update(workspace: Workspace, args: Args): Answer {
  const channel = workspace.channels.get(String(args.channel));
  if (!channel) return refusal('channel_not_found');
  const message = channel.messages.find(({ ts }) => ts === args.ts);
  const fault = channel.error ?? (message ? slackFault('update', args) : 'message_not_found');
  if (!message || fault) return refusal(fault ?? 'message_not_found');
  const content = contentOf(args);
  Object.assign(message, content, { metadata: content.metadata ?? message.metadata, edits: message.edits + 1 });
  return { ok: true, channel: args.channel, ts: message.ts, text: message.text };
}

/** The newest first; metadata only where it is asked for. */
function history(workspace: Workspace, args: Args): Answer {
  const channel = workspace.channels.get(String(args.channel));
  if (!channel) return refusal('channel_not_found');
  if (channel.error) return refusal(channel.error);
  const newest = channel.messages.toReversed().filter(({ ts }) => Number(ts) >= Number(args.oldest ?? 0));
  const withMetadata = String(args.include_all_metadata) === 'true';
  const shown = newest.map(({ metadata, ...message }) => (withMetadata ? { ...message, metadata } : message));
  const from = Number(args.cursor ?? 0);
  const until = from + Number(args.limit ?? 100);
  const more = until < shown.length;
  const next = more ? { response_metadata: { next_cursor: String(until) } } : {};
  return { ok: true, messages: shown.slice(from, until), has_more: more, ...next };
}

function contentOf(args: Args): Pick<FakeSlackMessage, 'text' | 'attachments' | 'metadata'> {
  return {
    text: String(args.text ?? ''),
    attachments: Array.isArray(args.attachments) ? args.attachments : [],
    metadata: args.metadata as FakeSlackMessage['metadata'],
  };
}

function refusal(error: string): Answer {
  return { ok: false, error };
}

function webhookAnswer({ ok, error }: Answer): FakeAnswer {
  if (ok) return { status: 200, body: 'ok' };
  const statuses: Record<string, number> = { is_archived: 410, channel_not_found: 404 };
  return { status: statuses[String(error)] ?? 400, body: String(error) };
}
