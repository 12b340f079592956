import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteLedger } from '../src/ledger/sqlite/open-sqlite-ledger.ts';
import { makeHistory } from './made-history.ts';

/**
 * `node bench/backtest.ts [deliveries] [rounds]`: how long `tocsin backtest --rules` takes over a made history, with two
 * rules files, as a process of its own; beside it what reading and parsing the same deliveries takes in the same round.
 */
const count = Number(process.argv[2] ?? 100_000);
const rounds = Number(process.argv[3] ?? 3);

const dir = await mkdtemp(join(tmpdir(), 'tocsin-bench-'));
try {
  const path = join(dir, 'tocsin.db');
  const other = join(dir, 'other.json');
  const example = await readFile('rules.example.json', 'utf8');
  await writeFile(other, example.replace('"$lt": 0.8 ', '"$lt": 0.75 '));
  await makeHistory({ path, count, days: 29 });
  for (let round = 1; round <= rounds; round += 1) {
    const read = await seconds(() => readAll(path));
    const alone = await seconds(async () => run(path, []));
    const compared = await seconds(async () => run(path, ['--rules', other]));
    print(`round ${round}: read and parsed in ${words(read)}`);
    print(`  backtest of the rules in force ${words(alone)}, ${(alone / read).toFixed(1)} times that`);
    print(`  backtest of others against them ${words(compared)}, ${(compared / read).toFixed(1)} times that`);
  }
  print(`${count} deliveries; ${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}`);
} finally {
  await rm(dir, { recursive: true });
}

function run(path: string, args: string[]): void {
  const env = { ...process.env, TOCSIN_DATA: path, TOCSIN_RULES: 'rules.example.json' };
  execFileSync(process.execPath, ['src/main.ts', 'backtest', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function readAll(path: string): Promise<void> {
  const ledger = openSqliteLedger({ path, clock: Date.now, backlogLimit: 1, serving: false, busyTimeoutMs: 1_000 });
  let after: string | undefined;
  let heard = 0;
  do {
    const page = await ledger.readDeliveries({ sinceMs: 1e12, limit: 500, ...(after === undefined ? {} : { after }) });
    for (const { body } of page.items) heard += JSON.parse(Buffer.from(body).toString('utf8')) ? 1 : 0;
    after = page.next;
  } while (after !== undefined);
  await ledger.close();
  if (heard !== count) throw new Error(`${heard} of ${count} were there`);
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1_000;
}

function words(took: number): string {
  return `${took.toFixed(1)} s`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
