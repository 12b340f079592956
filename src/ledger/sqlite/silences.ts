import type { DatabaseSync } from 'node:sqlite';
import type { Silence } from '../../domain/telling/silence.ts';
import type { NewSilence, Silences } from '../silences.ts';
import { type Awaiting, silencePrefix } from './awaiting.ts';
import type { Store } from './store.ts';

/** How long one that is over is shown, and kept. */
export const silencesKeptMs = 30 * 24 * 60 * 60_000;

export function makeSilences({ db, clock, write, read }: Store, awaiting: Awaiting): Silences {
  const insert = db.prepare(
    `INSERT INTO silences (id, filter, starts_at, ends_at, author, comment, created_at)
     VALUES (:id, :filter, :startsAt, :endsAt, :by, :comment, :now) ON CONFLICT (id) DO NOTHING`,
  );
  const find = db.prepare('SELECT * FROM silences WHERE id = :id');
  const expire = db.prepare(
    'UPDATE silences SET ends_at = :now, expired_by = :by WHERE id = :id AND ends_at > :now RETURNING id',
  );
  const list = db.prepare('SELECT * FROM silences WHERE ends_at > :after ORDER BY number DESC');
  const found = (id: string) => {
    const row = find.get({ id });
    return row && silenceOf(row);
  };

  function keep(silence: NewSilence): Silence {
    const { id, by, comment } = silence;
    const now = clock();
    const startsAt = Math.ceil(silence.startsAt ?? now);
    const endsAt = Math.ceil('endsAt' in silence ? silence.endsAt : startsAt + silence.forMs);
    insert.run({ id, filter: JSON.stringify(silence.filter), startsAt, endsAt, by, comment, now });
    return silenceOf(find.get({ id }));
  }

  return {
    keepSilence: (silence) => write(() => keep(silence)),
    expireSilence: (id, by) =>
      write(() => {
        const now = clock();
        if (expire.get({ id, by, now })) awaiting.end(`${silencePrefix}${id}`, now);
        return found(id);
      }),
    listSilences: ({ over }) => read(() => list.all({ after: clock() - (over ? silencesKeptMs : 0) }).map(silenceOf)),
  };
}

/** Those that have begun and not ended: one that began when it was made has begun, though the clock went back. */
export function makeInForce(db: DatabaseSync): (now: number) => Silence[] {
  const inForce = db.prepare(
    'SELECT * FROM silences WHERE ends_at > :now AND starts_at <= max(:now, created_at) ORDER BY ends_at, number',
  );
  return (now) => inForce.all({ now }).map(silenceOf);
}

type SilenceRow = {
  id: string;
  filter: string;
  starts_at: number;
  ends_at: number;
  author: string;
  comment: string;
  created_at: number;
  expired_by: string | null;
};

function silenceOf(row: unknown): Silence {
  const { id, filter, starts_at, ends_at, author, comment, created_at, expired_by } = row as SilenceRow;
  return {
    ...{ id, filter: JSON.parse(filter) as unknown, by: author, comment },
    ...{ startsAt: starts_at, endsAt: ends_at, createdAt: created_at },
    ...(expired_by !== null && { expiredBy: expired_by }),
  };
}
