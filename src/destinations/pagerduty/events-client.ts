import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent } from 'node:https';
import { event } from '@pagerduty/pdjs';
import { withinLimit } from '../call-limit.ts';
import type { EventBody } from './event-body.ts';

/** What came back of a call, however it ended. */
export type Answer = {
  /** `undefined`: no answer began. */
  status: number | undefined;
  retryAfter: string | undefined;
  /** The answer's first few thousand bytes. */
  text: string;
  /** There was a connection to a trusted server: something may have been sent. */
  connected: boolean;
  /** Why the call ended without a JSON answer, if so. */
  error: unknown;
};

export type EventsClient = {
  send(body: EventBody, signal: AbortSignal): Promise<Answer>;
  close(): void;
};

type EventParameters = Parameters<typeof event>[0];
/** Options that pdjs hands on to node-fetch, and that its types do not know. */
type Transport = { agent: Agent; compress: boolean; size: number };
/** The way Node's own client asks an agent to carry a request: the only place to see an answer before pdjs does. */
type Carrier = Agent & { addRequest(request: ClientRequest, options: object): void };

const mostKeptBytes = 4_096;
const mostAnswerBytes = 65_536;

/**
 * pdjs made safe: one request a call, ended for good at its time-out, never redirected, and its status readable
 * whatever the body is. A connection for each: on a kept one that has just been closed the request is lost in a way
 * that looks like a lost answer.
 */
export function eventsClient(settings: { server: string; timeoutMs: number }): EventsClient {
  const { server, timeoutMs } = settings;
  const carrier = new Agent({ keepAlive: false }) as Carrier;

  async function send(body: EventBody, signal: AbortSignal): Promise<Answer> {
    const answer: Answer = { status: undefined, retryAfter: undefined, text: '', connected: false, error: undefined };
    try {
      await withinLimit({ timeoutMs, signal }, (calling) => {
        const parameters: EventParameters & Transport = {
          server,
          type: body.type,
          // The type asks for a payload, which an end needs not have, and knows no change events.
          data: body.data as EventParameters['data'],
          signal: calling.signal,
          redirect: 'error',
          size: mostAnswerBytes,
          compress: false,
          // Its time-out ends nothing, and its timer would hold the process for 30 s.
          requestTimeout: 0,
          // It sends a 429 again by itself, up to three times; `watched` ends the call before that.
          retryTimeout: 1,
          agent: watched(carrier, answer, calling),
        };
        return event(parameters);
      });
    } catch (error) {
      answer.error = error;
    }
    return answer;
  }

  return { send, close: () => carrier.destroy() };
}

/** An agent for one call that notes how far it came. */
function watched(carrier: Carrier, answer: Answer, calling: AbortController): Agent {
  return Object.assign(Object.create(carrier), {
    addRequest(request: ClientRequest, options: object) {
      request.once('socket', (socket) => {
        socket.once('secureConnect', () => {
          answer.connected = true;
        });
      });
      request.prependOnceListener('response', (response) => note(response, answer, calling));
      carrier.addRequest(request, options);
    },
  });
}

function note(response: IncomingMessage, answer: Answer, calling: AbortController): void {
  answer.status = response.statusCode;
  answer.retryAfter = response.headers['retry-after'];
  if (response.statusCode === 429) calling.abort();
  // It would be waited for until the time-out: the transport does not notice.
  response.once('close', () => {
    if (!response.complete) calling.abort();
  });
  response.on('data', (chunk: Buffer) => {
    if (answer.text.length < mostKeptBytes) answer.text += chunk.subarray(0, mostKeptBytes).toString();
  });
}
