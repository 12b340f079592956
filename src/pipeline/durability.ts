import type { Logger } from 'pino';
import type { History } from '../ledger/history.ts';

export type Durability = {
  /** One turn: asks the ledger what it may lose, and has what is new in the log. Returns how long to sleep. */
  turn(): Promise<number>;
  /** What it may lose, as it said last. */
  warnings(): readonly string[];
};

/** A turn that fails while the ledger is away is made again soon: whoever answers then may be another server. */
const askEveryMs = 60_000;

/** Keeps asking: after a failover the ledger may promise less than it did at the start. */
export function durability({ ledger, log }: { ledger: Pick<History, 'warnings'>; log: Logger }): Durability {
  let known: readonly string[] = [];
  return {
    async turn() {
      const said = await ledger.warnings();
      for (const warning of said) if (!known.includes(warning)) log.warn({ warning }, 'ledger.may-lose');
      known = said;
      return askEveryMs;
    },
    warnings: () => known,
  };
}
