import type { Logger } from 'pino';
import { owedFor } from '../domain/owed.ts';
import { afterQuiet } from '../domain/quiet.ts';
import type { Settled } from '../domain/settle.ts';
import type { History, Retention } from '../ledger/history.ts';
import type { Commit, Inbox } from '../ledger/inbox.ts';

export type Watch = {
  ledger: Inbox & Pick<History, 'prune'>;
  retention: () => Retention;
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

/** One turn: says that we listen, ends what was quiet long enough, forgets what is old. Returns how long to sleep. */
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

async function wakeIncidents({ ledger, log, newToken }: Watch): Promise<number> {
  const { incidents, ...listening } = await ledger.wakeable(batchSize);
  if (incidents.length === 0) return 0;
  const settled = incidents.map((incident) => ({ incident, after: afterQuiet(incident, listening) }));
  const answers = await ledger.commit(
    settled.map(({ incident, after }): Commit => {
      const rung = after.change === 'ended' ? incident.rung : after.incident.rung;
      return {
        token: newToken(),
        expects: [{ key: incident.key, revision: incident.revision }],
        incidents: [after.incident],
        episodes: after.episode ? [after.episode] : [],
        owed: owedFor(after, rung).map((each) => each.owed),
      };
    }),
  );
  for (const [i, { after }] of settled.entries()) if (answers[i] === 'committed') logQuiet(log, after);
  return incidents.length;
}

function logQuiet(log: Logger, { change, incident }: Settled): void {
  if (change === 'none') return;
  log.info({ key: incident.key, episode: incident.episode, change, why: 'quiet' }, 'incident.quiet');
}
