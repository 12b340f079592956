import type { Episode, Rung } from '../domain/incident.ts';
import { owedFor } from '../domain/owed.ts';
import { addStandIn } from '../domain/people.ts';
import type { Place } from '../domain/routing.ts';
import type { AttemptRecord, ClaimedNotification } from '../ledger/outbox.ts';
import type { Also } from './owner.ts';
import { tellOwner } from './owner.ts';
import type { AttemptContext, Tried } from './recording.ts';
import { untilKept } from './recording.ts';

/** In how long somebody else has to be told of what was not told here; `undefined` where that is not so. */
export function lateInMs({ claimed, told, destination, owedSince }: Tried, now: number): number | undefined {
  const isOpening = told.parts.length === 0 && told.opened !== 'yes' && !claimed.episode.end;
  if (!isOpening || told.fellBack) return undefined;
  return owedSince + destination.ways.fallbackAfterMs - now;
}

/**
 * An attempt that did not tell, as it is to be recorded: an open or a notice that is late, or dead, is told to who
 * stands in, and to the owner; one that is not late yet is looked at again when it is, but no sooner than the
 * destination asked.
 */
export async function withFallback(
  tried: Tried,
  { finished, noSoonerMs }: { finished: AttemptRecord; noSoonerMs: number },
  context: AttemptContext,
): Promise<AttemptRecord> {
  const { next } = finished;
  const lateMs = lateInMs({ ...tried, told: finished.told }, context.now);
  if (lateMs === undefined) return finished;
  if (next.state !== 'dead' && lateMs > 0) {
    if (next.state !== 'due') return finished;
    return { ...finished, next: { ...next, afterMs: Math.max(noSoonerMs, Math.min(next.afterMs, lateMs)) } };
  }
  const also = await fallBack(tried, finished, context);
  return { ...finished, told: { ...finished.told, fellBack: true }, ...together(finished.also, also) };
}

async function fallBack(tried: Tried, finished: AttemptRecord, context: AttemptContext): Promise<Also[]> {
  const { claimed, destination } = tried;
  const { notify, now } = context;
  const reason = finished.outcome.reason ?? 'nobody knows why';
  const standIn = standInFor(claimed, notify.fallback(claimed.address));
  const also: Also[] = [];
  if (standIn && claimed.episode.kind === 'notice') also.push(noticeTo(standIn, claimed.episode));
  else if (standIn) await ring(standIn, tried, context);
  if (finished.next.state === 'dead') return also;
  const instead = standIn ? `${standIn.destination} is told instead` : 'it has no fallback';
  const words = `${claimed.destination} could not be told about ${claimed.key} in time; ${instead}: ${reason}`;
  const told = tellOwner(claimed, { kind: 'late', of: destination.address, words }, { notify, now });
  return told ? [...also, told] : also;
}

/** Nobody is called out for a test, by way of a fallback neither. */
function standInFor({ destination, episode }: ClaimedNotification, place: Place | undefined) {
  if (!place || (episode.test && place.pages)) return undefined;
  return { address: place.address, destination: place.destination, standsInFor: destination };
}

function noticeTo(standIn: Rung & { standsInFor: string }, notice: Episode): Also {
  const { address, standsInFor } = standIn;
  const standIns = [...(notice.standIns ?? []), { address, standsInFor }];
  const owed = owedFor({ change: 'opened', episode: notice, joined: [standIn] }, [standIn]);
  return { episodes: [{ ...notice, standIns }], owed: owed.map((each) => each.owed) };
}

/** Its own notification, and so its own end. Of an episode that is over meanwhile, nobody is told. */
async function ring(
  standIn: Rung & { standsInFor: string },
  { claimed }: Tried,
  context: AttemptContext,
): Promise<void> {
  const { ledger, newToken } = context.notify;
  const { key, number } = claimed;
  await untilKept(async () => {
    for (;;) {
      const incident = (await ledger.readIncidents([key])).get(key);
      const rung = incident?.episode === number ? addStandIn(incident, standIn) : undefined;
      if (!incident || !rung) return;
      const owed = owedFor({ change: 'updated', episode: rung.episode, joined: [standIn] }, [standIn]);
      const [answer] = await ledger.commit([
        {
          token: newToken(),
          expects: [{ key, revision: incident.revision }],
          incidents: [rung.incident],
          episodes: [rung.episode],
          owed: owed.map((each) => each.owed),
        },
      ]);
      if (answer === 'committed') return;
    }
  }, context.signal);
}

function together(one: Also | undefined, others: Also[]): { also?: Also } {
  const all = one ? [one, ...others] : others;
  if (all.length === 0) return {};
  return { also: { episodes: all.flatMap((each) => each.episodes), owed: all.flatMap((each) => each.owed) } };
}
