import { Pool } from 'undici';
import { inboxCheck } from '../src/sources/inbox-check.ts';

/**
 * The load, in a process of its own, with as little to do for each request as can be: bodies are made and signed
 * beforehand. Reads one JSON order from its arguments, prints one JSON answer.
 */
export type LoadOrder = {
  port: number;
  secret: string;
  count: number;
  connections: number;
  /** Requests a second; left out: as fast as it goes. */
  rate?: number;
  /** One in so many opens an incident. */
  oneIn: number;
  /** Tells the bodies of this load from others. */
  run: string;
};

export type LoadAnswer = {
  accepted: number;
  failed: number;
  seconds: number;
  /** Milliseconds from request to answer, sorted. */
  latencies: number[];
  /** When each was sent, milliseconds since 1970, by delivery id. */
  sentAt: Record<string, number>;
};

type Signed = { id: string; headers: Record<string, string>; body: Buffer };

function signedBodies({ count, oneIn, run, secret }: LoadOrder): Signed[] {
  const atMs = Date.now();
  return Array.from({ length: count }, (_, i) => {
    const id = `dlv_${run}_${i}`;
    const body = inboxCheck.fixture('test.completed', { id, atMs: atMs + i }) as { data: Record<string, object> };
    const bad = i % oneIn === 0;
    const data = {
      ...body.data,
      senderDomain: `d${i}.${run}.example.com`,
      summary: { ...body.data.summary, inboxRate: bad ? 0.5 : 0.95 },
    };
    const bytes = Buffer.from(JSON.stringify({ ...body, data }));
    return { id, ...inboxCheck.sign(bytes, secret, { id, type: 'test.completed', atMs }) };
  });
}

async function load(order: LoadOrder): Promise<LoadAnswer> {
  const bodies = signedBodies(order);
  const pool = new Pool(`http://127.0.0.1:${order.port}`, { connections: order.connections, pipelining: 1 });
  const answer: LoadAnswer = { accepted: 0, failed: 0, seconds: 0, latencies: [], sentAt: {} };
  const now = () => performance.timeOrigin + performance.now();
  const send = async ({ id, headers, body }: Signed) => {
    const startedAt = now();
    if (order.rate !== undefined) answer.sentAt[id] = startedAt;
    const response = await pool.request({ path: '/hooks/inbox-check', method: 'POST', headers, body });
    await response.body.dump();
    answer.latencies.push(now() - startedAt);
    if (response.statusCode === 200) answer.accepted += 1;
    else answer.failed += 1;
  };
  const startedAt = now();
  if (order.rate === undefined) {
    let next = 0;
    const worker = async () => {
      for (let body = bodies[next++]; body; body = bodies[next++]) await send(body);
    };
    await Promise.all(Array.from({ length: order.connections }, worker));
  } else {
    const sends: Promise<void>[] = [];
    for (const [i, body] of bodies.entries()) {
      const waitMs = startedAt + (i * 1_000) / order.rate - now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      sends.push(send(body));
    }
    await Promise.all(sends);
  }
  answer.seconds = (now() - startedAt) / 1_000;
  answer.latencies.sort((a, b) => a - b);
  await pool.close();
  return answer;
}

process.stdout.write(JSON.stringify(await load(JSON.parse(process.argv[2] ?? '{}'))));
