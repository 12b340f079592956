import type { Worker, Workers } from '../workers.ts';
import type { Store } from './store.ts';

const confirmedMs = 24 * 60 * 60_000;

/** Who serves and goes by which file. Those that are gone are swept out when another comes. */
export function makeWorkers({
  db,
  clock,
  write,
  read,
}: Store): Pick<Workers, 'announce' | 'stay' | 'leave' | 'listWorkers' | 'confirmFile' | 'isConfirmed'> {
  const sweep = db.prepare('DELETE FROM workers WHERE until_at <= :now');
  const keep = db.prepare(
    `INSERT INTO workers (id, file, since, until_at, worker) VALUES (:id, :file, :now, :until, :worker)
     ON CONFLICT (id) DO UPDATE SET since = CASE WHEN file = excluded.file THEN since ELSE excluded.since END,
       file = excluded.file, until_at = excluded.until_at, worker = excluded.worker`,
  );
  const prolong = db.prepare('UPDATE workers SET until_at = :until WHERE id = :id AND until_at > :now');
  const leave = db.prepare('DELETE FROM workers WHERE id = :id');
  const list = db.prepare('SELECT since, worker FROM workers WHERE until_at > :now ORDER BY since, id');
  const sweepFiles = db.prepare('DELETE FROM confirmed_files WHERE until_at <= :now');
  const confirm = db.prepare('INSERT OR REPLACE INTO confirmed_files (file, until_at) VALUES (:file, :until)');
  const confirmed = db.prepare('SELECT 1 FROM confirmed_files WHERE file = :file AND until_at > :now');

  return {
    announce: (worker, forMs) =>
      write(() => {
        const now = clock();
        const { id, file } = worker;
        sweep.run({ now });
        keep.run({ id, file, now, until: Math.ceil(now + forMs), worker: JSON.stringify(worker) });
      }),
    stay: (id, forMs) =>
      write(() => {
        const now = clock();
        return prolong.run({ id, now, until: Math.ceil(now + forMs) }).changes > 0;
      }),
    leave: (id) => write(() => void leave.run({ id })),
    listWorkers: () =>
      read(() =>
        list.all({ now: clock() }).map(({ since, worker }) => ({
          ...(JSON.parse(worker as string) as Omit<Worker, 'since'>),
          since: Number(since),
        })),
      ),
    confirmFile: (file) =>
      write(() => {
        const now = clock();
        sweepFiles.run({ now });
        confirm.run({ file, until: now + confirmedMs });
      }),
    isConfirmed: (file) => read(() => confirmed.get({ file, now: clock() }) !== undefined),
  };
}
