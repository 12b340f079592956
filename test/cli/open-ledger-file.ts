import { openSqliteLedger } from '../../src/ledger/sqlite/open-sqlite-ledger.ts';
import type { Store } from '../pipeline/open-store.ts';
import { temporaryFile } from './temporary-file.ts';

/** A store in a file that the command line can be told of, on a clock that stands still until it is moved. */
export async function openLedgerFile(startsAt: number): Promise<Store & { path: string }> {
  const path = await temporaryFile('ledger.db');
  let now = startsAt;
  const clock = () => now;
  return {
    path,
    now: clock,
    advance(ms) {
      now += ms;
    },
    open: async () => openSqliteLedger({ path, clock, backlogLimit: 10_000, serving: false, busyTimeoutMs: 1_000 }),
  };
}
