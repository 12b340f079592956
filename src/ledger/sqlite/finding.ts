import type { Episode, Incident } from '../../domain/incident/incident.ts';
import type { Trace } from '../../domain/trace.ts';
import { type Attempt, attemptsKept, type History, type NotificationHistory } from '../history.ts';
import { deliveryColumns, keptDelivery } from './history.ts';
import { type NotificationRow, notificationOf } from './notification-row.ts';
import type { Store } from './store.ts';

/** Episodes and notifications shown for one incident. */
const shown = 100;

/** One delivery, incident or notification with all that is kept about it. */
export function makeFinding({
  db,
  read,
}: Store): Pick<History, 'findDeliveries' | 'findIncident' | 'findNotification'> {
  const deliveries = db.prepare(
    `SELECT ${deliveryColumns}, body, trace FROM deliveries LEFT JOIN bodies USING (seq) LEFT JOIN traces USING (seq)
      WHERE id = :id ORDER BY seq DESC`,
  );
  const incident = db.prepare('SELECT incident FROM incidents WHERE key = :key');
  const episodes = db.prepare(`SELECT episode FROM episodes WHERE key = :key ORDER BY number DESC LIMIT ${shown}`);
  const notifications = db.prepare(
    `SELECT * FROM notifications WHERE key = :key ORDER BY number DESC, address LIMIT ${shown}`,
  );
  const notification = db.prepare('SELECT * FROM notifications WHERE id = :id');
  const episode = db.prepare('SELECT episode FROM episodes WHERE key = :key AND number = :number');
  const attempts = db.prepare(
    `SELECT * FROM (SELECT * FROM attempts WHERE notification = :id ORDER BY number DESC LIMIT ${attemptsKept})
      ORDER BY number`,
  );
  const historyOf = (row: NotificationRow): NotificationHistory => ({
    ...notificationOf(row),
    attempts: attempts.all({ id: row.id }).map(attemptOf),
  });

  return {
    findDeliveries: (id) =>
      read(() =>
        deliveries.all({ id }).map((row) => {
          const { body, trace } = row as PayloadRow;
          return {
            ...keptDelivery(row),
            ...(body !== null && { body }),
            ...(trace !== null && { trace: JSON.parse(trace) as Trace }),
          };
        }),
      ),
    findIncident: (key) =>
      read(() => {
        const found = incident.get({ key })?.incident;
        const told = notifications.all({ key }) as NotificationRow[];
        const kept = episodes.all({ key }).map((row) => JSON.parse(row.episode as string) as Episode);
        if (found === undefined && kept.length === 0) return undefined;
        return {
          incident: found === undefined ? undefined : (JSON.parse(found as string) as Incident),
          episodes: kept,
          notifications: told.map(historyOf),
        };
      }),
    findNotification: (id) =>
      read(() => {
        const row = notification.get({ id }) as NotificationRow | undefined;
        if (!row) return undefined;
        const about = episode.get({ key: row.key, number: row.number })?.episode;
        return { notification: historyOf(row), episode: JSON.parse(about as string) as Episode };
      }),
  };
}

type PayloadRow = { body: Uint8Array | null; trace: string | null };

type AttemptRow = Required<Omit<Attempt, 'startedAt' | 'endedAt' | 'late' | 'act' | 'result' | 'reason' | 'ref'>> & {
  started_at: number;
  ended_at: number | null;
  late: number;
  act: NonNullable<Attempt['act']> | null;
  result: NonNullable<Attempt['result']> | null;
  reason: string | null;
  ref: string | null;
};

function attemptOf(found: unknown): Attempt {
  const { number, started_at: startedAt, ended_at: endedAt, late, act, result, reason, ref } = found as AttemptRow;
  return {
    number,
    startedAt,
    ...(endedAt !== null && { endedAt }),
    ...(late === 1 && { late: true }),
    ...(act !== null && { act }),
    ...(result !== null && { result }),
    ...(reason !== null && { reason }),
    ...(ref !== null && { ref }),
  };
}
