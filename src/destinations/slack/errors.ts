import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';
import { afterServerError, callFailure } from '../call-failure.ts';
import type { Failure, Found } from '../destination.ts';
import { overLimit } from '../over-limit.ts';
import { refusals } from './refusals.ts';

/** What an error of the client comes to. */
export function slackFailure(error: unknown): Failure {
  if (error instanceof WebAPIRateLimitedError) return overLimit('Slack', error.retryAfter, 'budget');
  if (error instanceof WebAPIHTTPError) return slackStatus(error.statusCode, null);
  if (error instanceof WebAPIPlatformError) {
    return slackCode(error.data.error, error.data) ?? { kind: 'ambiguous', reason: 'what answered 200 was not Slack' };
  }
  if (isUnreadableRetryAfter(error)) return overLimit('Slack', undefined, 'budget');
  return callFailure('Slack', error);
}

/**
 * What an error of a look comes to. A look needs scopes of its own, so that a token which may not look may well tell;
 * and nothing is below a message that is gone.
 */
export function slackLookFailure(error: unknown): Found {
  const code = error instanceof WebAPIPlatformError ? error.data.error : undefined;
  if (code === 'thread_not_found') return { kind: 'absent' };
  const failure = slackFailure(error);
  if (failure.kind !== 'refused') return failure;
  const { kind, reason, credential } = failure;
  return credential && code !== 'missing_scope' && code !== 'not_allowed_token_type'
    ? { kind, reason, credential }
    : { kind, reason };
}

/** Slack itself answers 200 and 429, or is in trouble; whatever else comes is somebody in between. */
export function slackStatus(status: number, retryAfter: string | null): Failure {
  if (status === 429) return overLimit('Slack', retryAfter === null ? undefined : Number(retryAfter), 'budget');
  if (status >= 300 && status < 500) return { kind: 'retry', reason: `something before Slack answered ${status}` };
  return afterServerError('Slack', status);
}

/** What Slack's own word comes to; `undefined` where it is not one: a proxy's page arrives in the same place. */
export function slackCode(code: unknown, answer: object = {}): Failure | undefined {
  if (typeof code !== 'string' || !/^[a-z0-9_]{1,80}$/.test(code)) return undefined;
  if (limited.has(code)) return overLimit('Slack', undefined, 'budget');
  if (halfDone.has(code)) return { kind: 'ambiguous', reason: `Slack answered ${code}` };
  const refusal = refusals.get(code);
  if (refusal !== undefined) {
    const { words, ...bearing } = refusal;
    return { kind: 'refused', reason: `Slack answered ${code}${details(answer)}: ${words}`, ...bearing };
  }
  const reason = `Slack answered ${code}`;
  return lasting.has(code) ? { kind: 'retry', reason, afterMs: lastingPauseMs } : { kind: 'retry', reason };
}

const limited = new Set(['ratelimited', 'rate_limited']);
/** "It's possible some aspect of the operation succeeded": https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const halfDone = new Set(['internal_error', 'fatal_error']);
/** Passes, but not soon: a quota, a move of the workspace. */
const lasting = new Set([
  'message_limit_exceeded',
  'team_added_to_org',
  'org_login_required',
  'external_channel_migrating',
]);
const lastingPauseMs = 300_000;

/** The missing scope, or where in the message the fault is. Quoted only where it has the form of one. */
function details(answer: { needed?: unknown; response_metadata?: unknown }): string {
  const { needed, response_metadata: metadata } = answer;
  if (typeof needed === 'string' && /^[a-z:._,]{1,100}$/.test(needed)) return ` (${needed})`;
  const pointer = /\[json-pointer:([\w/]{1,100})\]/.exec(JSON.stringify(metadata) ?? '');
  return pointer ? ` (at ${pointer[1]})` : '';
}

/** The client has no error class for a 429 whose Retry-After it cannot read; nothing else tells it. */
function isUnreadableRetryAfter(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Retry header did not contain a valid timeout');
}
