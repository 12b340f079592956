import type { Delivery } from '../../domain/event.ts';
import type { History } from '../history.ts';
import type { Store } from './store.ts';

/** A page is no larger, but for a single body. */
const pageBytes = 4 * 1024 ** 2;

/** Deliveries as they came, to be gone through once more. */
export function makeReplay({ db, clock, read }: Store): Pick<History, 'readDeliveries'> {
  const deliveries = db.prepare(
    `SELECT d.seq, d.source, d.id, d.type, d.received_at, b.body FROM bodies b CROSS JOIN deliveries d USING (seq)
      WHERE b.seq > :after AND d.received_at >= :since ORDER BY b.seq LIMIT :limit`,
  );
  return {
    readDeliveries: ({ sinceMs, after, limit }) =>
      read(() => {
        const asked = { after: Number(after ?? 0), since: Math.ceil(clock() - sinceMs), limit };
        const items: Delivery[] = [];
        let bytes = 0;
        for (const row of deliveries.iterate(asked)) {
          const { received_at: receivedAt, ...rest } = row as DeliveryRow;
          items.push({ ...rest, receivedAt });
          bytes += rest.body.byteLength;
          if (bytes >= pageBytes) break;
        }
        const last = items.at(-1);
        const isLast = items.length < limit && bytes < pageBytes;
        return { items, ...(last && !isLast && { next: String(last.seq) }) };
      }),
  };
}

type DeliveryRow = Omit<Delivery, 'receivedAt'> & { received_at: number };
