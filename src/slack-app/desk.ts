import type { WebClient } from '@slack/web-api';
import { slackFailure } from '../destinations/slack/errors.ts';
import { slackCaller } from '../destinations/slack/slack-caller.ts';
import type { Operators } from './operators.ts';
import type { SlackAppParts } from './slack-app.ts';

/** What those who answer people need. */
export type Desk = Pick<SlackAppParts, 'ledger' | 'channels' | 'places' | 'sources' | 'apiUrl' | 'log'> & {
  operators: Operators;
  ask: AskSlack;
};

/** One call to Slack: what it answered, or in words why it did not. */
export type AskSlack = <T>(
  token: string,
  call: (client: WebClient) => Promise<T>,
) => Promise<{ ok: true; value: T } | { ok: false; reason: string }>;

/** A person waits, and what they pressed can be used for three seconds. */
const askTimeoutMs = 1_500;

export function askSlack(apiUrl: string, signal: AbortSignal): AskSlack {
  return async (token, call) => {
    const slack = slackCaller({ token, apiUrl, timeoutMs: askTimeoutMs });
    try {
      const answer = await slack.call(signal, async (client) => ({ value: await call(client) }), slackFailure);
      return 'value' in answer ? { ok: true, value: answer.value } : { ok: false, reason: answer.reason };
    } finally {
      await slack.close();
    }
  };
}
