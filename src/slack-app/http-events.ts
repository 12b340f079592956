import type { Logger } from 'pino';
import type { Arriving, ErrorCode } from '../pipeline/receive.ts';
import { errorAnswer, maxBodyBytes } from '../pipeline/receive.ts';
import type { Hear } from './bolt-app.ts';
import { verifySlackSignature } from './request-signature.ts';

export type SlackAnswer = { status: number; body?: unknown };

/** `POST /slack/events`: one request of Slack, answered within the three seconds that it waits. */
export type HttpEvents = (arriving: Arriving) => Promise<SlackAnswer>;

export type HttpEventsParts = {
  signingSecret: string;
  hear: Hear;
  log: Logger;
  now: () => number;
};

/** What Slack posts, once it is known to be from Slack: read from the bytes that were signed, and handed to Bolt. */
export function httpEvents({ signingSecret, hear, log, now }: HttpEventsParts): HttpEvents {
  function refused(code: ErrorCode, reason: string): SlackAnswer {
    log.warn({ answer: code, reason }, 'slack-app.refused');
    return errorAnswer(code, reason);
  }

  return async ({ headers, body }) => {
    if (body === 'too-large') return refused('too_large', `the body is over ${maxBodyBytes} bytes`);
    const verified = verifySlackSignature({ headers, body }, signingSecret, now());
    if (!verified.ok) return refused(verified.code, verified.reason);
    const payload = payloadOf(headers['content-type'] ?? '', Buffer.from(body).toString('utf8'));
    if (!payload) return refused('unreadable', 'this is neither a form nor a JSON object');
    if (payload.type === 'url_verification') return { status: 200, body: { challenge: String(payload.challenge) } };
    return { status: 200, body: await hear(payload) };
  };
}

/** A form, with or without a charset behind its type; most interactions are JSON in one of its fields. */
function payloadOf(contentType: string, text: string): Record<string, unknown> | undefined {
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(contentType)) return objectOf(text);
  const form = new URLSearchParams(text);
  const payload = form.get('payload');
  return payload === null ? Object.fromEntries(form) : objectOf(payload);
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : undefined;
  } catch {
    return undefined;
  }
}
