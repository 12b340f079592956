import type { Episode, Incident, Rung } from '../incident/incident.ts';
import { severities } from '../incident/incident.ts';
import type { Change, Settled } from '../incident/settle.ts';
import type { Owed } from './notification.ts';
import { notificationId } from './notification.ts';

/**
 * How long something may be passed over by what is more urgent when its destination is paced: opens by severity, then
 * ends, then edits. It is a head start and no more, so nothing waits for ever.
 */
const headStartMs = { critical: 0, error: 5_000, warning: 10_000, info: 15_000, end: 20_000, edit: 60_000 } as const;

/** What is committed of a change by time or a person. An end is owed to whoever was rung until then. */
export function stepOf(before: Incident, after: Settled) {
  const rung = after.change === 'ended' ? before.rung : after.incident.rung;
  return {
    expects: [{ key: before.key, revision: before.revision }],
    incidents: [after.incident],
    episodes: after.episode ? [after.episode] : [],
    owed: owedFor(after, rung).map((each) => each.owed),
  };
}

/** What each address that was rung for the episode is owed after a change. */
export function owedFor(
  changed: { change: Change; episode?: Episode; joined: readonly Rung[] },
  rung: readonly Rung[],
): { owed: Owed; what: 'open' | 'update' | 'end' | 'notice' }[] {
  const { episode } = changed;
  if (!episode) return [];
  return rung.map((each) => {
    const isNew = changed.joined.some((joined) => joined.address === each.address);
    const what = whatIsOwed(episode, changed.change, isNew);
    return {
      what,
      owed: {
        id: notificationId(episode.key, episode.number, each.address),
        key: episode.key,
        number: episode.number,
        address: each.address,
        destination: each.destination,
        revision: episode.revision,
        rank: rankOf(what, episode),
      },
    };
  });
}

function whatIsOwed(episode: Episode, change: Change, isNew: boolean) {
  if (episode.kind === 'notice') return 'notice';
  if (change === 'ended') return 'end';
  return isNew ? 'open' : 'update';
}

function rankOf(what: 'open' | 'update' | 'end' | 'notice', episode: Episode): number {
  if (what === 'end') return headStartMs.end;
  if (what === 'update') return headStartMs.edit;
  return headStartMs[severities.find((each) => each === episode.severity) ?? 'info'];
}
