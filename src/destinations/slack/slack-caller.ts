import { LogLevel, WebClient } from '@slack/web-api';
import { withinLimit } from '../call-limit.ts';
import type { Failure } from '../destination.ts';
import { type SlackPost, slackPost } from './slack-post.ts';

/** Calls Slack with one token, each call within its time. */
export type SlackCaller = {
  /** What the call comes to, or what `failed` makes of its error; `signal` and `close` end it. */
  call<T>(
    signal: AbortSignal,
    call: (client: WebClient) => Promise<T>,
    failed: (error: unknown) => T | Failure,
  ): Promise<T | Failure>;
  close(): Promise<void>;
};

export function slackCaller(settings: { token: string; apiUrl: string; timeoutMs: number }): SlackCaller {
  const { timeoutMs, ...rest } = settings;
  const http = slackPost(timeoutMs);
  return {
    async call(signal, call, failed) {
      try {
        return await withinLimit({ timeoutMs, signal }, (calling) => {
          return call(slackClient({ ...rest, post: http.post, signal: calling.signal }));
        });
      } catch (error) {
        return failed(error);
      }
    },
    close: http.close,
  };
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
