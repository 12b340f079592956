import type { Logger } from 'pino';
import type { KnownAddress, Worker, Workers } from '../ledger/workers.ts';

export type Presence = {
  ledger: Workers;
  id: string;
  /** What this process goes by now. */
  worker: () => Omit<Worker, 'id' | 'since'>;
  /** Where it tells now. */
  addresses: () => KnownAddress[];
  /** Hears who is there, when somebody came, went or changed, this process too; and every minute. */
  look: (workers: Worker[]) => Promise<void>;
  log: Logger;
  elapsedMs: () => number;
};

/** A process that was killed is missed after this long. */
const forMs = 60_000;
const stayEveryMs = 15_000;
const listEveryMs = 5_000;
const lookEveryMs = 60_000;

export type Present = {
  /** One turn: says what this process goes by, or that it is still there. Returns how long to sleep. */
  turn(): Promise<number>;
  leave(): Promise<void>;
};

/** Makes this process known to the others, and the others to it. */
export function presence({ ledger, id, worker, addresses, look, log, elapsedMs }: Presence): Present {
  let announced = '';
  let stayedAt = Number.NEGATIVE_INFINITY;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let lookedAtThese = '';

  async function announce(): Promise<void> {
    const mine = worker();
    const text = JSON.stringify(mine);
    const isDue = elapsedMs() - stayedAt >= stayEveryMs;
    if (text === announced && (!isDue || (await ledger.stay(id, forMs)))) {
      if (isDue) stayedAt = elapsedMs();
      return;
    }
    await ledger.announce({ id, ...mine }, forMs);
    announced = text;
    stayedAt = elapsedMs();
  }

  return {
    async turn() {
      await announce();
      const workers = await ledger.listWorkers();
      const these = whatMatters(workers, addresses());
      if (these !== lookedAtThese || elapsedMs() - lookedAt >= lookEveryMs) {
        await look(workers);
        lookedAtThese = these;
        lookedAt = elapsedMs();
      }
      return listEveryMs;
    },
    async leave() {
      // A ledger that is gone keeps nobody from stopping: it is missed soon.
      await ledger.leave(id).catch((err) => log.warn({ err }, 'worker.left-unsaid'));
    },
  };
}

/** What a look goes by, in one order: a ledger lists in none, and one that has just said that it is there is no other. */
function whatMatters(workers: readonly Worker[], mine: readonly KnownAddress[]): string {
  const goBy = workers.map(({ id, file, rules, sources, addresses }) => {
    return JSON.stringify([id, file, Object.entries(rules).sort(), sources.toSorted(), addresses.toSorted()]);
  });
  return JSON.stringify([goBy.sort(), mine.map((each) => JSON.stringify(each)).sort()]);
}
