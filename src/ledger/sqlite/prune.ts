import type { History, Retention } from '../history.ts';
import { addressesKeptMs } from './addresses.ts';
import { silencesKeptMs } from './silences.ts';
import type { Store } from './store.ts';

/** Forgets what is old, a few things at a time: a transaction that deletes much holds up those that accept. */
export function makePrune({ db, clock, write }: Store): Pick<History, 'prune'> {
  const steps = [...historySteps(db), ...memorySteps(db), ...agedSteps(db)];
  return {
    prune: (retention, limit) =>
      write(() => {
        const now = clock();
        let went = 0;
        for (const step of steps) {
          if (went < limit) went += step({ retention, now, limit: limit - went });
        }
        return went;
      }),
  };
}

type Pruning = { retention: Retention; now: number; limit: number };
/** Forgets at most `limit` of one kind; how many went. */
type Step = (pruning: Pruning) => number;

type Sized = { bytes: number };
type PayloadRow = Sized & { seq: number; received_at: number };
type EpisodeRow = Sized & { key: string; number: number };

/** Payloads and ended episodes: by age, then by bytes, payloads first. */
function historySteps(db: Store['db']): Step[] {
  const payloads = db.prepare(
    `SELECT b.seq, d.received_at, d.bytes + coalesce(length(t.trace), 0) AS bytes
       FROM bodies b CROSS JOIN deliveries d USING (seq) LEFT JOIN traces t USING (seq)
      WHERE d.state <> 'unrouted' ORDER BY b.seq`,
  );
  const forgetBody = db.prepare('DELETE FROM bodies WHERE seq = :seq');
  const forgetTrace = db.prepare('DELETE FROM traces WHERE seq = :seq');
  const episodes = db.prepare(
    `SELECT e.key, e.number, length(e.episode) AS bytes FROM episodes e
      WHERE e.over_at < :before AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.key = e.key
        AND n.number = e.number AND (n.state IN ('due', 'waiting') OR n.due_at >= :before))
      ORDER BY e.over_at LIMIT :limit`,
  );
  const forgetNotifications = db.prepare('DELETE FROM notifications WHERE key = :key AND number = :number');
  const forgetEpisode = db.prepare('DELETE FROM episodes WHERE key = :key AND number = :number');
  const usedBytes = makeUsedBytes(db);

  const forgetPayload = ({ seq }: PayloadRow) => {
    forgetBody.run({ seq });
    forgetTrace.run({ seq });
  };
  const forgetOver = ({ key, number }: EpisodeRow) => {
    forgetNotifications.run({ key, number });
    forgetEpisode.run({ key, number });
  };
  const oldPayloads = payloads.iterate.bind(payloads) as () => Iterable<PayloadRow>;
  const over = (before: number, limit: number) => episodes.all({ before, limit }) as EpisodeRow[];

  return [
    ({ retention, now, limit }) =>
      forgetAll(
        takeWhile(oldPayloads(), limit, (row) => row.received_at < now - retention.historyMs),
        forgetPayload,
      ),
    ({ retention, now, limit }) => forgetAll(over(now - retention.historyMs, limit), forgetOver),
    ({ retention, limit }) =>
      forgetAll(takeWhile(oldPayloads(), limit, untilFreed(usedBytes() - retention.historyBytes)), forgetPayload),
    ({ retention, now, limit }) =>
      forgetAll(takeWhile(over(now, limit), limit, untilFreed(usedBytes() - retention.historyBytes)), forgetOver),
  ];
}

/** What must be remembered after its history is gone: ids, floors, and when nobody listened. */
function memorySteps(db: Store['db']): Step[] {
  // Bounded by the first that is younger, so that it reads no further.
  const ids = db.prepare(
    `DELETE FROM deliveries WHERE seq IN (SELECT seq FROM deliveries d
      WHERE seq < coalesce((SELECT seq FROM deliveries WHERE received_at >= :before ORDER BY seq LIMIT 1), 1e15)
        AND state <> 'unrouted' AND NOT EXISTS (SELECT 1 FROM bodies b WHERE b.seq = d.seq)
      ORDER BY seq LIMIT :limit)`,
  );
  const floors = db.prepare(
    `DELETE FROM incidents WHERE number IN (SELECT number FROM incidents i
      WHERE open = 0 AND changed_at < :before AND wake_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM episodes e WHERE e.key = i.key) LIMIT :limit)`,
  );
  const gaps = db.prepare(
    'DELETE FROM gaps WHERE rowid IN (SELECT rowid FROM gaps WHERE until_at < :before LIMIT :limit)',
  );
  return [ids, floors, gaps].map((forget) => ({ retention, now, limit }) => {
    const before = now - retention.memoryMs;
    return Number(forget.run({ before, limit }).changes);
  });
}

/** What is kept for as long as it is shown. */
function agedSteps(db: Store['db']): Step[] {
  const silences = db.prepare(
    'DELETE FROM silences WHERE number IN (SELECT number FROM silences WHERE ends_at < :before LIMIT :limit)',
  );
  const addresses = db.prepare(
    `DELETE FROM addresses WHERE address IN (SELECT address FROM addresses a WHERE taken_up_at < :before
        AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.address = a.address) LIMIT :limit)`,
  );
  return [
    ({ now, limit }) => Number(silences.run({ before: now - silencesKeptMs, limit }).changes),
    ({ now, limit }) => Number(addresses.run({ before: now - addressesKeptMs, limit }).changes),
  ];
}

/** The pages in use: all that is kept, counted for nothing. */
function makeUsedBytes(db: Store['db']): () => number {
  const pages = db.prepare('SELECT page_count AS count, page_size AS size FROM pragma_page_count, pragma_page_size');
  const free = db.prepare('SELECT freelist_count AS count FROM pragma_freelist_count');
  return () => {
    const { count, size } = pages.get() as { count: number; size: number };
    return (count - Number(free.get()?.count)) * size;
  };
}

function forgetAll<Row>(rows: Row[], forget: (row: Row) => void): number {
  for (const row of rows) forget(row);
  return rows.length;
}

/** Reads no further than it must: the rows come in the order of their age. */
function takeWhile<Row>(rows: Iterable<Row>, limit: number, isWanted: (row: Row) => boolean): Row[] {
  const taken: Row[] = [];
  for (const row of rows) {
    if (taken.length === limit || !isWanted(row)) break;
    taken.push(row);
  }
  return taken;
}

function untilFreed(excess: number): (row: Sized) => boolean {
  let left = excess;
  return (row) => {
    const isWanted = left > 0;
    left -= row.bytes;
    return isWanted;
  };
}
