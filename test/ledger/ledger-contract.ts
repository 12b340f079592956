import { describe } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { describeAddresses } from './ledger-contract-addresses.ts';
import { describeClaims } from './ledger-contract-claims.ts';
import { describeCommits } from './ledger-contract-commits.ts';
import { describeHistory } from './ledger-contract-history.ts';
import { describeHolding } from './ledger-contract-holding.ts';
import { describeInbox } from './ledger-contract-inbox.ts';
import { describeNotifications } from './ledger-contract-notifications.ts';
import { describeOwing } from './ledger-contract-owing.ts';
import { describePace } from './ledger-contract-pace.ts';
import { describePredecessors } from './ledger-contract-predecessors.ts';
import { describePrune } from './ledger-contract-prune.ts';
import { describeRacing } from './ledger-contract-racing.ts';
import { describeRecord } from './ledger-contract-record.ts';
import { describeRedeliver } from './ledger-contract-redeliver.ts';
import { describeReplay } from './ledger-contract-replay.ts';
import { describeRouting } from './ledger-contract-routing.ts';
import { describeSilences } from './ledger-contract-silences.ts';
import { describeStalled } from './ledger-contract-stalled.ts';
import { describeStrays } from './ledger-contract-strays.ts';
import { describeWaiting } from './ledger-contract-waiting.ts';
import { describeWatch } from './ledger-contract-watch.ts';
import { describeWorkers } from './ledger-contract-workers.ts';

/** One empty store, on a clock of its own. */
export type LedgerHarness = {
  /** Called twice it gives two openings over the one store, as two processes have; one of them may be `serving`. */
  open(options?: { backlogLimit?: number; serving?: boolean }): Promise<Ledger>;
  /** Moves the engine's clock, for every opening; a negative number moves it back. */
  advance(ms: number): void;
  /** From here on nothing can be written, until what it returns is called. */
  stall(): Promise<() => Promise<void>>;
  /** Closes every opening and removes the store. */
  close(): Promise<void>;
};

/** What holds for any engine: `start` gives a fresh store for each test. */
export function describeLedgerContract(engine: string, start: () => Promise<LedgerHarness>): void {
  describe(`the ledger on ${engine}`, () => {
    describeInbox(start);
    describeRouting(start);
    describeCommits(start);
    describeOwing(start);
    describeClaims(start);
    describePredecessors(start);
    describePace(start);
    describeRecord(start);
    describeWaiting(start);
    describeHolding(start);
    describeSilences(start);
    describeStrays(start);
    describeWatch(start);
    describeHistory(start);
    describeReplay(start);
    describeNotifications(start);
    describeRedeliver(start);
    describeWorkers(start);
    describeAddresses(start);
    describePrune(start);
    describeRacing(start);
    describeStalled(start);
  });
}
