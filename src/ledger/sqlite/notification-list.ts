import type { NotificationState } from '../../domain/telling/notification.ts';
import type { History } from '../history.ts';
import { pageOf } from './history.ts';
import { type NotificationRow, notificationOf } from './notification-row.ts';
import type { Store } from './store.ts';

/** The list of notifications. Its rows are numbered as they came, which is the order in which they were first owed. */
export function makeNotificationList({ db, clock, read }: Store): Pick<History, 'listNotifications'> {
  const list = (from: string, only = '') =>
    db.prepare(
      `SELECT rowid AS place, * FROM notifications ${from}
        WHERE rowid < :before AND destination = coalesce(:destination, destination) AND due_at >= :since ${only}
        ORDER BY rowid DESC LIMIT :limit`,
    );
  const owed = (state: NotificationState) =>
    list('INDEXED BY notifications_owed', `AND state IN ('due', 'waiting') AND state = '${state}'`);
  const listBy: Record<NotificationState | 'any', ReturnType<typeof list>> = {
    any: list(''),
    due: owed('due'),
    waiting: owed('waiting'),
    settled: list('', "AND state = 'settled'"),
    dead: list('INDEXED BY notifications_dead', "AND state = 'dead'"),
  };

  return {
    listNotifications: ({ limit, after, state, destination, diedWithinMs }) =>
      read(() => {
        const rows = listBy[state ?? 'any'].all({
          before: after === undefined ? Number.MAX_SAFE_INTEGER : Number(after),
          destination: destination ?? null,
          // A dead one is due when it died.
          since: diedWithinMs === undefined ? 0 : clock() - diedWithinMs,
          limit: limit + 1,
        }) as PlacedRow[];
        const page = pageOf(rows, limit, (last) => String(last.place));
        return { ...page, items: page.items.map(notificationOf) };
      }),
  };
}

type PlacedRow = NotificationRow & { place: number };
