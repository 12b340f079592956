import { load, peakMemory, start } from './processes.ts';
import type { Setting } from './setting.ts';
import { openSetting, secret } from './setting.ts';

const rounds = Number(process.argv[2] ?? 3);
const connections = 32;
const count = Number(process.argv[3] ?? 30_000);

type Figures = Record<string, number>;

async function bare(round: number): Promise<Figures> {
  const app = await start('bench/bare-express.ts', [], { IC_WEBHOOK_SECRET: secret });
  const answer = await load({ port: app.port, secret, count: 60_000, connections, oneIn: 10, run: `bare${round}` });
  await app.end();
  return { 'accepted/s': answer.accepted / answer.seconds };
}

async function settled({ ledger }: Setting): Promise<void> {
  for (;;) {
    const { unrouted, owed } = await ledger.backlog();
    if (unrouted === 0 && owed === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function measured(engine: 'sqlite' | 'redis', round: number): Promise<Figures> {
  const figures: Figures = {};
  await within(engine, async (setting) => {
    const { port, pid } = setting.service;
    const answer = await load({ port, secret, count, connections, oneIn: 10, run: `a${round}` });
    const endedAt = performance.now();
    await settled(setting);
    figures['accepted/s'] = answer.accepted / answer.seconds;
    figures['drained after, share of the load'] = (performance.now() - endedAt) / 1_000 / answer.seconds;
    figures['peak MiB'] = peakMemory(pid);
  });
  await within(engine, async (setting) => {
    const startedAt = performance.now();
    const answer = await load({
      port: setting.service.port,
      secret,
      count: count / 5,
      connections,
      oneIn: 1,
      run: `d${round}`,
    });
    await settled(setting);
    const making = (performance.now() - startedAt) / 1_000 - answer.seconds;
    figures['told/s'] = count / 5 / (answer.seconds + making);
  });
  await within(engine, async (setting) => {
    const order = { port: setting.service.port, secret, connections, oneIn: 1, rate: 200 };
    await load({ ...order, count: 400, run: `w${round}` });
    const answer = await load({ ...order, count: 2_000, run: `l${round}` });
    await settled(setting);
    const { receivedAt } = (await (await fetch(`http://127.0.0.1:${setting.sink.port}/`)).json()) as {
      receivedAt: Record<string, number>;
    };
    const toSink = Object.entries(answer.sentAt)
      .map(([id, at]) => (receivedAt[id] ?? Number.POSITIVE_INFINITY) - at)
      .sort((a, b) => a - b);
    figures['ack p50 ms'] = at(answer.latencies, 0.5);
    figures['ack p99 ms'] = at(answer.latencies, 0.99);
    figures['to sink p50 ms'] = at(toSink, 0.5);
    figures['to sink p99 ms'] = at(toSink, 0.99);
  });
  return figures;
}

const at = (sorted: number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

async function within(engine: 'sqlite' | 'redis', measure: (setting: Setting) => Promise<void>): Promise<void> {
  const setting = await openSetting(engine);
  try {
    await measure(setting);
  } finally {
    await setting.end();
  }
}

for (let round = 0; round < rounds; round += 1) {
  const a = await bare(round);
  const base = a['accepted/s'] ?? 1;
  process.stdout.write(`round ${round}  bare ${base.toFixed(0)}/s\n`);
  for (const engine of ['sqlite', 'redis'] as const) {
    const figures = await measured(engine, round);
    const text = Object.entries(figures).map(
      ([name, value]) => `${name} ${value.toFixed(2)}${name.endsWith('/s') ? ` (${(value / base).toFixed(2)})` : ''}`,
    );
    process.stdout.write(`  ${engine}: ${text.join('; ')}\n`);
  }
}
