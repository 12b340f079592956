import type { IncomingMessage, ServerResponse } from 'node:http';

type Headers = Readonly<Record<string, string>>;

export function writeJson(response: ServerResponse, status: number, body: unknown, headers?: Headers): void {
  const text = JSON.stringify(body);
  response.writeHead(status, jsonHeaders(text, headers)).end(text);
}

/** How long what is still sent after an answer is thrown away before the connection goes. */
const lingerMs = 1_000;

/**
 * Answers at once a request whose body is not wanted, and closes. Closing a connection with bytes unread resets it,
 * and the sender may never see why; so the answer is complete, but the end waits for the body, briefly.
 */
export function writeAndClose(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, headers }: { status: number; body: unknown; headers?: Headers },
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, jsonHeaders(text, { ...headers, connection: 'close' })).write(text);
  const timer = setTimeout(() => response.end(), lingerMs);
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  request.once('end', end).once('close', end).resume();
}

function jsonHeaders(text: string, headers?: Headers): Headers {
  return {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  };
}
