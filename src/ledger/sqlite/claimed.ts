import type { DatabaseSync } from 'node:sqlite';
import type { Episode } from '../../domain/incident/incident.ts';
import type { ClaimedNotification } from '../outbox.ts';
import { type NotificationRow, notificationOf, straysOf } from './notification-row.ts';
import { beyondPace } from './paces.ts';

/** What a holder is told about what it claimed: also the episode as it is now, and what is left of earlier ones. */
export function makeClaimed(db: DatabaseSync): (row: NotificationRow) => ClaimedNotification {
  const episodeOf = db.prepare('SELECT episode FROM episodes WHERE key = :key AND number = :number');
  // The indexes are named: without them each claim would go through all the episodes there ever were.
  const standing = db.prepare(
    `SELECT id, state FROM notifications INDEXED BY notifications_standing
      WHERE key = :key AND address = :address AND number < :number
        AND own_key = 0 AND (state IN ('due', 'waiting') OR (state = 'dead' AND told ->> '$.opened' <> 'no'))
      ORDER BY number DESC LIMIT 1`,
  );
  const rootBefore = db.prepare(
    `SELECT number, told ->> '$.parts[0].ref' AS ref FROM notifications INDEXED BY notifications_rooted
      WHERE key = :key AND address = :address AND number < :number AND told ->> '$.parts[0].ref' IS NOT NULL
      ORDER BY number DESC LIMIT 1`,
  );

  return (row) => {
    const { key, number, address } = row;
    const predecessor = standing.get({ key, number, address }) as StandingRow | undefined;
    const before = rootBefore.get({ key, number, address }) as ClaimedNotification['before'];
    return {
      ...notificationOf(row),
      token: row.attempt_token ?? '',
      ...(row.drawn_ms === beyondPace && { beyondPace: true as const }),
      interrupted: row.interrupted === 1,
      strays: straysOf(row),
      episode: JSON.parse(episodeOf.get({ key, number })?.episode as string) as Episode,
      ...(predecessor && { predecessor: predecessorOf(predecessor) }),
      ...(before && { before: { ...before } }),
    };
  };
}

type StandingRow = { id: string; state: string };

function predecessorOf({ id, state }: StandingRow): NonNullable<ClaimedNotification['predecessor']> {
  return { id, ...(state === 'dead' && { dead: true }) };
}
