import { once } from 'node:events';
import { connect } from 'node:tls';
import { callFailure } from '../call-failure.ts';
import { withinLimit } from '../call-limit.ts';
import type { Finding } from '../destination.ts';

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
const keyForm = /^[0-9a-zA-Z]{32}$/;

type Examined = { server: string; routingKey: string; timeoutMs: number };

/** Whether the server answers by a certificate that is trusted; a key can only be tried by ringing. */
export async function examineService(
  { server, routingKey, timeoutMs }: Examined,
  signal: AbortSignal,
): Promise<Finding[]> {
  const key: Finding = keyForm.test(routingKey)
    ? { is: 'ok', words: 'the routing key has the form of one; only an event would show whether it is taken' }
    : { is: 'warning', words: `a routing key has 32 letters and digits, and this one ${routingKey.length} characters` };
  try {
    await withinLimit({ timeoutMs, signal }, (calling) => handshake(server, calling.signal));
    return [{ is: 'ok', words: `${server} answers, and its certificate is trusted` }, key];
  } catch (error) {
    return [{ is: 'fault', words: callFailure('PagerDuty', error).reason }, key];
  }
}

async function handshake(server: string, signal: AbortSignal): Promise<void> {
  const { hostname, port } = new URL(`https://${server}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(port) || 443, servername: host });
  try {
    await once(socket, 'secureConnect', { signal });
  } finally {
    socket.destroy();
  }
}
