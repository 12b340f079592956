import type { Episode, EpisodeChange, Severity } from '../../src/domain/incident/incident.ts';
import { severities } from '../../src/domain/incident/incident.ts';
import { anEpisode } from './episodes.ts';
import { anEvent } from './events.ts';

const isRise = (from: Severity, to: Severity) => severities.indexOf(to) < severities.indexOf(from);

const saying = (revision: number) => ({ rule: 'r', event: anEvent({ id: `as of ${revision}` }), tripped: [] });

/** One incident's episodes, as routing, the clock and people change them. Each answers whether people can see a change. */
export function simulatedIncident() {
  const episodes: Episode[] = [];
  let revision = 0;
  const current = () => episodes.at(-1);

  function change(
    over: (episode: Episode) => Partial<Episode>,
    { what, byPeople }: { what?: EpisodeChange['what']; byPeople?: true } = {},
  ): boolean {
    const episode = current();
    if (!episode || episode.end) return false;
    revision += 1;
    const noted = what ? { changes: [...(episode.changes ?? []), { revision, at: 1, what }].slice(-20) } : {};
    // What people do changes nothing of what there is to say about the trouble itself.
    const heard = byPeople ? {} : { said: saying(revision), heardRevision: revision };
    episodes[episodes.length - 1] = { ...episode, ...over(episode), ...noted, ...heard, revision };
    return true;
  }

  /** Without what a rise in severity ends. */
  function calmed(): void {
    const episode = current();
    if (!episode) return;
    const { acknowledged: _a, snoozed: _s, ...rest } = episode;
    episodes[episodes.length - 1] = rest;
  }

  return {
    episodes,
    open(severity: Severity): boolean {
      if (current() && !current()?.end) return false;
      revision += 1;
      const heard = { said: saying(revision), heardRevision: revision };
      episodes.push(anEpisode({ number: episodes.length + 1, revision, severity, ...heard }));
      return true;
    },
    becomes(severity: Severity): boolean {
      const episode = current();
      if (!episode || !isRise(episode.severity, severity)) return change(() => ({ severity }));
      if (!episode.end) calmed();
      return change(() => ({ severity }), { what: 'raised' });
    },
    end: () => change(() => ({ end: { at: 1, why: 'cleared' } }), { what: 'ended' }),
    acknowledge: (at: number) =>
      !current()?.acknowledged &&
      change(() => ({ acknowledged: { by: 'ann', at } }), { what: 'acknowledged', byPeople: true }),
    /** Somebody let go of it, there. */
    unacknowledge(): boolean {
      const episode = current();
      if (!episode?.acknowledged || episode.end) return false;
      const { acknowledged: _a, ...rest } = episode;
      episodes[episodes.length - 1] = rest;
      return change(() => ({}), { byPeople: true });
    },
    snooze: (until: number) =>
      change(() => ({ snoozed: { by: 'ann', at: 1, until } }), { what: 'snoozed', byPeople: true }),
    wake(now: number): boolean {
      const episode = current();
      if (!episode?.snoozed || episode.end || episode.snoozed.until > now) return false;
      const { snoozed: _s, ...rest } = episode;
      episodes[episodes.length - 1] = rest;
      return change(() => ({}), { byPeople: true });
    },
  };
}
