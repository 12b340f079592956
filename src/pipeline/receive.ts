import { hash, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Inbox, Refusal } from '../ledger/inbox.ts';
import { LedgerUnavailable } from '../ledger/ledger.ts';
import type { HookRequest, HookType, Identified, SourceSettings } from '../sources/source.ts';

const statusOf = {
  unknown_source: 404,
  bad_signature: 401,
  stale_timestamp: 401,
  unreadable: 400,
  contradiction: 400,
  too_large: 413,
  encoding: 415,
  unavailable: 503,
} as const;
export type ErrorCode = keyof typeof statusOf;

/** What the sender is told. */
export type Answer = {
  status: number;
  body:
    | { status: 'accepted' | 'duplicate'; id: string }
    | { status: 'unreadable' | 'contradiction'; message: string }
    | { error: ErrorCode; message: string };
  retryAfterS?: number;
};

/** A request of which no more was read than may be. */
export type Arriving = { headers: HookRequest['headers']; body: Uint8Array | 'too-large' };

export type Receive = (sourceName: string, request: Arriving) => Promise<Answer>;

/** Far more than an event takes, and little enough for hundreds at once. */
export const maxBodyBytes = 1024 * 1024;

export type ReceiverParts = {
  /** By name; asked for anew with each request. */
  sources: () => ReadonlyMap<string, { type: HookType; settings: SourceSettings }>;
  ledger: Pick<Inbox, 'accept' | 'refuse' | 'bury'>;
  log: Logger;
  now: () => number;
  /** How long the ledger may take before the sender is told to come again. */
  timeoutMs: number;
};

/** What became of a request: the answer, and what else is worth a place in the log's one line. */
type Outcome = { answer: Answer; about?: { id?: string; type?: string; seq?: number; altered?: true; err?: Error } };

/** Verifies a request, has it kept, and only then answers. All else comes later, outside the request. */
export function receiver(parts: ReceiverParts): Receive {
  const note = refusalNotes(parts);
  return async (sourceName, request) => {
    const startedAt = parts.now();
    const { answer, about } = await receiveOne(sourceName, request, parts);
    const { body } = answer;
    const source = printable(sourceName);
    const line = {
      source,
      ...about,
      bytes: request.body === 'too-large' ? undefined : request.body.byteLength,
      ms: parts.now() - startedAt,
    };
    if ('error' in body) {
      parts.log.warn({ ...line, answer: body.error, reason: body.message }, 'delivery.received');
      if (body.error !== 'unavailable') note({ source, code: body.error, reason: body.message });
    } else {
      parts.log[levelOf(body.status, about)]({ ...line, answer: body.status }, 'delivery.received');
    }
    return answer;
  };
}

type Status = Extract<Answer['body'], { status: unknown }>['status'];

/** What is accepted leaves its line when it is routed; what is not routed leaves it here. */
function levelOf(status: Status, about: Outcome['about']): 'debug' | 'info' | 'warn' {
  if (status === 'accepted') return 'debug';
  return status === 'duplicate' && !about?.altered ? 'info' : 'warn';
}

