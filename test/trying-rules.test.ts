import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openSqliteLedger } from '../src/ledger/sqlite/open-sqlite-ledger.ts';
import { inboxCheck } from '../src/sources/inbox-check.ts';
import { runCli } from './cli/run-cli.ts';
import { aDelivery } from './ledger/ledger-contract-samples.ts';

/** The page: its files, and its commands with what they are said to print. */
const page = await readFile(join(import.meta.dirname, '..', 'docs', 'trying-rules.md'), 'utf8');
const files = [...page.matchAll(/^```json (\S+)\n(.*?)^```$/gms)].map(([, name = '', text = '']) => ({ name, text }));
const commands = [...page.matchAll(/^```console\n\$ tocsin (.*?)\n(.*?)^```$/gms)].map(
  ([, line = '', printed = '']) => {
    return { line, printed };
  },
);

const home = process.cwd();
let folder: string;
const until = Date.parse('2026-03-30T08:00:00Z');
const hour = 3_600_000;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-page-'));
  process.chdir(folder);
  vi.useFakeTimers({ now: until, toFake: ['Date'] });
  for (const { name, text } of files) await writeFile(name, text);
  const rules = files.find(({ name }) => name === 'rules.json')?.text ?? '';
  await writeFile('new.json', rules.replace('"$lt": 0.8 ', '"$lt": 0.7 '));
  await writeFile('other.json', rules.replace('"count": 2, "of": 3', '"count": 3, "of": 3'));
  await receive();
});

afterAll(async () => {
  vi.useRealTimers();
  process.chdir(home);
  await rm(folder, { recursive: true });
});

/** Four weeks: a bad day in each, the third one only so bad, and Gmail against it in the last. */
async function receive(): Promise<void> {
  let now = until - 28 * 24 * hour;
  const options = { path: 'ledger.db', backlogLimit: 1_000, serving: false, busyTimeoutMs: 1_000 };
  const ledger = openSqliteLedger({ ...options, clock: () => now });
  for (let i = 0; i < 28 * 6; i += 1) {
    const isBad = i % 42 >= 20 && i % 42 < 23;
    const inboxRate = isBad ? [0.62, 0.55, 0.75, 0.5][Math.floor(i / 42)] : 0.93;
    const placement = i > 140 && isBad ? 'spam' : 'inbox';
    const id = `dlv_${i}`;
    const body = inboxCheck.fixture('test.completed', { id, atMs: now }) as { data: Record<string, object> };
    const summary = { ...body.data.summary, inboxRate };
    const data = { ...body.data, summary, providers: [{ provider: 'gmail', placement }] };
    await ledger.accept(aDelivery({ id, body: Buffer.from(JSON.stringify({ ...body, data })) }));
    now += 4 * hour;
  }
  await ledger.close();
}

describe('the page on trying rules', () => {
  test('shows every way that is a command', () => {
    expect(commands.map(({ line }) => line.split(' ')[0])).toEqual(['explain', 'test', 'test', 'backtest']);
  });

  test.each(commands)('shows what `tocsin $line` prints', async ({ line, printed }) => {
    const { out } = await runCli(line.split(' '), { TOCSIN_DATA: 'ledger.db' });
    expect(out).toBe(printed);
  });
});
