import type { IncomingMessage, ServerResponse } from 'node:http';

/** How a call goes wrong: before anything is kept, or after. */
export type Fault =
  | 'hang'
  | 'reset'
  | '500'
  | 'hang-after-keeping'
  | 'reset-after-keeping'
  | '500-after-keeping'
  /** Kept, and the answer ends in its middle. */
  | 'half-after-keeping'
  /** A 429, with this header if any; nothing is kept. */
  | { retryAfter: string | undefined }
  /** This answer, whoever gives it; nothing is kept. */
  | FakeAnswer;

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
  if (typeof fault === 'object' && 'status' in fault) {
    response.writeHead(fault.status).end(fault.body);
    return;
  }
  if (typeof fault === 'object') {
    const headers = fault.retryAfter === undefined ? {} : { 'Retry-After': fault.retryAfter };
    response.writeHead(429, headers).end('rate limited');
    return;
  }
  const answer = fault === undefined || fault.endsWith('-after-keeping') ? carryOut() : undefined;
  const status = answer?.status ?? 500;
  switch (fault?.replace('-after-keeping', '')) {
    case 'hang':
      return;
    case 'reset':
      request.socket.destroy();
      return;
    case '500':
      response.writeHead(500, { 'Content-Type': 'text/html' }).end('<html>Internal Server Error</html>');
      return;
    case 'half':
      response.writeHead(status, { 'Content-Length': '1000' });
      response.write('{', () => request.socket.destroy());
      return;
  }
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(answer?.body);
}
