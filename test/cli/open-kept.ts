import { randomUUID } from 'node:crypto';
import { onTestFinished, vi } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AttemptRecord, Next, Outcome } from '../../src/ledger/outbox.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open-sqlite-ledger.ts';
import type { Ran } from './run-cli.ts';
import { runCli } from './run-cli.ts';
import { temporaryFile } from './temporary-file.ts';

export const startedAt = Date.parse('2026-03-02T08:00:00Z');

/** A ledger in a file, on a clock that stands still until it is moved, and the command line beside it. */
export type Kept = {
  ledger: Ledger;
  advance(ms: number): void;
  run(...args: string[]): Promise<Ran>;
  /** Answers what is owed at this destination; the ids of the notifications. */
  answer(destination: string, answer?: Answer): Promise<string[]>;
  /** A service that goes by such a file. */
  serve(file?: string, refused?: { file: string; why: string }): Promise<void>;
};

export type Answer = { outcome: Outcome; next?: Next | 'dead' };

export async function openKept(): Promise<Kept> {
  vi.useFakeTimers({ now: startedAt, toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const path = await temporaryFile('ledger.db');
  const ledger = openSqliteLedger({ path, clock: Date.now, backlogLimit: 100, serving: false, busyTimeoutMs: 1_000 });
  onTestFinished(() => ledger.close());
  return {
    ledger,
    advance: (ms) => void vi.setSystemTime(Date.now() + ms),
    run: (...args) => runCli(args, { TOCSIN_DATA: path }),
    answer: (destination, answer) => answerOwed(ledger, destination, answer),
    serve: (file = 'f1', refused) => {
      const worker = { id: randomUUID(), file, rules: {}, sources: [], addresses: [] };
      return ledger.announce({ ...worker, ...(refused ? { refused } : {}) }, 86_400_000);
    },
  };
}

const told: Answer = { outcome: { act: 'open', result: 'told', ref: 'C1/1.1' } };
export const refusedBy = (reason: string): Answer => ({
  outcome: { act: 'open', result: 'refused', reason },
  next: 'dead',
});

export async function answerOwed(
  ledger: Ledger,
  destination: string,
  { outcome, next }: Answer = told,
): Promise<string[]> {
  const rooms = [{ address: `made:${destination}`, slots: 100, leaseMs: 15_000 }];
  const { now, notifications } = await ledger.claimNotifications({ token: randomUUID(), rooms, holding: [] });
  for (const { id, token, owedRevision, told: before, strays } of notifications) {
    const part = { ref: outcome.ref ?? '', revision: owedRevision, severity: 'error' as const, at: now };
    const record: AttemptRecord = {
      id,
      token,
      outcome,
      told: outcome.result === 'told' ? { opened: 'yes', parts: [part], since: owedRevision } : before,
      next: nextOf(next, outcome, owedRevision),
      failures: 0,
      absorbed: strays.length,
    };
    await ledger.record(record);
  }
  return notifications.map((each) => each.id);
}

function nextOf(next: Answer['next'], { reason = '' }: Outcome, revision: number): Next {
  return next === 'dead' ? { state: 'dead', revision, reason } : (next ?? { state: 'settled', revision });
}
