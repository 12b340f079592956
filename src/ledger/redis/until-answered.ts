import { setTimeout as delay } from 'node:timers/promises';
import { LedgerUnavailable } from '../ledger.ts';

/** Between two tries: a connection that was lost is back in milliseconds, or in seconds. */
const pauseMs = 50;

/**
 * Calls again and again until Redis answers, for at most `withinMs`; then `LedgerUnavailable`. What is called must be
 * one that may be repeated: a call that was not answered may have happened.
 */
export function untilAnswered<T>(withinMs: number, call: () => Promise<T>): Promise<T> {
  const until = performance.now() + withinMs;
  return within(withinMs, tryUntil(until, call));
}

/** What a promise gives, or `LedgerUnavailable` if it takes longer. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const { promise: expiry, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(tooLate(ms)), ms);
  try {
    return await Promise.race([promise, expiry]);
  } finally {
    clearTimeout(timer);
  }
}

export function tooLate(ms: number): LedgerUnavailable {
  return new LedgerUnavailable(`Redis did not answer within ${ms} ms`);
}

async function tryUntil<T>(until: number, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isOutage(error)) throw error;
      if (performance.now() + pauseMs > until) throw unavailable(error);
      await delay(pauseMs);
    }
  }
}

/** Redis answers `ERR` or `WRONGTYPE` to what is wrong in the program; all else is the state it, or the way to it, is in. */
function isOutage(error: unknown): boolean {
  return error instanceof Error && !(error.name === 'ReplyError' && /^(ERR|WRONGTYPE)\b/.test(error.message));
}

/** The error itself is not passed on: ioredis hangs the command on it, and with it what was to be stored. */
function unavailable(error: unknown): LedgerUnavailable {
  return new LedgerUnavailable(`Redis did not answer: ${wordsOf(error)}`);
}

/** A refused connection to a name with several addresses has a code and no message. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
