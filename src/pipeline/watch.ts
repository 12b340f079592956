import type { Logger } from 'pino';
import type { Incident } from '../domain/incident.ts';
import type { Feeding } from '../domain/orphans.ts';
import { isOrphan } from '../domain/orphans.ts';
import { stepOf } from '../domain/owed.ts';
import type { Settled } from '../domain/settle.ts';
import { wake } from '../domain/waking.ts';
import type { History, Retention } from '../ledger/history.ts';
import type { Inbox } from '../ledger/inbox.ts';

export type Watch = {
  ledger: Inbox & Pick<History, 'prune'>;
  retention: () => Retention;
  /** What every process that is there goes by now. */
  feeding: () => Promise<Feeding[]>;
  log: Logger;
  newToken: () => string;
  /** Milliseconds that only ever grow: for our own pace, not for what is kept. */
  elapsedMs: () => number;
};

const batchSize = 100;
const idleMs = 1_000;
const beatEveryMs = 15_000;
const pruneEveryMs = 60_000;
const pruneStep = 200;

/** One turn: says that we listen, does what time alone does to incidents, forgets what is old. Returns how long to sleep. */
export function watcher(watch: Watch): () => Promise<number> {
  let beatAt = Number.NEGATIVE_INFINITY;
  let pruneAt = watch.elapsedMs() + idleMs;
  return async () => {
    if (watch.elapsedMs() - beatAt >= beatEveryMs) {
      await watch.ledger.heartbeat();
      beatAt = watch.elapsedMs();
    }
    const woken = await wakeIncidents(watch);
    if (watch.elapsedMs() >= pruneAt) {
      const pruned = await watch.ledger.prune(watch.retention(), pruneStep);
      pruneAt = watch.elapsedMs() + (pruned < pruneStep ? pruneEveryMs : idleMs);
    }
    return woken === batchSize ? 0 : idleMs;
  };
}

async function wakeIncidents({ ledger, log, newToken, feeding }: Watch): Promise<number> {
  const { incidents, ...listening } = await ledger.wakeable(batchSize);
  if (incidents.length === 0) return 0;
  const fed = incidents.some(hasOrphan) ? await feeding() : [];
  const moment = { ...listening, stillOrphan: (cause: Incident['causes'][number]) => isOrphan(cause, fed) };
  const woken = incidents.map((incident) => ({ incident, after: wake(incident, moment) }));
  const answers = await ledger.commit(
    woken.map(({ incident, after }) => ({ token: newToken(), ...stepOf(incident, after) })),
  );
  for (const [i, { after }] of woken.entries()) if (answers[i] === 'committed') logWoken(log, after);
  return incidents.length;
}

function hasOrphan({ causes }: Incident): boolean {
  return causes.some((cause) => cause.orphan !== undefined);
}

function logWoken(log: Logger, { change, incident, episode }: Settled): void {
  if (change === 'none') return;
  const why = episode?.end ? { why: episode.end.why } : {};
  log.info({ key: incident.key, episode: incident.episode, change, ...why }, 'incident.woken');
}
