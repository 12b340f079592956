import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Ledger } from '../ledger.ts';
import { makeAddresses } from './addresses.ts';
import { makeAttempts } from './attempts.ts';
import { makeAwaiting } from './awaiting.ts';
import { makeBacklog } from './backlog.ts';
import { makeCommit } from './commit.ts';
import { makeDeliveryClaims } from './delivery-claims.ts';
import { makeFinding } from './finding.ts';
import { makeHistory } from './history.ts';
import { makeInbox } from './inbox.ts';
import { syncBeside, syncedByCommit } from './log-sync.ts';
import { makeNotificationList } from './notification-list.ts';
import { openDatabase } from './open-database.ts';
import { asOutage } from './outage.ts';
import { makeOutboxClaims } from './outbox-claims.ts';
import { makeOutboxRecord } from './outbox-record.ts';
import { makeOwing } from './owing.ts';
import { makePaces } from './paces.ts';
import { makePrune } from './prune.ts';
import { makePurpose } from './purpose.ts';
import { makeReplay } from './replay.ts';
import { makeRerouting } from './rerouting.ts';
import { makeReviving } from './reviving.ts';
import { lockServing, takeOver, watchOthers } from './serving.ts';
import { makeSilences } from './silences.ts';
import { makeStore } from './store.ts';
import { makeWatch } from './watch.ts';
import { makeWorkers } from './workers.ts';

export type SqliteLedgerOptions = {
  path: string;
  clock: () => number;
  /** How many deliveries may be unrouted before accept says `full`. */
  backlogLimit: number;
  /** The one process that serves: takes the lock, frees a dead predecessor's claims, notices others' writes. */
  serving: boolean;
  /** How long SQLite itself waits for another process's write; it blocks the event loop, so keep it short in `serve`. */
  busyTimeoutMs: number;
};

/** Opens the ledger in one file. Throws `AlreadyServed` when another process serves it. */
export function openSqliteLedger(options: SqliteLedgerOptions): Ledger {
  const { path, clock, serving } = options;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const unlock = serving ? lockServing(path) : () => undefined;
    try {
      return openLocked(options, unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  } catch (error) {
    throw asOutage(error, path);
  }

  function openLocked({ backlogLimit, busyTimeoutMs }: SqliteLedgerOptions, unlock: () => void): Ledger {
    const db = openDatabase(path);
    if (serving) takeOver(db, clock());
    db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    const log = serving ? syncBeside(db, path) : syncedByCommit;
    const store = makeStore({ db, path, clock, log });
    const attempts = makeAttempts(db);
    const awaiting = makeAwaiting(store);
    const owing = makeOwing(store);
    const paces = makePaces(db);
    const { revive, reviveAt } = makeReviving(store);
    const stopWatching = serving ? watchOthers(store) : () => undefined;
    return {
      ...makeInbox(store, backlogLimit),
      ...makeDeliveryClaims(store),
      ...makeCommit(store, owing),
      ...makeWatch(store),
      ...makeRerouting(store),
      ...makeOutboxClaims(store, attempts, paces),
      ...makeOutboxRecord(store, { attempts, awaiting, owing, paces }),
      revive,
      ...makeSilences(store, awaiting),
      ...makeWorkers(store),
      ...makeAddresses(store, reviveAt),
      ...makeHistory(store),
      ...makeReplay(store),
      ...makeNotificationList(store),
      ...makeFinding(store),
      ...makeBacklog(store),
      ...makePrune(store),
      purpose: makePurpose(store),
      now: async () => clock(),
      warnings: async () => [],
      onWork: store.onWork,
      async close() {
        stopWatching();
        await store.close();
        unlock();
      },
    };
  }
}
