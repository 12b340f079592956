import type { IncomingMessage } from 'node:http';
import {
  type FakeSlackAnswer,
  type FakeSlackArgs,
  type FakeSlackMessage,
  type FakeSlackWorkspace,
  performSlackMethod,
  postToSlack,
  seenInChannel,
  threadOf,
} from './fake-slack-methods.ts';
import type { FakeSlackPeople } from './fake-slack-people.ts';
import { noPeople, respondTo } from './fake-slack-people.ts';
import type { FakeSocketMode } from './fake-socket-mode.ts';
import { startFakeSocketMode } from './fake-socket-mode.ts';
import { answerUnder, type FakeAnswer, type Fault, type Faults, makeFaults } from './faults.ts';
import { startScriptedServer } from './scripted-server.ts';

export type FakeSlackCall = { method: string; args: FakeSlackArgs; answer: FakeSlackAnswer };

/** A Slack that keeps messages, checks what it is sent as Slack does, and fails as told. */
export type FakeSlack = Faults & {
  /** For `SLACK_API_URL`. */
  apiUrl: string;
  /** An incoming webhook into the first channel. */
  webhookUrl: string;
  token: string;
  /** What a person sees in a channel, the oldest first: no replies, but for those that are shown there as well. */
  messages(channel: string): FakeSlackMessage[];
  /** What a person sees on opening a message's thread: the replies, the oldest first. */
  thread(channel: string, rootTs: string): FakeSlackMessage[];
  /** Everything that was carried out or refused, in order. */
  calls: FakeSlackCall[];
  /** Calls that reached it, whatever became of them. */
  hits(): number;
  /** Every call of one method from now on (`{ retryAfter }`: its limit is exceeded); `undefined`: none. */
  failMethod(method: string, fault: Fault | undefined): void;
  /** Every call about one channel from now on; `undefined`: none. */
  failChannel(channel: string, fault: Fault | undefined): void;
  /** What a method answers from now on: `missing_scope`, `ratelimited`; `undefined`: all is well. */
  setMethod(method: string, error: string | undefined): void;
  /** What the channel answers from now on: `not_in_channel`, `is_archived`; `undefined`: all is well. */
  setChannel(channel: string, error: string | undefined): void;
  /** What comes of a token from now on: `token_revoked`; `undefined`: it is good, also one that was not known. */
  setToken(token: string, error: string | undefined): void;
  /** What blocks and attachments are answered with from now on: `invalid_blocks`; `undefined`: they are taken. */
  setForm(error: string | undefined): void;
  deleteMessage(channel: string, ts: string): void;
  /** Who is there, and what each of them sees alone. */
  people: FakeSlackPeople;
  /** The token of the app that may hold a connection, and its other end. */
  appToken: string;
  sockets: FakeSocketMode;
  close: () => Promise<void>;
};

/** Where answers to interactions go. */
export const responsePath = '/actions/';
const webhookPath = '/services/T0000/B0000/fake';

export async function startFakeSlack(settings: { token: string; channels: string[] }): Promise<FakeSlack> {
  const { token, channels } = settings;
  const sockets = await startFakeSocketMode();
  const appToken = `xapp-${token}`;
  const workspace: FakeSlackWorkspace = {
    tokens: new Map([[token, undefined]]),
    channels: new Map(channels.map((id) => [id, { error: undefined, messages: [] }])),
    errors: new Map(),
    formError: undefined,
    mintTs: timestamps(),
    people: noPeople(),
    sockets: { appToken, newUrl: sockets.newUrl },
  };
  const faults = makeFaults();
  const methodFaults = new Map<string, Fault>();
  const channelFaults = new Map<string, Fault>();
  const calls: FakeSlackCall[] = [];
  const server = await startScriptedServer();
  server.script = (response, request, body) => {
    const path = request.url ?? '';
    if (path.startsWith(responsePath)) {
      const fault = methodFaults.get('response') ?? faults.next();
      return answerUnder(fault, { request, response }, () => respondTo(workspace.people, path, body));
    }
    const isWebhook = request.url === webhookPath;
    const method = isWebhook ? 'webhook' : (request.url ?? '').replace('/api/', '');
    const args = isWebhook ? { ...JSON.parse(body), channel: channels[0] } : argsOf(request, body);
    const fault = methodFaults.get(method) ?? channelFaults.get(String(args.channel)) ?? faults.next();
    answerUnder(fault, { request, response }, () => {
      const { authorization } = request.headers;
      const answer = isWebhook
        ? postToSlack(workspace, args)
        : performSlackMethod(workspace, method, { authorization, args });
      calls.push({ method, args, answer });
      return isWebhook ? webhookAnswer(answer) : { status: 200, body: JSON.stringify(answer) };
    });
  };
  return {
    ...faults,
    apiUrl: `http://127.0.0.1:${server.port}/api/`,
    webhookUrl: `http://127.0.0.1:${server.port}${webhookPath}`,
    token,
    calls,
    hits: () => server.requests.length,
    failMethod: (method, fault) => put(methodFaults, method, fault),
    failChannel: (channel, fault) => put(channelFaults, channel, fault),
    ...dealingsWith(workspace),
    people: workspace.people,
    appToken,
    sockets,
    close: async () => {
      await Promise.all([server.close(), sockets.close()]);
    },
  };
}

function dealingsWith(workspace: FakeSlackWorkspace) {
  const channelOf = (id: string) => workspace.channels.get(id) ?? { error: undefined, messages: [] };
  return {
    messages: (id: string) => seenInChannel(channelOf(id)),
    thread: (id: string, rootTs: string) => threadOf(channelOf(id), rootTs).filter(({ ts }) => ts !== rootTs),
    setMethod: (method: string, error: string | undefined) => put(workspace.errors, method, error),
    setChannel: (id: string, error: string | undefined) => {
      workspace.channels.set(id, { ...channelOf(id), error });
    },
    setToken: (token: string, error: string | undefined) => {
      workspace.tokens.set(token, error);
    },
    setForm: (error: string | undefined) => {
      workspace.formError = error;
    },
    deleteMessage: (id: string, ts: string) => {
      const { messages } = channelOf(id);
      messages.splice(0, messages.length, ...messages.filter((message) => message.ts !== ts));
    },
  };
}

function put<T>(into: Map<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) into.delete(key);
  else into.set(key, value);
}

/** Seconds and a counter, as Slack's: unique in a workspace, ever larger. */
function timestamps(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `${Math.floor(Date.now() / 1000)}.${String(count).padStart(6, '0')}`;
  };
}

function argsOf(request: IncomingMessage, body: string): FakeSlackArgs {
  if (request.headers['content-type']?.startsWith('application/json')) return JSON.parse(body);
  const structured = new Set(['blocks', 'attachments', 'metadata', 'view']);
  return Object.fromEntries(
    [...new URLSearchParams(body)].map(([name, value]) => [name, structured.has(name) ? JSON.parse(value) : value]),
  );
}

function webhookAnswer({ ok, error }: FakeSlackAnswer): FakeAnswer {
  if (ok) return { status: 200, body: 'ok' };
  const statuses: Record<string, number> = { is_archived: 410, channel_not_found: 404 };
  return { status: statuses[String(error)] ?? 400, body: String(error) };
}
