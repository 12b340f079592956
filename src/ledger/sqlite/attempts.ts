import type { DatabaseSync } from 'node:sqlite';
import { attemptsKept } from '../history.ts';
import type { AttemptRecord } from '../outbox.ts';

/** The attempts at telling, kept for people and to know a repeated record by. Within a write. */
export type Attempts = {
  /** The oldest go, beyond as many as are kept. */
  begin(begun: { id: string; number: number; token: string }, now: number): void;
  /** As if never begun. */
  forget(id: string, token: string): void;
  /** What its record was answered; `undefined` when there was none yet. */
  answered(id: string, token: string): 'recorded' | 'late' | undefined;
  end(record: Pick<AttemptRecord, 'id' | 'token' | 'outcome'>, now: number, late: boolean): void;
};

/** A ledger of the version before may have thousands of one notification: some go with each of the next. */
const trimmedAtOnce = 500;

export function makeAttempts(db: DatabaseSync): Attempts {
  const insert = db.prepare(
    'INSERT INTO attempts (notification, number, token, started_at) VALUES (:id, :number, :token, :now)',
  );
  const trim = db.prepare(
    `DELETE FROM attempts WHERE notification = :id AND number IN (
       SELECT number FROM attempts WHERE notification = :id AND number <= (
         SELECT number FROM attempts WHERE notification = :id ORDER BY number DESC LIMIT 1 OFFSET ${attemptsKept})
       ORDER BY number LIMIT ${trimmedAtOnce})`,
  );
  const remove = db.prepare('DELETE FROM attempts WHERE notification = :id AND token = :token AND ended_at IS NULL');
  const find = db.prepare(
    'SELECT late FROM attempts WHERE notification = :id AND token = :token AND ended_at IS NOT NULL',
  );
  const end = db.prepare(
    `UPDATE attempts SET ended_at = :now, late = :late, act = :act, result = :result, reason = :reason, ref = :ref
      WHERE notification = :id AND token = :token`,
  );
  const prolong = db.prepare(
    `UPDATE attempts SET token = :token, ended_at = :now
      WHERE notification = :id AND act = 'wait' AND late = 0 AND reason IS :reason
        AND number = (SELECT max(number) FROM attempts WHERE notification = :id AND token <> :token)`,
  );

  return {
    begin({ id, number, token }, now) {
      insert.run({ id, number, token, now });
      if (number > attemptsKept) trim.run({ id });
    },
    forget: (id, token) => void remove.run({ id, token }),
    answered(id, token) {
      const row = find.get({ id, token });
      if (!row) return undefined;
      return row.late === 1 ? 'late' : 'recorded';
    },
    end({ id, token, outcome }, now, late) {
      const { act, result, reason = null, ref = null } = outcome;
      const isLikeBefore = act === 'wait' && !late && prolong.run({ id, token, now, reason }).changes > 0;
      if (isLikeBefore) remove.run({ id, token });
      else end.run({ id, token, now, late: late ? 1 : 0, act, result, reason, ref });
    },
  };
}
