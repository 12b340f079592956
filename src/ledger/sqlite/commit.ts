import type { Incident } from '../../domain/incident/incident.ts';
import type { Commit, CommitAnswer, Inbox } from '../inbox.ts';
import type { Owing } from './owing.ts';
import type { Store } from './store.ts';

/** The atomic step: every check first, then the writes. */
export function makeCommit(
  { db, clock, write, read, announce }: Store,
  owing: Owing,
): Pick<Inbox, 'commit' | 'readIncidents'> {
  const held = db.prepare('SELECT state, claim_token FROM deliveries WHERE seq = :seq');
  const stored = db.prepare('SELECT revision, commit_token FROM incidents WHERE key = :key');
  const readOne = db.prepare('SELECT incident FROM incidents WHERE key = :key');
  const end = db.prepare('UPDATE deliveries SET state = :state, reason = :reason, due_at = :now WHERE seq = :seq');
  const countRouted = db.prepare('UPDATE tally SET unrouted = unrouted - 1');
  const keepTrace = db.prepare('INSERT INTO traces (seq, trace) VALUES (:seq, :trace)');
  const keepIncident = db.prepare(
    `INSERT INTO incidents (key, revision, open, wake_at, changed_at, commit_token, incident)
     VALUES (:key, :revision, :open, :wakeAt, :now, :token, :incident)
     ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, open = excluded.open, wake_at = excluded.wake_at,
       changed_at = excluded.changed_at, commit_token = excluded.commit_token, incident = excluded.incident`,
  );

  const storedUnder = (key: string) => stored.get({ key }) as StoredRow | undefined;

  function refusal({ token, delivery, expects, incidents }: Commit): CommitAnswer | undefined {
    if (delivery) {
      const row = held.get({ seq: delivery.seq }) as HeldRow | undefined;
      if (row?.claim_token !== token) return 'lease-lost';
      if (row.state !== 'unrouted') return 'committed';
    } else if (incidents.some(({ key, revision }) => isDone(storedUnder(key), token, revision))) {
      return 'committed';
    }
    const stale = expects.some(({ key, revision }) => (storedUnder(key)?.revision ?? 0) !== revision);
    return stale ? 'conflict' : undefined;
  }

  function commitOne(commit: Commit, now: number): CommitAnswer {
    const answer = refusal(commit);
    if (answer) return answer;
    const { delivery, token } = commit;
    if (delivery) {
      const { seq, state, trace } = delivery;
      end.run({ seq, now, state, reason: state === 'dead' ? (trace.error ?? null) : null });
      countRouted.run();
      keepTrace.run({ seq, trace: JSON.stringify(trace) });
    }
    for (const incident of commit.incidents) {
      const { key, revision, wakeAt } = incident;
      const columns = { key, revision, open: incident.open ? 1 : 0, wakeAt: wakeAt ?? null };
      keepIncident.run({ ...columns, now, token, incident: JSON.stringify(incident) });
      if (wakeAt !== undefined) announce('watch');
    }
    owing.owe(commit, now);
    return 'committed';
  }

  /** What was made on top of a change that was refused knows a state that never was, whatever its revision says. */
  function commitAll(commits: Commit[]): CommitAnswer[] {
    const refused = new Set<string>();
    return commits.map((commit) => {
      const builtOnRefused = commit.expects.some(({ key }) => refused.has(key));
      const answer = builtOnRefused ? (refusal({ ...commit, expects: [] }) ?? 'conflict') : commitOne(commit, clock());
      if (answer !== 'committed') for (const { key } of commit.expects) refused.add(key);
      return answer;
    });
  }

  return {
    commit: (commits) => write(() => commitAll(commits)),
    readIncidents: (keys) =>
      read(() => {
        const found = new Map<string, Incident>();
        for (const key of keys) {
          const row = readOne.get({ key });
          if (row) found.set(key, JSON.parse(row.incident as string) as Incident);
        }
        return found;
      }),
  };
}

type HeldRow = { state: string; claim_token: string | null };
type StoredRow = { revision: number; commit_token: string };

/** A change by time or a person has no lease to know it by: its incident remembers who changed it last. */
function isDone(row: StoredRow | undefined, token: string, revision: number): boolean {
  return row !== undefined && row.commit_token === token && row.revision >= revision;
}
