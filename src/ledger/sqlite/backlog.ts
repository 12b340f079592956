import type { Backlog, History } from '../history.ts';
import type { Store } from './store.ts';

/** What waits, what was given up, and what was heard. */
export function makeBacklog({ db, read }: Store): Pick<History, 'backlog'> {
  const unrouted = db.prepare(
    "SELECT (SELECT unrouted FROM tally) AS count, min(received_at) AS at FROM deliveries WHERE state = 'unrouted'",
  );
  const owed = db.prepare(
    "SELECT count(*) AS count, min(owed_since) AS at FROM notifications WHERE state IN ('due', 'waiting')",
  );
  const openIncidents = db.prepare('SELECT count(*) AS count FROM incidents WHERE open = 1');
  const deadDeliveries = db.prepare("SELECT count(*) AS count FROM deliveries WHERE state = 'dead'");
  const deadNotifications = db.prepare("SELECT count(*) AS count FROM notifications WHERE state = 'dead'");
  const refusals = db.prepare('SELECT code, count FROM refusal_counts ORDER BY code');
  const heard = db.prepare('SELECT source, accepted, duplicate, altered, last_at FROM heard ORDER BY source');
  const counted = (statement: typeof openIncidents) => (statement.get() as CountRow).count;

  return {
    backlog: () =>
      read((): Backlog => {
        const waiting = unrouted.get() as CountRow;
        const telling = owed.get() as CountRow;
        return {
          unrouted: waiting.count,
          ...(waiting.at !== null && { oldestUnroutedAt: waiting.at }),
          owed: telling.count,
          ...(telling.at !== null && { oldestOwedAt: telling.at }),
          openIncidents: counted(openIncidents),
          deadDeliveries: counted(deadDeliveries),
          deadNotifications: counted(deadNotifications),
          refusals: Object.fromEntries(refusals.all().map(({ code, count }) => [code, Number(count)])),
          heard: Object.fromEntries((heard.all() as HeardRow[]).map(({ source, ...row }) => [source, heardOf(row)])),
        };
      }),
  };
}

type CountRow = { count: number; at: number | null };
type HeardRow = { source: string; accepted: number; duplicate: number; altered: number; last_at: number };

function heardOf({ last_at: lastAt, ...counts }: Omit<HeardRow, 'source'>): Backlog['heard'][string] {
  return { ...counts, lastAt };
}
