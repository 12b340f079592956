import { createHash } from 'node:crypto';
import { openSqliteLedger } from '../src/ledger/sqlite/open-sqlite-ledger.ts';
import { inboxCheck } from '../src/sources/inbox-check.ts';
import { reachscore } from '../src/sources/reachscore.ts';
import type { SourceType } from '../src/sources/source.ts';

const day = 86_400_000;

/**
 * A ledger in a file with so many deliveries, received over the days until now: placement tests of a few hundred
 * domains, some of them in trouble for hours, and among ten of them a monitor, an alert or its end. Always the same.
 */
export async function makeHistory({ path, count, days }: { path: string; count: number; days: number }): Promise<void> {
  const until = Date.now();
  let now = until - days * day;
  const ledger = openSqliteLedger({
    path,
    clock: () => now,
    backlogLimit: count + 1,
    serving: false,
    busyTimeoutMs: 1_000,
  });
  const chance = chances();
  for (let i = 0; i < count; i += 64) {
    const group = Array.from({ length: Math.min(64, count - i) }, (_, j) => made(i + j, now, chance));
    await Promise.all(group.map((each) => ledger.accept(each)));
    now += ((days * day) / count) * 64;
  }
  await ledger.close();
}

/** Numbers from 0 to 1, the same in each run (https://en.wikipedia.org/wiki/Linear_congruential_generator). */
function chances(): () => number {
  let state = 1;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function made(i: number, atMs: number, chance: () => number) {
  const id = `dlv_made_${i}`;
  const [sender, type, data] = happening(i, chance);
  const body = sender.fixture(type, { id, atMs }) as { data: Record<string, object> };
  const bytes = Buffer.from(JSON.stringify({ ...body, data: { ...body.data, ...data(body.data) } }));
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { source: sender.type, id, type, body: bytes, digest, token: id };
}

type Happening = [SourceType, string, (data: Record<string, object>) => object];

const domains = 300;

function happening(i: number, chance: () => number): Happening {
  const n = Math.floor(chance() * domains);
  const domain = `d${n}.example.com`;
  if (i % 10 === 3) return [inboxCheck, 'monitor.alert', () => ({ monitorId: `mon_${n}`, senderDomain: domain })];
  if (i % 10 === 7) return [reachscore, chance() < 0.5 ? 'alert.triggered' : 'alert.resolved', () => ({})];
  // A domain is in trouble for a stretch of its own.
  const isBad = (i + n * 97) % 30_000 < 1_500;
  const inboxRate = Math.round((isBad ? 0.45 + chance() * 0.45 : 0.86 + chance() * 0.13) * 1_000) / 1_000;
  return [
    inboxCheck,
    'test.completed',
    ({ summary }) => ({ senderDomain: domain, summary: { ...summary, inboxRate } }),
  ];
}
