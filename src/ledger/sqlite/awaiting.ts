import type { Store } from './store.ts';

/** What notifications wait for: another one, a silence, or the end of a snooze. Within a write. */
export type Awaiting = {
  /** It has happened already, or there is none. */
  isOver(awaited: string, now: number): boolean;
  /** Makes due what waits for it. */
  end(awaited: string, now: number): void;
};

export const silencePrefix = 'silence:';
const snoozePrefix = 'snooze:';

export function makeAwaiting({ db, announce }: Store): Awaiting {
  const stateOf = db.prepare('SELECT state FROM notifications WHERE id = :id');
  const endOf = db.prepare('SELECT ends_at FROM silences WHERE id = :id');
  const wake = db.prepare(
    "UPDATE notifications SET state = 'due', due_at = :now, waits_for = NULL WHERE waits_for = :awaited",
  );

  return {
    isOver(awaited, now) {
      // The end of a snooze is a change of the incident: more is owed then, and that ends the waiting.
      if (awaited.startsWith(snoozePrefix)) return false;
      if (awaited.startsWith(silencePrefix)) {
        const endsAt = endOf.get({ id: awaited.slice(silencePrefix.length) })?.ends_at;
        return typeof endsAt !== 'number' || endsAt <= now;
      }
      const state = stateOf.get({ id: awaited })?.state;
      return state !== 'due' && state !== 'waiting';
    },
    end(awaited, now) {
      if (wake.run({ awaited, now }).changes > 0) announce('notify');
    },
  };
}
