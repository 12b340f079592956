import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { groupCommit } from '../group-commit.ts';
import { LedgerUnavailable } from '../ledger.ts';
import type { LogSync } from './log-sync.ts';
import { asOutage, isBusy } from './outage.ts';

/**
 * How long a write waits for another process's, and for those before it: a hook answers within 3 s. What cannot begin by
 * then is given up, or deliveries would pile up while the file is locked, to be kept long after the sender was sent away.
 */
const patienceMs = 2_500;
const betweenTriesMs = 20;

export type Work = 'route' | 'notify' | 'watch';

/** What every part of the engine is built on. */
export type Store = {
  db: DatabaseSync;
  clock: () => number;
  /**
   * Runs in the next transaction, under a savepoint of its own; resolves once that is durable. `LedgerUnavailable` if it
   * could not begin in time: then it never runs.
   */
  write<T>(work: () => T, bytes?: number): Promise<T>;
  read<T>(work: () => T): Promise<T>;
  /** Called within a write: tells the listeners once it is committed. */
  announce(work: Work): void;
  onWork(listener: (work: Work) => void): () => void;
  /** Tells the listeners now. */
  tell(work: Work): void;
  /** Lets what waits be written, takes nothing more, and closes the file. */
  close(): Promise<void>;
};

/** What a write of small rows weighs in a group. */
const smallBytes = 256;

export type StoreOptions = { db: DatabaseSync; path: string; clock: () => number; log: LogSync };

export function makeStore({ db, path, clock, log }: StoreOptions): Store {
  const listeners = new Set<(work: Work) => void>();
  /** By the write that runs now; by all of its group that stand. */
  const announcing = new Set<Work>();
  const announced = new Set<Work>();
  const transact = transactions(db);
  let closed = false;
  /** Why nothing more is taken. */
  let shut: LedgerUnavailable | undefined;

  const tell = (work: Work) => {
    for (const listener of listeners) listener(work);
  };
  const commitGroup = groupCommit<Item, Settle>({
    bytes: (item) => item.bytes,
    run: async (items) => {
      announced.clear();
      if (shut?.cause) throw shut;
      const settles = await transact(items);
      if (settles.size > 0) await durable();
      for (const work of announced) tell(work);
      return items.map((item) => settles.get(item) ?? refused);
    },
  });
  function enqueue<T>(work: () => T, bytes: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = () => {
        announcing.clear();
        const value = work();
        for (const each of announcing) announced.add(each);
        return () => resolve(value);
      };
      const refuse = (error: unknown) => reject(asOutage(error, path));
      const until = performance.now() + patienceMs;
      commitGroup({ run, refuse, bytes, until }).then((settle) => settle(), refuse);
    });
  }
  /** After a failure the system may take for written what is not (https://wiki.postgresql.org/wiki/Fsync_Errors). */
  async function durable(): Promise<void> {
    try {
      await log.sync();
    } catch (cause) {
      shut = new LedgerUnavailable(`The ledger ${path}: the disk failed; look at it, then start again.`, { cause });
      throw shut;
    }
  }
  const refuseShut = () => {
    if (shut) throw shut;
  };

  return {
    db,
    clock,
    async write(work, bytes = smallBytes) {
      refuseShut();
      return enqueue(work, bytes);
    },
    async read(work) {
      refuseShut();
      try {
        return work();
      } catch (error) {
        throw asOutage(error, path);
      }
    },
    announce: (work) => announcing.add(work),
    onWork(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell,
    async close() {
      if (closed) return;
      closed = true;
      shut ??= new LedgerUnavailable(`The ledger ${path} is closed.`);
      await enqueue(() => undefined, 0).catch(() => undefined);
      log.close();
      db.close();
    },
  };
}

type Settle = () => void;
/** It was told so already. */
const refused: Settle = () => undefined;

type Item = { run: () => Settle; refuse: (error: unknown) => void; bytes: number; until: number };
type Settles = Map<Item, Settle>;

/**
 * Runs a group in one transaction. An item that throws is undone by itself; the others stand. Those that can wait no
 * longer are refused, and are not among what is returned.
 */
function transactions(db: DatabaseSync): (items: Item[]) => Promise<Settles> {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  const savepoint = db.prepare('SAVEPOINT item');
  const release = db.prepare('RELEASE item');
  const undo = db.prepare('ROLLBACK TO item');
  /** What kept the last from beginning: those behind it waited for the same. */
  let hindrance: unknown;

  /**
   * Waiting in SQLite blocks the event loop, so a lock is waited for mostly out here, as long as any of the items can
   * wait. Those that are left when it is there.
   */
  async function beginPatiently(items: Item[]): Promise<Item[]> {
    for (let left = stillWaiting(items, hindrance ?? tooLate()); left.length > 0; ) {
      try {
        begin.run();
        hindrance = undefined;
        return left;
      } catch (error) {
        if (!isBusy(error)) throw error;
        hindrance = error;
        left = stillWaiting(left, error);
      }
      await pause(betweenTriesMs);
    }
    return [];
  }

  /** Without savepoints, each of which costs a copy of every page changed. `undefined`: one threw, all are undone. */
  function runTogether(items: Item[]): Settles | undefined {
    try {
      return new Map(items.map((item) => [item, item.run()]));
    } catch {
      if (db.isTransaction) rollback.run();
      return undefined;
    }
  }

  function runApart(item: Item): Settle {
    savepoint.run();
    try {
      const settle = item.run();
      release.run();
      return settle;
    } catch (error) {
      // A full disk may end the whole transaction: then the group has failed, not the item.
      if (!db.isTransaction) throw error;
      undo.run();
      release.run();
      return () => item.refuse(error);
    }
  }

  async function runEachApart(items: Item[]): Promise<Settles> {
    return new Map((await beginPatiently(items)).map((item) => [item, runApart(item)]));
  }

  return async (items) => {
    const left = await beginPatiently(items);
    try {
      const settles = runTogether(left) ?? (await runEachApart(left));
      // Where all were refused there is none.
      if (db.isTransaction) commit.run();
      return settles;
    } catch (error) {
      if (db.isTransaction) rollback.run();
      throw error;
    }
  };
}

/** Refuses those whose time is over; the others. */
function stillWaiting(items: Item[], why: unknown): Item[] {
  const now = performance.now();
  for (const item of items) if (item.until <= now) item.refuse(why);
  return items.filter((item) => item.until > now);
}

function tooLate(): LedgerUnavailable {
  return new LedgerUnavailable(`The ledger did not come to it within ${patienceMs} ms.`);
}
