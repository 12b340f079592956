import { Agent, request } from 'undici';

/** As much of an answer as both Slack destinations read; the client takes it for one of `fetch`. */
export type SlackAnswer = {
  ok: boolean;
  status: number;
  statusText: string;
  url: string;
  readonly headers: Headers;
  text(): Promise<string>;
  json(): Promise<unknown>;
  arrayBuffer(): Promise<ArrayBuffer>;
};

export type SlackPost = (
  url: string,
  sent: { headers: Record<string, string>; body: string; signal: AbortSignal },
) => Promise<SlackAnswer>;

/** What Slack answers is far smaller; what a proxy might answer need not be. */
const mostAnswerBytes = 1024 * 1024;

/**
 * On a connection that Slack has just closed a request is lost in a way that looks like a lost answer. Nobody closes
 * one so soon after an answer, and calls that wait for their turn follow sooner.
 */
const keptMs = 200;

/**
 * One POST, never repeated (`fetch` repeats one that is answered 421) or redirected. The time to connect is shorter
 * than the call's, so that a call which never got through is known as one.
 */
export function slackPost(timeoutMs: number): { post: SlackPost; close: () => Promise<void> } {
  const dispatcher = new Agent({
    pipelining: 1,
    keepAliveTimeout: keptMs,
    keepAliveMaxTimeout: keptMs,
    connect: { timeout: Math.ceil(timeoutMs / 2) },
    maxResponseSize: mostAnswerBytes,
  });

  async function post(...[url, sent]: Parameters<SlackPost>): Promise<SlackAnswer> {
    const { statusCode, headers, body } = await request(url, { ...sent, method: 'POST', dispatcher });
    return {
      ok: statusCode >= 200 && statusCode < 300,
      status: statusCode,
      statusText: '',
      url,
      // Made when it is asked for: the happy answer never is.
      get headers() {
        return headersOf(headers);
      },
      text: () => body.text(),
      json: () => body.json(),
      arrayBuffer: () => body.arrayBuffer(),
    };
  }

  return { post, close: () => dispatcher.destroy() };
}

function headersOf(headers: Record<string, string | string[] | undefined>): Headers {
  const pairs = Object.entries(headers).flatMap(([name, values = []]) => {
    return [values].flat().map((value): [string, string] => [name, value]);
  });
  return new Headers(pairs);
}
