import { nothingTold, type Owed } from '../../domain/telling/notification.ts';
import type { Commit } from '../inbox.ts';
import type { Store } from './store.ts';

export type Owing = {
  /** Keeps episodes, and makes due what is owed about them. Within a write. */
  owe(step: Pick<Commit, 'episodes' | 'owed'>, now: number): void;
};

/**
 * More is owed: due now. In flight it stays claimed and remembers since when it was raised. What was settled, dead or
 * waiting starts afresh; what is being tried again keeps its failures, so that its pauses go on growing. What was not
 * told yet keeps its place in the order: an open that is updated before it was told is still an open.
 */
export const becomesDue = `
  owed_since = CASE WHEN state IN ('settled', 'dead') THEN :now ELSE owed_since END,
  failures = CASE WHEN state = 'due' THEN failures ELSE 0 END,
  raised_at = CASE WHEN claim_token IS NULL THEN NULL ELSE coalesce(raised_at, :now) END,
  due_at = CASE WHEN claim_token IS NOT NULL THEN due_at WHEN state = 'due' THEN min(due_at, :now) ELSE :now END,
  state = 'due',
  waits_for = NULL`;

export function makeOwing({ db, announce }: Store): Owing {
  const keepEpisode = db.prepare(
    `INSERT INTO episodes (key, number, over_at, episode) VALUES (:key, :number, :overAt, :episode)
     ON CONFLICT (key, number) DO UPDATE SET over_at = excluded.over_at, episode = excluded.episode`,
  );
  const raise = db.prepare(
    `INSERT INTO notifications
       (id, key, number, address, destination, state, owed_revision, owed_since, due_at, rank, told)
     VALUES (:id, :key, :number, :address, :destination, 'due', :revision, :now, :now, :rank, :told)
     ON CONFLICT (id) DO UPDATE SET ${becomesDue},
       owed_revision = max(owed_revision, excluded.owed_revision),
       rank = CASE WHEN state IN ('settled', 'dead') THEN excluded.rank ELSE min(rank, excluded.rank) END
       WHERE state NOT IN ('settled', 'due') OR excluded.owed_revision > owed_revision`,
  );
  const told = JSON.stringify(nothingTold);

  function raiseOne({ id, key, number, address, destination, revision, rank }: Owed, now: number): void {
    const { changes } = raise.run({ id, key, number, address, destination, revision, rank, told, now });
    if (changes > 0) announce('notify');
  }

  return {
    owe({ episodes, owed }, now) {
      for (const episode of episodes) {
        const { key, number, kind, openedAt, end } = episode;
        const overAt = kind === 'notice' ? openedAt : (end?.at ?? null);
        keepEpisode.run({ key, number, overAt, episode: JSON.stringify(episode) });
      }
      for (const each of owed) raiseOne(each, now);
    },
  };
}
