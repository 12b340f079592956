import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Ledger, LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open-sqlite-ledger.ts';
import { AlreadyServed } from '../../src/ledger/sqlite/serving.ts';
import { acceptOne, aDelivery, claim, claimFrom, minute, owe } from './ledger-contract-samples.ts';

let folder: string;
let path: string;
let closings: (() => unknown)[];

function open(serving: boolean): Ledger {
  const options = { path, clock: Date.now, backlogLimit: 100, serving, busyTimeoutMs: serving ? 20 : 3_000 };
  const ledger = openSqliteLedger(options);
  closings.push(() => ledger.close());
  return ledger;
}

/** Holds the file's write lock, as another process does while it writes. Returns the way to let go. */
function lockWrites(): () => void {
  const other = new DatabaseSync(path);
  closings.push(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  return () => other.exec('COMMIT');
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-'));
  path = join(folder, 'data', 'ledger.db');
  closings = [];
});
afterEach(async () => {
  for (const close of closings) await close();
  await rm(folder, { recursive: true });
});

describe('serving one SQLite file', () => {
  test('a second one is refused and told who serves, until the first has closed', async () => {
    const first = open(true);

    expect(() => open(true)).toThrow(AlreadyServed);
    expect(() => open(true)).toThrow(new RegExp(`served by process ${process.pid} since \\d{4}-`));

    await first.close();
    expect(await open(true).now()).toBeGreaterThan(0);
  });

  test('the command line may write beside it', async () => {
    const serving = open(true);
    const seq = await acceptOne(open(false));

    expect(await claim(serving)).toMatchObject([{ seq }]);
  });

  test('hears of what others wrote', async () => {
    const serving = open(true);
    const heard = new Set<string>();
    const all = new Promise<void>((resolve) => {
      serving.onWork((work) => heard.add(work).size === 3 && resolve());
    });

    await acceptOne(open(false));
    await all;

    expect([...heard].sort()).toEqual(['notify', 'route', 'watch']);
  });

  test('takes over at once what a killed process had claimed', async () => {
    const seq = await acceptOne(open(false));
    const id = await owe(open(false), 'k');
    await dieHoldingClaims();

    const next = open(true);

    expect(await claim(next)).toMatchObject([{ seq }]);
    expect(await claimFrom(next)).toMatchObject([{ id, interrupted: true, attempts: 2 }]);
  });

  test('forgets what a killed process went by', async () => {
    await open(false).announce({ id: 'w', file: 'a1', rules: {}, sources: [], addresses: [] }, minute);

    expect(await open(true).listWorkers()).toEqual([]);
  });

  test('leaves alone what a living process has claimed when it is not serving', async () => {
    await acceptOne(open(true));
    await claim(open(false), { leaseMs: minute });

    expect(await claim(open(false))).toEqual([]);
  });
});

describe('a file that another process is writing', () => {
  test('is waited for, without blocking', async () => {
    const ledger = open(true);
    const letGo = lockWrites();

    const accepting = ledger.accept(aDelivery());
    // It would be blocked until the lock is let go, which is only after these.
    for (let turns = 0; turns < 5; turns += 1) await turn();
    letGo();

    expect(await accepting).toMatchObject({ status: 'accepted' });
  });

  test('is unavailable after three seconds, and works again afterwards', async () => {
    const ledger = open(true);
    const letGo = lockWrites();
    const delivery = aDelivery();

    const accepting = ledger.accept(delivery);
    await expect(accepting).rejects.toThrow(LedgerUnavailable);
    await expect(accepting).rejects.toThrow(/another process keeps it locked/);
    letGo();

    expect(await ledger.accept(delivery)).toMatchObject({ status: 'accepted' });
  });

  test('can still be read', async () => {
    const ledger = open(true);
    lockWrites();

    expect(await ledger.backlog()).toMatchObject({ unrouted: 0 });
  });
});

test('a closed ledger is unavailable, after it wrote what it had taken', async () => {
  const ledger = open(false);
  const delivery = aDelivery();
  const accepting = ledger.accept(delivery);
  await ledger.close();

  expect(await accepting).toMatchObject({ status: 'accepted' });
  await expect(ledger.accept(aDelivery())).rejects.toThrow(LedgerUnavailable);
  await expect(ledger.backlog()).rejects.toThrow(LedgerUnavailable);
  expect(await open(false).findDeliveries(delivery.id)).toHaveLength(1);
});

/** A process that serves the file, claims all there is, and is killed. */
async function dieHoldingClaims(): Promise<void> {
  const module = (file: string) => JSON.stringify(new URL(`../../src/ledger/sqlite/${file}`, import.meta.url).href);
  const script = `
    const { openSqliteLedger } = await import(${module('open-sqlite-ledger.ts')});
    const options = { path: ${JSON.stringify(path)}, clock: Date.now, backlogLimit: 100, serving: true, busyTimeoutMs: 20 };
    const ledger = openSqliteLedger(options);
    await ledger.claimDeliveries({ token: 't', limit: 10, leaseMs: 600_000, holding: [] });
    const rooms = [{ address: 'slack:C1', slots: 10, leaseMs: 600_000 }];
    await ledger.claimNotifications({ token: 't', rooms, holding: [] });
    console.log('claimed');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  expect(() => open(true)).toThrow(new RegExp(`process ${child.pid} `));
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Others on the event loop get theirs. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 10));
