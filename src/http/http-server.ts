import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { maxBodyBytes } from '../pipeline/receive.ts';

export type Listening = { port: number; close: () => Promise<void> };

/** A sender has its headers and its body ready; who takes longer than this only holds a connection. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 15_000;

/** How often the two above are looked at: Node's own 30 s would double them. */
const checkEveryMs = 1_000;

/**
 * Longer than the idle time-out of common load balancers (60 s,
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html), so that
 * the connection is not closed under a request they have just sent.
 */
const keepAliveTimeoutMs = 65_000;

export type ListenOptions = {
  app: RequestListener;
  host: string;
  port: number;
  /** How long `close` waits for requests in flight before it cuts them off. */
  closeWithinMs: number;
  /** Shorter in tests. */
  timeouts?: { headersMs: number; requestMs: number; checkEveryMs: number };
};

/** Listens, cuts off slow clients, and closes without losing an answer. Rejects when the port cannot be had. */
export function listen(options: ListenOptions): Promise<Listening> {
  const { app, host, port, closeWithinMs, timeouts } = options;
  const server = createServer({
    headersTimeout: timeouts?.headersMs ?? headersTimeoutMs,
    requestTimeout: timeouts?.requestMs ?? requestTimeoutMs,
    connectionsCheckingInterval: timeouts?.checkEveryMs ?? checkEveryMs,
    keepAliveTimeout: keepAliveTimeoutMs,
  });
  const close = gracefulClose(server, closeWithinMs);
  server.on('request', app);
  // Who asks first is told to go on only with a body that fits; the app answers the others.
  server.on('checkContinue', (request, response) => {
    if (!(Number(request.headers['content-length']) > maxBodyBytes)) response.writeContinue();
    server.emit('request', request, response);
  });
  return new Promise((resolve, reject) => {
    // Once it listens, an error is one connection that was not accepted: no reason to fall over, its sender comes again.
    server.on('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve({ port: typeof address === 'object' && address ? address.port : port, close });
    });
  });
}

/**
 * Stops accepting, and answers what is in flight with `Connection: close`: left open, an answered connection would
 * keep the server up for its whole keep-alive time. Idle ones are closed by Node.
 */
function gracefulClose(server: Server, withinMs: number): () => Promise<void> {
  const inFlight = new Set<ServerResponse>();
  let closed: Promise<void> | undefined;
  server.on('request', (_request, response: ServerResponse) => {
    if (closed !== undefined) return response.setHeader('connection', 'close');
    inFlight.add(response);
    response.once('close', () => inFlight.delete(response));
  });

  function close(): Promise<void> {
    for (const response of inFlight) if (!response.headersSent) response.setHeader('connection', 'close');
    return new Promise((resolve) => {
      const force = setTimeout(() => server.closeAllConnections(), withinMs);
      server.close(() => {
        clearTimeout(force);
        resolve();
      });
    });
  }

  return () => {
    closed ??= close();
    return closed;
  };
}
