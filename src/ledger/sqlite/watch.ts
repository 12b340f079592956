import type { Incident } from '../../domain/incident/incident.ts';
import type { Inbox, Wakeable } from '../inbox.ts';
import type { Store } from './store.ts';

/** A shorter pause between two beats is no gap. */
const gapMs = 60_000;

/** What time alone changes, and whether anybody listened meanwhile. */
export function makeWatch({ db, clock, write, read }: Store): Pick<Inbox, 'wakeable' | 'heartbeat'> {
  const due = db.prepare('SELECT incident FROM incidents WHERE wake_at <= :now ORDER BY wake_at LIMIT :limit');
  const oldest = db.prepare("SELECT min(received_at) AS at FROM deliveries WHERE state = 'unrouted'");
  const gaps = db.prepare('SELECT from_at, until_at FROM gaps ORDER BY from_at');
  const lastBeat = db.prepare("SELECT value FROM meta WHERE name = 'heartbeat'");
  const beat = db.prepare("INSERT OR REPLACE INTO meta VALUES ('heartbeat', :now)");
  const keepGap = db.prepare('INSERT INTO gaps VALUES (:from, :now)');

  /** Since when nobody listens, if that is a gap by now. */
  function gapSince(now: number): number | undefined {
    const from = Number(lastBeat.get()?.value ?? now);
    return now - from > gapMs ? from : undefined;
  }

  return {
    wakeable: (limit) =>
      read((): Wakeable => {
        const now = clock();
        const oldestUnroutedAt = oldest.get()?.at;
        const since = gapSince(now);
        return {
          now,
          incidents: due.all({ now, limit }).map((row) => JSON.parse(row.incident as string) as Incident),
          ...(typeof oldestUnroutedAt === 'number' && { oldestUnroutedAt }),
          gaps: [
            ...gaps.all().map((row) => ({ from: Number(row.from_at), until: Number(row.until_at) })),
            ...(since === undefined ? [] : [{ from: since, until: now }]),
          ],
        };
      }),
    heartbeat: () =>
      write(() => {
        const now = clock();
        const from = gapSince(now);
        if (from !== undefined) keepGap.run({ from, now });
        beat.run({ now: String(now) });
      }),
  };
}
