import { request } from 'node:http';
import { inboxCheck } from '../../src/sources/inbox-check.ts';

export type Sent = { id: string; status: number; body: Record<string, unknown>; retryAfter: string | undefined };

/** One signed `test.completed`, as Inbox Check sends it. */
export function placementTest(made: { id: string; domain: string; inboxRate: number; atMs: number }): Buffer {
  const { id, domain, inboxRate, atMs } = made;
  const body = inboxCheck.fixture('test.completed', { id, atMs }) as { data: Record<string, object> };
  const data = { ...body.data, senderDomain: domain, summary: { ...body.data.summary, inboxRate } };
  return Buffer.from(JSON.stringify({ ...body, data }));
}

/** Posts a signed body once; rejects when nobody answers. */
export async function post(port: number, body: Buffer, { secret, id }: { secret: string; id: string }): Promise<Sent> {
  const signed = inboxCheck.sign(body, secret, { id, type: 'test.completed', atMs: Date.now() });
  const answer = await exchange(port, signed.headers, signed.body);
  const { status, text, retryAfter } = answer;
  return { id, status, body: JSON.parse(text), retryAfter };
}

function exchange(
  port: number,
  headers: Record<string, string>,
  body: Buffer,
): Promise<{ status: number; text: string; retryAfter: string | undefined }> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/hooks/inbox-check', method: 'POST', headers, agent: false };
    const outgoing = request(options, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      const { statusCode: status = 0, headers } = response;
      response.on('end', () => resolve({ status, text, retryAfter: headers['retry-after'] }));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** As a sender does: again until it is acknowledged, whoever dies meanwhile. `port` is asked for each time. */
export async function deliver(port: () => number, body: Buffer, to: { secret: string; id: string }): Promise<Sent> {
  for (;;) {
    const sent = await post(port(), body, to).catch(() => undefined);
    if (sent?.status === 200) return sent;
    if (sent && sent.status < 500) throw new Error(`refused: ${sent.status} ${JSON.stringify(sent.body)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