async function receiveOne(sourceName: string, arriving: Arriving, parts: ReceiverParts): Promise<Outcome> {
  const source = parts.sources().get(sourceName);
  if (!source) return { answer: errorAnswer('unknown_source', 'there is no source of this name') };
  const { type, settings } = source;
  const { headers, body } = arriving;
  if (body === 'too-large') return unverifiable('too_large', type, `the body is over ${maxBodyBytes} bytes`);
  const request = { headers, body };
  const isEncoded = (headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity';
  const encodedWords = 'the body is encoded; the signature is over the bytes as they are sent';
  if (isEncoded && type.faults === 'refused') return unverifiable('encoding', type, encodedWords);
  const verified = type.verify(request, settings, parts.now());
  if (!verified.ok && isEncoded) return unverifiable('encoding', type, encodedWords);
  if (!verified.ok) return { answer: errorAnswer(verified.code, verified.reason) };
  const kept = { source: sourceName, body, digest: hash('sha256', body, 'hex') };
  const identified = type.identify(request);
  if (!identified.ok) return bury(kept, { ...identified, type }, parts);
  return accept({ ...kept, id: identified.id, type: identified.type, token: randomUUID() }, parts);
}

/** It may be signed: who must not be refused sends it again, and by then it may pass, or somebody has looked. */
function unverifiable(code: 'too_large' | 'encoding', { faults }: HookType, words: string): Outcome {
  const answer = errorAnswer(code, words);
  return { answer: faults === 'taken' ? { ...answer, status: statusOf.unavailable, retryAfterS } : answer };
}

type Kept = { source: string; body: Uint8Array; digest: string };
type Fault = Extract<Identified, { ok: false }> & { type: HookType };

/** What is signed, and says no id that can be believed. */
async function bury(kept: Kept, { code, reason, type }: Fault, parts: ReceiverParts): Promise<Outcome> {
  const isTaken = type.faults === 'taken';
  if (isTaken || code === 'unreadable') {
    const buried = await inTime(parts.ledger.bury({ ...kept, reason }), parts.timeoutMs);
    if (!buried.ok) return unavailable(buried.err);
  }
  if (isTaken) return { answer: { status: 202, body: { status: code, message: reason } } };
  return { answer: errorAnswer(code, reason) };
}

async function accept(delivery: Parameters<Inbox['accept']>[0], parts: ReceiverParts): Promise<Outcome> {
  const { id, type } = delivery;
  const kept = await inTime(parts.ledger.accept(delivery), parts.timeoutMs);
  if (!kept.ok) return unavailable(kept.err, { id, type });
  const { value } = kept;
  if (value.status === 'full') return unavailable(new LedgerUnavailable('the backlog is at its limit'), { id, type });
  const answer = { status: 200, body: { status: value.status, id } };
  if (value.status === 'accepted') return { answer, about: { id, type, seq: value.seq } };
  return { answer, about: value.altered ? { id, type, altered: true } : { id, type } };
}

/** It may have been kept all the same: then the sender's next try is a duplicate, and so answered 200. */
async function inTime<T>(
  call: Promise<T>,
  timeoutMs: number,
): Promise<{ ok: true; value: T } | { ok: false; err: LedgerUnavailable }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new LedgerUnavailable(`the ledger did not answer within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return { ok: true, value: await Promise.race([call, late]) };
  } catch (err) {
    if (err instanceof LedgerUnavailable) return { ok: false, err };
    throw err;
  } finally {
    clearTimeout(timer);
  }
}

/** Long enough for a restart, and short beside any sender's own schedule. */
const retryAfterS = 10;

/** The sender is not told what is wrong with us; the log is. */
function unavailable(err: Error, about?: { id: string; type: string }): Outcome {
  return {
    answer: errorAnswer('unavailable', 'this cannot be kept right now: send it again'),
    about: { ...about, err },
  };
}

export function errorAnswer(error: ErrorCode, message: string): Answer {
  const answer = { status: statusOf[error], body: { error, message } };
  return error === 'unavailable' ? { ...answer, retryAfterS } : answer;
}

const maxNotes = 100;

/**
 * Takes notes of refusals beside the requests: one write at a time, and the newest 100 wait for it. So a flood of bad
 * requests is no flood of writes, and a note that cannot be kept costs nobody an answer.
 */
function refusalNotes({ ledger, log }: Pick<ReceiverParts, 'ledger' | 'log'>): (refusal: Refusal) => void {
  const waiting: Refusal[] = [];
  let writing = false;

  async function write(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      try {
        await ledger.refuse(waiting.splice(0));
      } catch (err) {
        log.warn({ err }, 'refusals.not-noted');
      }
    }
    writing = false;
  }

  return (refusal) => {
    waiting.push(refusal);
    if (waiting.length > maxNotes) waiting.shift();
    if (!writing) void write();
  };
}

const maxNameLength = 64;

/** A name from a URL may be anything. */
function printable(name: string): string {
  return name
    .slice(0, maxNameLength)
    .toWellFormed()
    .replace(/\p{Cc}/gu, '?');
}
