import type { Episode, Rung } from '../../domain/incident/incident.ts';
import { addStandIn } from '../../domain/incident/people.ts';
import type { Place } from '../../domain/routing.ts';
import type { Told } from '../../domain/telling/notification.ts';
import { owedFor } from '../../domain/telling/owed.ts';
import type { AttemptRecord, ClaimedNotification } from '../../ledger/outbox.ts';
import type { Also } from './owner.ts';
import { tellOwner } from './owner.ts';
import type { AttemptContext, Tried } from './recording.ts';
import { untilKept } from './recording.ts';

/** In how long somebody else has to be told of what was not told here; `undefined` where that is not so. */
export function lateInMs({ claimed, told, destination, owedSince }: Tried, now: number): number | undefined {
  if (!isOpening(claimed, told) || told.fellBack) return undefined;
  return owedSince + destination.ways.fallbackAfterMs - now;
}

function isOpening({ episode }: ClaimedNotification, told: Told): boolean {
  return told.parts.length === 0 && told.opened !== 'yes' && !episode.end;
}

/**
 * An attempt that did not tell, as it is to be recorded: an open or a notice that is late, or dead, is told to who
 * stands in, and to the owner; one that is not late yet is looked at again when it is, and then not told sooner than the
 * destination asked.
 */
export async function withFallback(
  tried: Tried,
  { finished, noSoonerMs }: { finished: AttemptRecord; noSoonerMs: number },
  context: AttemptContext,
): Promise<AttemptRecord> {
  const { next, told } = finished;
  if (!isOpening(tried.claimed, told)) return withLateEnd(tried, finished, context);
  const lateMs = lateInMs({ ...tried, told }, context.now);
  // Dead once more, it may have another who stands in by now.
  if (next.state !== 'dead' && (lateMs === undefined || lateMs > 0)) {
    if (next.state !== 'due' || lateMs === undefined || lateMs >= next.afterMs) return finished;
    const asked = lateMs < noSoonerMs ? { told: { ...told, notBefore: context.now + noSoonerMs } } : {};
    return { ...finished, ...asked, next: { ...next, afterMs: lateMs } };
  }
  const also = await fallBack(tried, finished, context);
  return { ...finished, told: { ...told, fellBack: true }, ...together(finished.also, also) };
}

/** An end that is not told in time leaves something open for people to see: the owner can close it. */
function withLateEnd(tried: Tried, finished: AttemptRecord, context: AttemptContext): AttemptRecord {
  const { claimed, destination } = tried;
  const { told, next, outcome } = finished;
  const { end, revision } = claimed.episode;
  const isOpenThere = told.opened !== 'no' && (told.parts[0]?.revision ?? -1) < revision;
  const isOwed = end !== undefined && isOpenThere && next.state === 'due';
  const lateMs = tried.owedSince + destination.ways.fallbackAfterMs - context.now;
  if (!isOwed || told.lateEnd || outcome.result === 'told' || lateMs > 0) return finished;
  const under = told.ownKey ?? claimed.key;
  const words = `${claimed.destination} could not be told in time that ${claimed.key} is over, and is tried again. Until then it is open there, under ${under}: ${outcome.reason ?? 'nobody knows why'}`;
  const trouble = { kind: 'late-end', of: destination.address, words };
  const also = tellOwner(claimed, trouble, { notify: context.notify, now: context.now });
  return { ...finished, told: { ...told, lateEnd: true }, ...together(finished.also, also ? [also] : []) };
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
function standInFor({ destination, episode }: ClaimedNotification, place: Place | undefined): Rung | undefined {
  if (!place || (episode.test && place.pages)) return undefined;
  const rung: Rung = { address: place.address, destination: place.destination };
  // Under the same label it is the destination itself, which has moved.
  return place.destination === destination ? rung : { ...rung, standsInFor: destination };
}

function noticeTo(standIn: Rung, notice: Episode): Also {
  const { address, standsInFor } = standIn;
  const standIns = [...(notice.standIns ?? []), ...(standsInFor === undefined ? [] : [{ address, standsInFor }])];
  const owed = owedFor({ change: 'opened', episode: notice, joined: [standIn] }, [standIn]);
  const told = standIns.length > 0 ? { ...notice, standIns } : notice;
  return { episodes: [told], owed: owed.map((each) => each.owed) };
}

/** Its own notification, and so its own end. Of an episode that is over meanwhile, nobody is told. */
async function ring(standIn: Rung, { claimed }: Tried, context: AttemptContext): Promise<void> {
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
