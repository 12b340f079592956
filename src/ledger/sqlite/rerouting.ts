import type { Inbox } from '../inbox.ts';
import type { Store } from './store.ts';

/** Deliveries whose routing was given up, unrouted again. */
export function makeRerouting({ db, clock, write, announce }: Store): Pick<Inbox, 'reroute'> {
  // An unreadable one was never accepted: it has no token. Without its payload there is nothing left to route.
  const isGivenUp = `state = 'dead' AND accept_token <> '' AND EXISTS (SELECT 1 FROM bodies b WHERE b.seq = deliveries.seq)`;
  const findOne = db.prepare(`SELECT seq FROM deliveries WHERE seq = :seq AND ${isGivenUp}`);
  const findAll = db.prepare(`SELECT seq FROM deliveries WHERE ${isGivenUp} AND due_at >= :since`);
  const unroute = db.prepare(
    `UPDATE deliveries SET state = 'unrouted', reason = NULL, due_at = :now, claim_token = NULL, failures = 0
      WHERE seq = :seq`,
  );
  const forgetTrace = db.prepare('DELETE FROM traces WHERE seq = :seq');
  const count = db.prepare('UPDATE tally SET unrouted = unrouted + :count');

  function givenUp(chosen: Parameters<Inbox['reroute']>[0], now: number): unknown[] {
    if ('seqs' in chosen) return chosen.seqs.map((seq) => findOne.get({ seq })?.seq).filter((seq) => seq !== undefined);
    const { diedWithinMs } = chosen;
    return findAll.all({ since: diedWithinMs === undefined ? 0 : now - diedWithinMs }).map((row) => row.seq);
  }

  return {
    reroute: (chosen) =>
      write(() => {
        const now = clock();
        const seqs = new Set(givenUp(chosen, now).map(Number));
        for (const seq of seqs) {
          unroute.run({ seq, now });
          forgetTrace.run({ seq });
        }
        count.run({ count: seqs.size });
        if (seqs.size > 0) announce('route');
        return seqs.size;
      }),
  };
}
