import { CallCut } from './call-limit.ts';
import type { Failure } from './destination.ts';

/**
 * What a call without an answer comes to. Only the error's codes are looked at and quoted: its texts may hold an
 * address that is a secret, or what a proxy wrote.
 */
export function callFailure(who: string, error: unknown): Failure {
  if (error instanceof CallCut) return { kind: 'ambiguous', reason: `${who}: ${error.message}`, pending: true };
  const chain = causes(error);
  const code = chain.map(({ code }) => code).find((each) => typeof each === 'string' && /^[A-Z0-9_]+$/.test(each));
  const words = code === undefined ? '' : ` (${code})`;
  if (chain.some(isBeforeSending)) return { kind: 'retry', reason: `${who} could not be reached${words}` };
  return { kind: 'ambiguous', reason: `the connection to ${who} broke before the answer was complete${words}` };
}

/** A gateway that gave up waiting does not know what became of it; any other has done with it. */
export function afterServerError(who: string, status: number): Failure {
  const failure = { kind: 'ambiguous' as const, reason: `${who} answered ${status}` };
  return status === 504 ? { ...failure, pending: true } : failure;
}

type Cause = { code?: unknown; syscall?: unknown; cause?: unknown };

function causes(error: unknown): Cause[] {
  const chain: Cause[] = [];
  let next: unknown = error;
  while (typeof next === 'object' && next !== null && chain.length < 8) {
    const cause: Cause = next;
    chain.push(cause);
    next = cause.cause;
  }
  return chain;
}

/** Nothing was written: no address, no connection, or a certificate that was not trusted. A reset is not among them. */
function isBeforeSending({ code, syscall }: Cause): boolean {
  if (syscall === 'getaddrinfo' || syscall === 'connect') return true;
  return typeof code === 'string' && beforeSending.test(code);
}

const beforeSending =
  /^(ENOTFOUND|EAI_\w+|ECONNREFUSED|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|ERR_TLS_CERT_\w+|HOSTNAME_MISMATCH|ERR_SSL_WRONG_VERSION_NUMBER)$/;
