import { afterServerError, callFailure } from '../call-failure.ts';
import type { Destination, Order, Result } from '../destination.ts';
import { fingerprint } from '../fingerprint.ts';
import { overLimit } from '../over-limit.ts';
import { cutText, oneLine } from '../plain-text.ts';
import { eventBody } from './event-body.ts';
import { type Answer, eventsClient } from './events-client.ts';
import { examineService } from './examine.ts';

/**
 * The page is told what changed no more often: it draws on the rate limit that opens draw on, and whoever was rung looks
 * at it now and then.
 */
const editEveryMs = 10_000;

/** A PagerDuty service, rung through the Events API v2: whatever is told under one key is one incident there. */
export function pagerDutyService(settings: {
  name: string;
  routingKey: string;
  server: string;
  timeoutMs: number;
  pace: Destination['pace'];
  fallbackAfterMs: number;
}): Destination {
  const { name, routingKey, server, timeoutMs, pace, fallbackAfterMs } = settings;
  const credential = fingerprint(routingKey);
  const client = eventsClient({ server, timeoutMs });

  async function tell(order: Order, signal: AbortSignal): Promise<Result> {
    const answer = await client.send(eventBody(order, routingKey), signal);
    if (answer.status === undefined) return unanswered(answer, signal);
    if (answer.status === 202) return { kind: 'told', ref: order.key };
    return judge(answer.status, answer, routingKey);
  }

  return {
    name,
    type: 'pagerduty',
    address: `pagerduty:${server}:${credential}`,
    credential,
    ways: { edits: true, folds: true, finds: false, threads: false, acknowledges: true, editEveryMs, fallbackAfterMs },
    timeoutMs,
    pace,
    tell,
    find: async () => ({ kind: 'absent' }),
    examine: (signal) => examineService({ server, routingKey, timeoutMs }, signal),
    budget: () => 'events',
    close: async () => client.close(),
  };
}

/** Without a connection nothing was told, whatever ended the call; one that was stopped is not looked into. */
function unanswered({ error, connected }: Answer, signal: AbortSignal): Result {
  const failure = callFailure('PagerDuty', error);
  if (failure.kind !== 'ambiguous' || connected || signal.aborted) return failure;
  return { kind: 'retry', reason: `${failure.reason}, before anything was sent` };
}

/**
 * By status alone, since pdjs fails alike for all bodies that are not JSON. A 5xx may have been kept before it was
 * answered; a redirect is not PagerDuty's, and what it points to was not told.
 *
 * A refused routing key is not a refused `credential`: it is the address itself, so that no other key could ever free
 * what would be parked for it, and at once somebody else has to be told.
 */
function judge(status: number, answer: Answer, routingKey: string): Result {
  if (status === 429) return overLimit('PagerDuty', retryAfterSeconds(answer), 'address');
  if (status >= 300 && status < 400) return { kind: 'retry', reason: `something before PagerDuty answered ${status}` };
  if (status === 408 || status === 425) return { kind: 'retry', reason: `PagerDuty answered ${status}` };
  if (status < 400 || status >= 500) return afterServerError('PagerDuty', status);
  if (status !== 400 && !isOwnWord(status, answer.text))
    return { kind: 'retry', reason: `something before PagerDuty answered ${status}` };
  const reason = `PagerDuty answered ${status}${words(answer.text, routingKey)}`;
  return status === 413 ? { kind: 'refused', reason, content: true } : { kind: 'refused', reason };
}

function retryAfterSeconds({ retryAfter }: Answer): number | undefined {
  return retryAfter === undefined ? undefined : Number(retryAfter);
}

/**
 * PagerDuty refuses an event with 400, and says so in JSON with a status and a message. What else is between 400 and 499
 * a gateway may have said, and says it for a while: nobody's page is given up for that.
 */
function isOwnWord(status: number, text: string): boolean {
  if (status === 413) return !/^\s*</.test(text);
  try {
    const { status: word, message }: { status?: unknown; message?: unknown } = Object(JSON.parse(text));
    return typeof word === 'string' && typeof message === 'string';
  } catch {
    return false;
  }
}

const mostWords = 300;

/** PagerDuty's own words: JSON with `message` and `errors`, or plain text such as `InvalidRoutingKey`; never a page. */
function words(text: string, routingKey: string): string {
  const said = oneLine(jsonWords(text) ?? text);
  if (said === '' || said.startsWith('<')) return '';
  const hint = /routing[\s_]?key/i.test(said) ? ': check the routing key' : '';
  return `: ${cutText(said.replaceAll(routingKey, '[routing key]'), mostWords)}${hint}`;
}

function jsonWords(text: string): string | undefined {
  try {
    const { message, errors }: { message?: unknown; errors?: unknown } = Object(JSON.parse(text));
    const parts = [message, ...(Array.isArray(errors) ? errors : [errors])];
    return parts.filter((part) => typeof part === 'string').join(': ');
  } catch {
    return undefined;
  }
}
