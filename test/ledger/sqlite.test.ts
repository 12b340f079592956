import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open-sqlite-ledger.ts';
import { describeLedgerContract } from './ledger-contract.ts';

describeLedgerContract('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-'));
  const opened: Ledger[] = [];
  let now = Date.parse('2026-01-01T00:00:00Z');
  const fixed = { path: join(folder, 'ledger.db'), clock: () => now };
  return {
    async open({ backlogLimit = 1_000, serving = false } = {}) {
      const ledger = openSqliteLedger({ ...fixed, backlogLimit, serving, busyTimeoutMs: serving ? 50 : 1_000 });
      opened.push(ledger);
      return ledger;
    },
    advance(ms) {
      now += ms;
    },
    async stall() {
      const other = new DatabaseSync(fixed.path);
      other.exec('BEGIN IMMEDIATE');
      return async () => other.close();
    },
    async close() {
      await Promise.all(opened.map((ledger) => ledger.close()));
      await rm(folder, { recursive: true });
    },
  };
});
