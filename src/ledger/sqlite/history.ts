import type { Incident } from '../../domain/incident/incident.ts';
import type { DeliveryState, History, KeptDelivery, KeptRefusal, Page } from '../history.ts';
import type { Store } from './store.ts';

/** Lists for people, page by page, the newest first. */
export function makeHistory({ db, read }: Store): Pick<History, 'listDeliveries' | 'listRefusals' | 'listIncidents'> {
  const deliveries = (only: string, from = 'deliveries') =>
    db.prepare(
      `SELECT ${deliveryColumns} FROM ${from}
        WHERE seq < :before AND source = coalesce(:source, source) ${only} ORDER BY seq DESC LIMIT :limit`,
    );
  // The state is written out, so that the index that holds just that state is found.
  const deliveriesBy: Record<DeliveryState | 'any', ReturnType<typeof deliveries>> = {
    any: deliveries(''),
    unrouted: deliveries("AND state = 'unrouted'", 'deliveries INDEXED BY deliveries_unrouted'),
    routed: deliveries("AND state = 'routed'"),
    dead: deliveries("AND state = 'dead'"),
  };
  const refusals = db.prepare('SELECT at, source, code, reason FROM refusals ORDER BY number DESC');
  const incidents = db.prepare(
    `SELECT changed_at, number, incident FROM incidents
      WHERE open IN (:open, :orOpen) AND (changed_at, number) < (:changedAt, :number)
      ORDER BY changed_at DESC, number DESC LIMIT :limit`,
  );

  return {
    listDeliveries: ({ limit, after, state, source }) =>
      read(() => {
        const before = after === undefined ? Number.MAX_SAFE_INTEGER : Number(after);
        const rows = deliveriesBy[state ?? 'any'].all({ before, source: source ?? null, limit: limit + 1 });
        return pageOf(rows.map(keptDelivery), limit, (last) => String(last.seq));
      }),
    listRefusals: () => read(() => refusals.all().map((row) => ({ ...row }) as KeptRefusal)),
    listIncidents: ({ limit, after, open }) =>
      read(() => {
        const [changedAt, number] = (after ?? `${Number.MAX_SAFE_INTEGER},0`).split(',').map(Number);
        const asked = { open: open === false ? 0 : 1, orOpen: open === true ? 1 : 0 };
        const from = { changedAt: changedAt ?? 0, number: number ?? 0 };
        const rows = incidents.all({ ...asked, ...from, limit: limit + 1 }) as IncidentRow[];
        const page = pageOf(rows, limit, (last) => `${last.changed_at},${last.number}`);
        return { ...page, items: page.items.map((row) => JSON.parse(row.incident) as Incident) };
      }),
  };
}

export const deliveryColumns = 'seq, source, id, type, received_at, bytes, state, reason';

type DeliveryRow = Omit<KeptDelivery, 'receivedAt' | 'reason'> & { received_at: number; reason: string | null };
type IncidentRow = { changed_at: number; number: number; incident: string };

export function keptDelivery(row: unknown): KeptDelivery {
  const { seq, source, id, type, received_at: receivedAt, bytes, state, reason } = row as DeliveryRow;
  return { seq, source, id, type, receivedAt, bytes, state, ...(reason !== null && { reason }) };
}

/** One row more than the page holds was asked for: it says that there is more. */
export function pageOf<T>(rows: T[], limit: number, cursor: (last: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(rows.length > limit && last && { next: cursor(last) }) };
}
