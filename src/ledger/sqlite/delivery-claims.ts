import type { ClaimedDelivery, Inbox } from '../inbox.ts';
import type { Store } from './store.ts';

/** Further ahead than any lease or pause of a delivery: such a row was written before the clock went back. */
const clockBackMs = 60_000;

const columns = 'd.seq, d.source, d.id, d.type, d.received_at, d.failures, b.body';
const fromHeld = "FROM deliveries d JOIN bodies b USING (seq) WHERE d.state = 'unrouted'";
const notHeld = 'seq NOT IN (SELECT value FROM json_each(:holding))';

/** Leases on what is to be routed. */
export function makeDeliveryClaims({
  db,
  clock,
  write,
}: Store): Pick<Inbox, 'claimDeliveries' | 'releaseDeliveries' | 'postpone'> {
  const claimedBefore = db.prepare(
    `SELECT ${columns} ${fromHeld} AND d.due_at > :now AND d.claim_token = :token AND d.${notHeld} ORDER BY d.due_at`,
  );
  const due = db.prepare(
    `SELECT ${columns} ${fromHeld} AND d.due_at <= :now AND d.${notHeld} ORDER BY d.due_at, d.received_at, d.seq LIMIT :limit`,
  );
  const farAhead = db.prepare(
    `SELECT ${columns} ${fromHeld} AND d.due_at > :now + ${clockBackMs} AND d.${notHeld} ORDER BY d.due_at LIMIT :limit`,
  );
  const lease = db.prepare('UPDATE deliveries SET due_at = :until, claim_token = :token WHERE seq = :seq');
  const giveBack = db.prepare(
    `UPDATE deliveries SET due_at = :dueAt, claim_token = NULL, failures = failures + :failed
      WHERE seq = :seq AND claim_token = :token AND state = 'unrouted'`,
  );

  function claim(asked: Parameters<Inbox['claimDeliveries']>[0]): { now: number; deliveries: ClaimedDelivery[] } {
    const { token, limit, leaseMs } = asked;
    const now = clock();
    const holding = JSON.stringify(asked.holding);
    const before = claimedBefore.all({ now, token, holding });
    if (before.length > 0) return { now, deliveries: bySeq(before) };
    const rows = due.all({ now, holding, limit });
    if (rows.length < limit) rows.push(...farAhead.all({ now, holding, limit: limit - rows.length }));
    const deliveries = bySeq(rows);
    for (const { seq } of deliveries) lease.run({ seq, token, until: Math.ceil(now + leaseMs) });
    return { now, deliveries };
  }

  return {
    claimDeliveries: (asked) => write(() => claim(asked)),
    releaseDeliveries: (token, seqs, afterMs = 0) =>
      write(() => {
        const dueAt = Math.ceil(clock() + afterMs);
        for (const seq of seqs) giveBack.run({ seq, token, dueAt, failed: 0 });
      }),
    postpone: (token, seq, afterMs) =>
      write(() => {
        giveBack.run({ seq, token, dueAt: Math.ceil(clock() + afterMs), failed: 1 });
      }),
  };
}

type DeliveryRow = {
  seq: number;
  source: string;
  id: string;
  type: string;
  received_at: number;
  failures: number;
  body: Uint8Array;
};

function bySeq(rows: unknown[]): ClaimedDelivery[] {
  return rows.map(claimedDelivery).sort((a, b) => a.seq - b.seq);
}

function claimedDelivery(row: unknown): ClaimedDelivery {
  const { received_at: receivedAt, ...rest } = row as DeliveryRow;
  return { ...rest, receivedAt };
}
