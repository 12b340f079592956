import type { Stray } from '../../domain/telling/notification.ts';
import type { AttemptRecord, Outbox } from '../outbox.ts';
import type { Attempts } from './attempts.ts';
import type { Awaiting } from './awaiting.ts';
import { type NotificationRow, straysOf } from './notification-row.ts';
import { becomesDue, type Owing } from './owing.ts';
import type { Paces } from './paces.ts';
import type { Store } from './store.ts';

type Parts = { attempts: Attempts; awaiting: Awaiting; owing: Owing; paces: Paces };

/** The ends of attempts: in time, or late. */
export function makeOutboxRecord(
  { db, clock, write, announce }: Store,
  { attempts, awaiting, owing, paces }: Parts,
): Pick<Outbox, 'record'> {
  const find = db.prepare('SELECT * FROM notifications WHERE id = :id');
  const store = db.prepare(
    `UPDATE notifications SET claim_token = NULL, attempt_token = NULL, interrupted = 0, raised_at = NULL,
       told = :told, own_key = :ownKey, strays = :strays, state = :state, due_at = :dueAt, waits_for = :waitsFor, failures = :failures,
       owed_since = :owedSince, owed_revision = :owedRevision, reason = :reason
      WHERE id = :id`,
  );
  const newest = db.prepare(
    `SELECT * FROM notifications WHERE key = :key AND address = :address AND own_key = 0
      ORDER BY number DESC LIMIT 1`,
  );
  const keepStray = db.prepare(`UPDATE notifications SET ${becomesDue}, strays = :strays WHERE id = :id`);

  function finish(row: NotificationRow, record: AttemptRecord, now: number): void {
    const { id, told, next, outcome } = record;
    const strays = straysOf(row).slice(record.absorbed);
    const after = afterwards(row, { record, strays, isOver: awaiting.isOver }, now);
    const reason = next.state === 'dead' ? next.reason : (outcome.reason ?? null);
    const ownKey = told.ownKey === undefined ? 0 : 1;
    store.run({ id, told: JSON.stringify(told), ownKey, strays: JSON.stringify(strays), reason, ...after });
    if (after.dueAt <= now && after.state === 'due') announce('notify');
    const isDone = after.state === 'settled' || after.state === 'dead';
    if (isDone) awaiting.end(id, now);
    if (record.refund) paces.refund(row.address, row.drawn_ms);
    if (record.pauseMs !== undefined) paces.pause(row.address, record.pauseMs, now);
    if (record.also) owing.owe(record.also, now);
  }

  function leaveStray(row: NotificationRow, { stray }: AttemptRecord, now: number): void {
    if (!stray) return;
    const { key, address } = row;
    const at = stray.at === 'self' ? row : ((newest.get({ key, address }) as NotificationRow | undefined) ?? row);
    keepStray.run({ id: at.id, now, strays: JSON.stringify([...straysOf(at), stray.stray]) });
    announce('notify');
  }

  function record(made: AttemptRecord): 'recorded' | 'late' {
    const { id, token } = made;
    const now = clock();
    const row = find.get({ id }) as NotificationRow | undefined;
    if (!row) return 'late';
    const answered = attempts.answered(id, token);
    if (answered) return answered;
    const late = row.attempt_token !== token;
    attempts.end(made, now, late);
    if (late) leaveStray(row, made, now);
    else finish(row, made, now);
    return late ? 'late' : 'recorded';
  }

  return { record: (made) => write(() => record(made)) };
}

type After = {
  state: 'due' | 'waiting' | 'settled' | 'dead';
  dueAt: number;
  waitsFor: string | null;
  failures: number;
  owedSince: number;
  owedRevision: number;
};

type Ended = { record: AttemptRecord; strays: Stray[]; isOver: Awaiting['isOver'] };

/** What becomes of the notification, also in the light of what it came to be owed during the attempt. */
function afterwards(row: NotificationRow, { record, strays, isOver }: Ended, now: number): After {
  const { next, failures } = record;
  const kept = { waitsFor: null, owedSince: row.owed_since, owedRevision: row.owed_revision };
  if (next.state === 'settled' || next.state === 'dead') {
    const isOwedMore = row.owed_revision > next.revision || strays.length > 0;
    const owedRevision = Math.max(row.owed_revision, next.revision);
    if (!isOwedMore) return { ...kept, state: next.state, dueAt: now, failures, owedRevision };
    return { ...kept, state: 'due', dueAt: now, failures: 0, owedSince: row.raised_at ?? row.owed_since };
  }
  if (row.raised_at !== null) return { ...kept, state: 'due', dueAt: now, failures };
  if (next.state === 'due') return { ...kept, state: 'due', dueAt: Math.ceil(now + next.afterMs), failures };
  if (isOver(next.for, now)) return { ...kept, state: 'due', dueAt: now, failures };
  return { ...kept, state: 'waiting', dueAt: Math.ceil(now + next.afterMs), failures, waitsFor: next.for };
}
