import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open-sqlite-ledger.ts';

/** A ledger on a file of its own, gone with the test. */
export async function openTemporaryLedger(clock: () => number, backlogLimit = 100): Promise<Ledger> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-hooks-'));
  const path = join(folder, 'ledger.db');
  const ledger = openSqliteLedger({ path, clock, backlogLimit, serving: false, busyTimeoutMs: 1_000 });
  onTestFinished(async () => {
    await ledger.close();
    await rm(folder, { recursive: true });
  });
  return ledger;
}
