import { cpus } from 'node:os';
import { load, peakMemory, start } from './processes.ts';
import { ruleFigures } from './rules.ts';
import type { Setting } from './setting.ts';
import { coldStart, openSetting, secret } from './setting.ts';

/** `npm run bench -- [rounds] [deliveries]`: prints figures for each round, and at the end a table of the medians. */
const rounds = Number(process.argv[2] ?? 3);
const count = Number(process.argv[3] ?? 20_000);
const connections = 32;

type Engine = 'sqlite' | 'redis';
type Figures = Record<string, number>;

/** (a): raw bytes, the HMAC, 200. What is told a second is a share of it, too. */
async function bare(round: number): Promise<number> {
  const app = await start('bench/bare-express.ts', [], { IC_WEBHOOK_SECRET: secret });
  const answer = await load({ port: app.port, secret, count, connections, oneIn: 10, run: `bare${round}` });
  await app.end();
  return answer.accepted / answer.seconds;
}

async function settled({ ledger }: Setting): Promise<void> {
  for (;;) {
    const { unrouted, owed } = await ledger.backlog();
    if (unrouted === 0 && owed === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** One delivery in ten matches. */
async function accepting(setting: Setting, run: string): Promise<Figures> {
  const { port, pid } = setting.service;
  const answer = await load({ port, secret, count, connections, oneIn: 10, run });
  const endedAt = performance.now();
  await settled(setting);
  const drainedS = (performance.now() - endedAt) / 1_000;
  return {
    'accepted a second': answer.accepted / answer.seconds,
    'drained after (share of the load)': drainedS / answer.seconds,
    'peak memory, MiB': peakMemory(pid),
  };
}

/** Every delivery is a new incident; from the first request until the last message is at the sink. */
async function telling(setting: Setting, run: string): Promise<Figures> {
  const { port } = setting.service;
  const answer = await load({ port, secret, count: count / 2, connections, oneIn: 1, run });
  const endedAt = performance.now();
  await settled(setting);
  return { 'told a second': count / 2 / (answer.seconds + (performance.now() - endedAt) / 1_000) };
}

/** 200 requests a second, each a new incident. */
async function strolling(setting: Setting, run: string): Promise<Figures> {
  const order = { port: setting.service.port, secret, connections, oneIn: 1, rate: 200 };
  await load({ ...order, count: 400, run: `${run}w` });
  const answer = await load({ ...order, count: 2_000, run });
  await settled(setting);
  const told = await fetch(`http://127.0.0.1:${setting.sink.port}/`);
  const { receivedAt } = (await told.json()) as { receivedAt: Record<string, number> };
  const sent = Object.entries(answer.sentAt);
  const toSink = sent.map(([id, at]) => (receivedAt[id] ?? Number.POSITIVE_INFINITY) - at).sort((a, b) => a - b);
  return {
    'acknowledged, p50 ms': at(answer.latencies, 0.5),
    'acknowledged, p99 ms': at(answer.latencies, 0.99),
    'at the sink, p50 ms': at(toSink, 0.5),
    'at the sink, p99 ms': at(toSink, 0.99),
  };
}

function at(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function measured(engine: Engine, round: number): Promise<Figures> {
  const figures: Figures = { 'cold start, ms': await coldStart(engine) };
  for (const measure of [accepting, telling, strolling]) {
    const setting = await openSetting(engine);
    try {
      Object.assign(figures, await measure(setting, `${measure.name}${round}`));
    } finally {
      await setting.end();
    }
  }
  return figures;
}

const isRate = (name: string) => name.endsWith('a second');

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function row(name: string, byRound: { base: number; figures: Record<Engine, Figures> }[]): string {
  const cells = (['sqlite', 'redis'] as const).map((engine) => {
    const values = byRound.map(({ figures }) => figures[engine][name] ?? Number.NaN);
    const ratios = byRound.map(({ base }, i) => ((values[i] ?? 0) / base).toFixed(2));
    return `${median(values).toFixed(isRate(name) ? 0 : 1)}${isRate(name) ? ` (${ratios.join(', ')} of bare)` : ''}`;
  });
  return `| ${name} | ${cells.join(' | ')} |`;
}

const byRound: { base: number; figures: Record<Engine, Figures> }[] = [];
for (let round = 0; round < rounds; round += 1) {
  const base = await bare(round);
  const figures = { sqlite: await measured('sqlite', round), redis: await measured('redis', round) };
  byRound.push({ base, figures });
  process.stderr.write(`round ${round + 1}: ${JSON.stringify({ bare: base, ...figures }, null, 1)}\n`);
}
const names = Object.keys(byRound[0]?.figures.sqlite ?? {});
const lines = [
  `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}; ${rounds} rounds of ${count} deliveries, medians.`,
  '',
  `A bare express app accepts ${median(byRound.map(({ base }) => base)).toFixed(0)} a second.`,
  '',
  '| | SQLite | Redis, everysec |',
  '|---|---|---|',
  ...names.map((name) => row(name, byRound)),
  '',
  ...ruleFigures(),
];
process.stdout.write(`${lines.join('\n')}\n`);
