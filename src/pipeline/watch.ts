import type { Logger } from 'pino';
import { waitedFor } from '../domain/incident/absence.ts';
import type { Cause, Incident } from '../domain/incident/incident.ts';
import type { Feeding } from '../domain/incident/orphans.ts';
import { isOrphan } from '../domain/incident/orphans.ts';
import type { Settled } from '../domain/incident/settle.ts';
import { freshIncident } from '../domain/incident/settle.ts';
import { broughtLive } from '../domain/incident/shadow.ts';
import type { Moment } from '../domain/incident/waking.ts';
import { wake } from '../domain/incident/waking.ts';
import type { Standing } from '../domain/routing.ts';
import { stepOf } from '../domain/telling/owed.ts';
import type { History, Retention } from '../ledger/history.ts';
import type { Commit, Inbox } from '../ledger/inbox.ts';

export type Watch = {
  ledger: Inbox & Pick<History, 'prune'>;
  retention: () => Retention;
  /** What every process that is there goes by now. */
  feeding: () => Promise<Feeding[]>;
  standing: () => Standing;
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

async function wakeIncidents(watch: Watch): Promise<number> {
  const { ledger, log, newToken, feeding } = watch;
  const { incidents, ...listening } = await ledger.wakeable(batchSize);
  if (incidents.length === 0) return 0;
  const standing = watch.standing();
  const fed = incidents.some(mayBeOrphan) ? await feeding() : [];
  const moment: Moment = {
    ...listening,
    stillOrphan: (cause) => isOrphan(cause, fed),
    waitedFor: (cause, waiting) => waitedFor(cause, { ...waiting, standing }),
  };
  const turned = incidents.filter((incident) => incident.causes.some((cause) => isTurned(incident, cause, moment)));
  await bringLive(watch, turned, moment);
  const waking = incidents.filter((incident) => !turned.includes(incident));
  const woken = waking.map((incident) => ({ incident, after: wokenUp(incident, moment, log) }));
  const answers = await ledger.commit(
    woken.map(({ incident, after }) => ({ token: newToken(), ...stepOf(incident, after) })),
  );
  for (const [i, { after }] of woken.entries()) if (answers[i] === 'committed') logWoken(log, after);
  return incidents.length;
}

const againMs = 600_000;

/** One that throws is looked at again later, and keeps time from none of the others. */
function wokenUp(incident: Incident, moment: Moment, log: Logger): Settled {
  try {
    return wake(incident, moment);
  } catch (err) {
    log.error({ err, key: incident.key, againInMs: againMs }, 'incident.waking-failed');
    const later = { ...incident, revision: incident.revision + 1, wakeAt: moment.now + againMs };
    return { incident: later, change: 'none', joined: [] };
  }
}

function mayBeOrphan({ causes }: Incident): boolean {
  return causes.some(({ orphan, absent }) => orphan !== undefined || absent !== undefined);
}

function isTurned({ key }: Incident, cause: Cause, { now, waitedFor }: Moment): boolean {
  if (cause.shadow === undefined || cause.absent === undefined || cause.firing) return false;
  return waitedFor(cause, { key, now }).is === 'turned-live';
}

/** What is waited for in shadow though its rule is live now: from here on it is waited for live, and opens there. */
async function bringLive({ ledger, newToken }: Watch, turned: readonly Incident[], moment: Moment): Promise<void> {
  if (turned.length === 0) return;
  const liveKeyOf = ({ causes }: Incident) => causes.find(({ shadow }) => shadow !== undefined)?.shadow ?? '';
  const stored = await ledger.readIncidents(turned.map(liveKeyOf));
  const commits = turned.map((incident): Commit => {
    const live = stored.get(liveKeyOf(incident)) ?? freshIncident(liveKeyOf(incident));
    const after = broughtLive(incident, live, (cause) => isTurned(incident, cause, moment));
    const expects = [incident, live].map(({ key, revision }) => ({ key, revision }));
    return { token: newToken(), expects, incidents: [after.shadow, after.live], episodes: [], owed: [] };
  });
  await ledger.commit(commits);
}

function logWoken(log: Logger, { change, incident, episode }: Settled): void {
  if (change === 'none') return;
  const why = episode?.end ? { why: episode.end.why } : {};
  log.info({ key: incident.key, episode: incident.episode, change, ...why }, 'incident.woken');
}
