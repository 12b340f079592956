import type { Outbox } from '../outbox.ts';
import { becomesDue } from './owing.ts';
import type { Store } from './store.ts';

export type Reviving = Pick<Outbox, 'revive'> & {
  /** Makes owed again what is dead at these addresses. Within a write. */
  reviveAt(addresses: string[], now: number): void;
};

/** What was given up, owed again. */
export function makeReviving({ db, clock, write, announce }: Store): Reviving {
  const stateOf = db.prepare('SELECT state FROM notifications WHERE id = :id');
  const reviveOne = db.prepare(`UPDATE notifications SET ${becomesDue} WHERE id = :id`);
  // A dead one is due when it died: nothing moves that moment until it is owed again.
  const reviveDead = db.prepare(
    `UPDATE notifications SET ${becomesDue} WHERE state = 'dead' AND due_at >= :since
        AND (:addresses IS NULL OR address IN (SELECT value FROM json_each(:addresses)))`,
  );

  function reviveEach(ids: string[], now: number): number {
    let dead = 0;
    for (const id of ids) {
      const state = stateOf.get({ id })?.state;
      if (state === 'dead') dead += 1;
      if (state !== undefined) reviveOne.run({ id, now });
    }
    if (ids.length > 0) announce('notify');
    return dead;
  }

  function reviveAll({ since, addresses }: { since: number; addresses: string[] | undefined }, now: number): number {
    const asked = { now, since, addresses: addresses ? JSON.stringify(addresses) : null };
    const dead = Number(reviveDead.run(asked).changes);
    if (dead > 0) announce('notify');
    return dead;
  }

  return {
    revive: (chosen) =>
      write(() => {
        const now = clock();
        if ('ids' in chosen) return reviveEach(chosen.ids, now);
        const { diedWithinMs, address } = chosen;
        const since = diedWithinMs === undefined ? 0 : now - diedWithinMs;
        return reviveAll({ since, addresses: address === undefined ? undefined : [address] }, now);
      }),
    reviveAt: (addresses, now) => void reviveAll({ since: 0, addresses }, now),
  };
}
