import type { Accepted, Inbox, NewDelivery, Refusal, Unreadable } from '../inbox.ts';
import type { Store } from './store.ts';

const refusalsKept = 100;

/** What comes in: accepted, turned away, or unreadable. */
export function makeInbox(
  { db, clock, write, announce }: Store,
  backlogLimit: number,
): Pick<Inbox, 'accept' | 'refuse' | 'bury'> {
  const known = db.prepare('SELECT seq, digest, accept_token FROM deliveries WHERE id = :id AND source = :source');
  const tally = db.prepare('SELECT unrouted FROM tally');
  const countUnrouted = db.prepare('UPDATE tally SET unrouted = unrouted + 1');
  const insert = db.prepare(
    `INSERT INTO deliveries (source, id, type, digest, accept_token, received_at, bytes, state, reason, due_at)
     VALUES (:source, :id, :type, :digest, :token, :now, :bytes, :state, :reason, :now)`,
  );
  const insertBody = db.prepare('INSERT INTO bodies (seq, body) VALUES (:seq, :body)');
  const countHeard = db.prepare(
    `INSERT INTO heard (source, accepted, duplicate, altered, last_at)
     VALUES (:source, :accepted, :duplicate, :altered, :now)
     ON CONFLICT (source) DO UPDATE SET accepted = accepted + excluded.accepted,
       duplicate = duplicate + excluded.duplicate, altered = altered + excluded.altered, last_at = excluded.last_at`,
  );
  const insertRefusal = db.prepare(
    'INSERT INTO refusals (at, source, code, reason) VALUES (:now, :source, :code, :reason)',
  );
  const countRefusal = db.prepare(
    'INSERT INTO refusal_counts VALUES (:code, 1) ON CONFLICT (code) DO UPDATE SET count = count + 1',
  );
  const forgetRefusals = db.prepare('DELETE FROM refusals WHERE number <= (SELECT max(number) FROM refusals) - :kept');

  const heard = (source: string, what: 'accepted' | 'duplicate' | 'altered', now: number) =>
    countHeard.run({ source, now, accepted: 0, duplicate: 0, altered: 0, [what]: 1 });

  function keep(delivery: NewDelivery, now: number, dead: { reason: string } | undefined): number {
    const { body, source, id, type, digest, token } = delivery;
    const words = { source, id, type, digest, token, now, bytes: body.byteLength };
    const { lastInsertRowid } = insert.run({
      ...words,
      state: dead ? 'dead' : 'unrouted',
      reason: dead ? dead.reason : null,
    });
    const seq = Number(lastInsertRowid);
    insertBody.run({ seq, body });
    return seq;
  }

  function accept(delivery: NewDelivery): Accepted {
    const { source, id, digest, token } = delivery;
    const now = clock();
    const before = known.get({ id, source }) as KnownRow | undefined;
    if (before?.accept_token === token) return { status: 'accepted', seq: before.seq };
    if (before) {
      const altered = before.digest !== digest;
      heard(source, altered ? 'altered' : 'duplicate', now);
      return { status: 'duplicate', altered };
    }
    if (Number(tally.get()?.unrouted) >= backlogLimit) return { status: 'full' };
    const seq = keep(delivery, now, undefined);
    countUnrouted.run();
    heard(source, 'accepted', now);
    announce('route');
    return { status: 'accepted', seq };
  }

  function refuse(refusals: Refusal[]): void {
    const now = clock();
    for (const { source, code, reason } of refusals) {
      insertRefusal.run({ now, source, code, reason });
      countRefusal.run({ code });
    }
    forgetRefusals.run({ kept: refusalsKept });
  }

  function bury({ source, body, digest, reason }: Unreadable): void {
    const id = `unreadable-${digest.slice(0, 16)}`;
    if (known.get({ id, source })) return;
    keep({ source, id, type: 'unreadable', body, digest, token: '' }, clock(), { reason });
  }

  return {
    accept: (delivery) => write(() => accept(delivery), delivery.body.byteLength),
    refuse: (refusals) => write(() => refuse(refusals)),
    bury: (letter) => write(() => bury(letter), letter.body.byteLength),
  };
}

type KnownRow = { seq: number; digest: string; accept_token: string };
