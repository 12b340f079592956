import type { IncomingMessage, ServerResponse } from 'node:http';

/** How a call goes wrong: before anything is kept, or after. */
export type Fault =
  | 'hang'
  | 'reset'
  | '500'
  | 'hang-after-keeping'
  | 'reset-after-keeping'
  | '500-after-keeping'
  /** A 429, with this header if any; nothing is kept. */
  | { retryAfter: string | undefined };

export type FakeAnswer = { status: number; body: string };

/** What a test tells a fake to do wrong. */
export type Faults = {
  /** One call each, in this order. */
  failNext(...faults: Fault[]): void;
  /** Every call from now on; `undefined`: none. */
  failAll(fault: Fault | undefined): void;
};

export function makeFaults(): Faults & { next: () => Fault | undefined } {
  const queued: Fault[] = [];
  let standing: Fault | undefined;
  return {
    failNext: (...faults) => queued.push(...faults),
    failAll: (fault) => {
      standing = fault;
    },
    next: () => queued.shift() ?? standing,
  };
}

/** Carries a call out, or not, and answers, or not, as the fault has it. */
export function answerUnder(
  fault: Fault | undefined,
  exchange: { request: IncomingMessage; response: ServerResponse },
  carryOut: () => FakeAnswer,
): void {
  const { request, response } = exchange;
  if (typeof fault === 'object') {
    const headers = fault.retryAfter === undefined ? {} : { 'Retry-After': fault.retryAfter };
    response.writeHead(429, headers).end('rate limited');
    return;
  }
  const answer = fault === undefined || fault.endsWith('-after-keeping') ? carryOut() : undefined;
  switch (fault?.replace('-after-keeping', '')) {
    case 'hang':
      return;
    case 'reset':
      request.socket.destroy();
      return;
    case '500':
      response.writeHead(500, { 'Content-Type': 'text/html' }).end('<html>Internal Server Error</html>');
      return;
  }
  response.writeHead(answer?.status ?? 500, { 'Content-Type': 'application/json' }).end(answer?.body);
}
