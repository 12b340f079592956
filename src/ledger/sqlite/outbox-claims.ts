import type { Outbox, Room } from '../outbox.ts';
import type { Attempts } from './attempts.ts';
import { makeClaimed } from './claimed.ts';
import type { NotificationRow } from './notification-row.ts';
import type { Paces } from './paces.ts';
import { beyondPace } from './paces.ts';
import { makeInForce } from './silences.ts';
import type { Store } from './store.ts';

/** Further ahead than any pause between two tries: such a row was written before the clock went back. */
const clockBackMs = 15 * 60_000;

// The index is named: the one over all that was ever told at an address must never be taken for it.
const owedHere = `FROM notifications INDEXED BY notifications_owed
  WHERE address = :address AND state IN ('due', 'waiting') AND id NOT IN (SELECT value FROM json_each(:held))`;

type Asked = Parameters<Outbox['claimNotifications']>[0];

/** Attempts begun, and claims taken back. */
export function makeOutboxClaims(
  { db, clock, write, read }: Store,
  attempts: Attempts,
  paces: Paces,
): Pick<Outbox, 'claimNotifications' | 'releaseNotifications' | 'owedAddresses'> {
  const begun = db.prepare(
    `SELECT * FROM notifications
      WHERE claim_token = :token AND due_at > :now AND id NOT IN (SELECT value FROM json_each(:held))`,
  );
  const due = db.prepare(
    `SELECT id, attempts ${owedHere} AND (due_at <= :now OR due_at > :farAhead) ORDER BY due_at + rank LIMIT :limit`,
  );
  const late = db.prepare(
    `SELECT id, attempts ${owedHere} AND (due_at <= :now OR due_at > :farAhead) AND owed_since <= :lateAt
        AND coalesce(told ->> '$.heldUntil', 0) <= :lateAt
        AND told ->> '$.parts[0]' IS NULL AND told ->> '$.fellBack' IS NULL AND told ->> '$.lateEnd' IS NULL
      ORDER BY due_at + rank LIMIT :limit`,
  );
  const oneDue = db.prepare(`SELECT 1 ${owedHere} AND (due_at <= :now OR due_at > :farAhead) LIMIT 1`);
  const soonest = db.prepare(`SELECT min(CASE WHEN due_at > :farAhead THEN :now ELSE due_at END) AS at ${owedHere}`);
  const begin = db.prepare(
    `UPDATE notifications SET state = 'due', waits_for = NULL, raised_at = NULL, due_at = :until, drawn_ms = :drawnMs,
       attempts = :number, interrupted = interrupted OR claim_token IS NOT NULL,
       claim_token = :token, attempt_token = :attemptToken
      WHERE id = :id RETURNING *`,
  );
  const release = db.prepare(
    `UPDATE notifications SET due_at = :now, claim_token = NULL, attempt_token = NULL, raised_at = NULL,
       attempts = attempts - 1
      WHERE id = :id AND attempt_token = :token RETURNING address, drawn_ms`,
  );
  const addresses = db.prepare("SELECT DISTINCT address FROM notifications WHERE state IN ('due', 'waiting')");
  const claimed = makeClaimed(db);
  const inForce = makeInForce(db);

  function claimRoom(room: Room, token: string, at: { now: number; held: string }): NotificationRow[] {
    const { address, slots, leaseMs, lateMs } = room;
    const { now, held } = at;
    const limit = Math.min(slots, paces.room(room, now).tokens);
    const asked = { address, now, farAhead: now + clockBackMs, held };
    const rows = (limit > 0 ? due.all({ ...asked, limit }) : []) as DueRow[];
    const drawnMs = paces.draw(room, rows.length, now);
    const until = Math.ceil(now + leaseMs);
    const begun = rows.map((row) => beginOne(row, { token, drawnMs, until, now }));
    if (lateMs === undefined || limit >= slots) return begun;
    const beyond = late.all({ ...asked, lateAt: now - lateMs, limit: slots - rows.length }) as DueRow[];
    return [...begun, ...beyond.map((row) => beginOne(row, { token, drawnMs: beyondPace, until, now }))];
  }

  function beginOne({ id, attempts: before }: DueRow, { now, ...claim }: Begun): NotificationRow {
    const number = before + 1;
    const attemptToken = `${claim.token}.${id}.${number}`;
    attempts.begin({ id, number, token: attemptToken }, now);
    return begin.get({ id, number, attemptToken, ...claim }) as NotificationRow;
  }

  /** When something may fall due at this address, or `undefined` when nothing is owed there. */
  function nextAt(room: Room, now: number, held: string): number | undefined {
    const asked = { address: room.address, now, farAhead: now + clockBackMs, held };
    const at = oneDue.get(asked) ? now : soonest.get(asked)?.at;
    return typeof at === 'number' ? Math.max(at, now, paces.room(room, now).opensAt) : undefined;
  }

  function claim({ token, rooms, holding }: Asked): Awaited<ReturnType<Outbox['claimNotifications']>> {
    const now = clock();
    const held = JSON.stringify(holding);
    const before = begun.all({ token, now, held }) as NotificationRow[];
    const rows = before.length > 0 ? before : rooms.flatMap((room) => claimRoom(room, token, { now, held }));
    const moments = rooms.map((room) => nextAt(room, now, held)).filter((at) => at !== undefined);
    return {
      now,
      notifications: rows.map(claimed),
      ...(moments.length > 0 && { nextInMs: Math.ceil(Math.min(...moments) - now) }),
      silences: inForce(now),
    };
  }

  function releaseOne(id: string, token: string): void {
    const row = release.get({ id, token, now: clock() }) as DrawnRow | undefined;
    if (!row) return;
    attempts.forget(id, token);
    paces.refund(row.address, row.drawn_ms);
  }

  return {
    claimNotifications: (asked) => write(() => claim(asked)),
    releaseNotifications: (claims) =>
      write(() => {
        for (const { id, token } of claims) releaseOne(id, token);
      }),
    owedAddresses: () => read(() => addresses.all().map((row) => row.address as string)),
  };
}

type DueRow = { id: string; attempts: number };
type Begun = { token: string; drawnMs: number; until: number; now: number };
type DrawnRow = { address: string; drawn_ms: number };
