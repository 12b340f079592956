import { setTimeout as delay } from 'node:timers/promises';
import type { AckFn, Receiver } from '@slack/bolt';
import { App } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import { slackPost } from '../destinations/slack/slack-post.ts';
import { boltLog, wordsOf } from './bolt-log.ts';
import type { Desk } from './desk.ts';
import { askSlack } from './desk.ts';
import { listenTo } from './listeners.ts';
import { openOperators } from './operators.ts';
import { readSubmission } from './payload.ts';
import type { SlackAppParts } from './slack-app.ts';
import { insteadOfUnreadable } from './snooze-form.ts';
import type { Connection } from './socket-mode.ts';
import { connectToSlack } from './socket-mode.ts';

/** One payload that is known to be from Slack: what it is answered, within three seconds whatever becomes of it. */
export type Hear = (payload: Record<string, unknown>) => Promise<unknown>;

export type BoltApp = {
  hear: Hear;
  connect(appToken: string): Connection;
  /** Resolves when nothing is under way any more, or after a few seconds. */
  drain(): Promise<void>;
};

/** Slack waits for three seconds: https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response */
const answerWithinMs = 2_700;
const callTimeoutMs = 5_000;
const drainWithinMs = 1_500;

/** Bolt with our listeners; what comes from Slack, over HTTP or a socket, is heard in one way. */
export function openBoltApp(parts: SlackAppParts): BoltApp {
  const { apiUrl, log } = parts;
  const closing = new AbortController();
  const http = slackPost(callTimeoutMs);
  const clientOptions = (until: AbortSignal): WebClientOptions => ({
    slackApiUrl: apiUrl,
    allowAbsoluteUrls: false,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    // The answers to what people do go through it as well, and have no time-out of their own.
    fetch: (url, init) => {
      const signal = AbortSignal.any([until, AbortSignal.timeout(callTimeoutMs)]);
      return http.post(String(url), { headers: init?.headers ?? {}, body: String(init?.body ?? ''), signal });
    },
  });
  const logger = boltLog(log);
  const app = new App({
    receiver: heardByUs,
    // Whoever answers uses the token of the channel in question; without one Bolt asks Slack for nothing by itself.
    authorize: async () => ({}),
    ignoreSelf: false,
    convoStore: false,
    clientOptions: clientOptions(closing.signal),
    logger,
  });
  app.error(async (error) => log.error({ bolt: wordsOf(error) }, 'slack-app.failed'));
  const ask = askSlack(apiUrl, closing.signal);
  const desk: Desk = { ...parts, ask, operators: openOperators({ ...parts, ask }) };
  listenTo(app, desk);
  const underWay = new Set<Promise<void>>();

  function hear(payload: Record<string, unknown>): Promise<unknown> {
    const answered = Promise.withResolvers<unknown>();
    const late = setTimeout(() => answered.resolve(undefined), answerWithinMs);
    const ack: AckFn<unknown> = async (answer) => answered.resolve(answer);
    const done = app
      .processEvent({ body: payload, ack })
      .catch((error) => {
        log.warn({ bolt: wordsOf(error) }, 'slack-app.unreadable');
        if (readSubmission(payload) === 'unreadable') answered.resolve(insteadOfUnreadable);
      })
      .finally(() => {
        clearTimeout(late);
        answered.resolve(undefined);
        underWay.delete(done);
      });
    underWay.add(done);
    return answered.promise;
  }

  return {
    hear,
    connect: (appToken) => connectToSlack({ appToken, hear, logger, log, clientOptions }),
    async drain() {
      const waited = new AbortController();
      await Promise.race([Promise.all(underWay), delay(drainWithinMs, undefined, waited).catch(() => undefined)]);
      waited.abort();
      closing.abort();
      await http.close();
    },
  };
}

/** Neither Bolt's HTTP server nor its socket: what they hear is handed over. */
const heardByUs: Receiver = { init: () => {}, start: async () => {}, stop: async () => {} };
