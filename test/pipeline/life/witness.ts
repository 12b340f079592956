import type { Episode, Incident } from '../../../src/domain/incident/incident.ts';
import type { Commit } from '../../../src/ledger/inbox.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';

/** What the ledger said that it keeps, whoever asked for it: to be held against what it has kept. */
export type Witness = {
  incidents: Map<string, Incident>;
  episodes: Map<string, Episode>;
  /** How often each delivery's routing was committed. */
  routed: Map<number, number>;
  /** What cannot be, in words. */
  broken: string[];
  /** When something may fall due next, as the last claim of notifications said. */
  nextInMs: () => number | undefined;
  /** The ledger, with this witness beside it. */
  beside(ledger: Ledger): Ledger;
};

export const episodeId = ({ key, number }: Pick<Episode, 'key' | 'number'>) => `${key}#${number}`;

export function openWitness(): Witness {
  const incidents = new Map<string, Incident>();
  const episodes = new Map<string, Episode>();
  const routed = new Map<number, number>();
  const broken: string[] = [];
  let nextInMs: number | undefined;

  /** By key, until when a person said that it is over. */
  const resolvedAt = new Map<string, number>();

  function sawEpisode(episode: Episode): void {
    const { key, openedAt, said, end } = episode;
    const before = episodes.get(episodeId(episode));
    if (before?.end) broken.push(`${episodeId(episode)} was changed after its end`);
    const over = resolvedAt.get(key) ?? Number.NEGATIVE_INFINITY;
    const isOld = Date.parse(said.event.occurredAt) <= over;
    if (!before && isOld) broken.push(`${episodeId(episode)} was opened at ${openedAt} by what was over`);
    if (end?.why === 'by-hand') resolvedAt.set(key, end.at);
    episodes.set(episodeId(episode), episode);
  }

  function committed({ delivery, incidents: changed, episodes: seen }: Commit): void {
    if (delivery) routed.set(delivery.seq, (routed.get(delivery.seq) ?? 0) + 1);
    for (const incident of changed) {
      const { key, revision } = incident;
      const before = incidents.get(key)?.revision ?? 0;
      if (revision !== before + 1) broken.push(`revision ${revision} of ${key} was committed on top of ${before}`);
      incidents.set(key, incident);
    }
    for (const episode of seen) sawEpisode(episode);
  }

  return {
    incidents,
    episodes,
    routed,
    broken,
    nextInMs: () => nextInMs,
    beside: (ledger) => ({
      ...ledger,
      async commit(commits) {
        const answers = await ledger.commit(commits);
        for (const [i, each] of commits.entries()) if (answers[i] === 'committed') committed(each);
        return answers;
      },
      async record(record) {
        const answer = await ledger.record(record);
        for (const each of answer === 'recorded' ? (record.also?.episodes ?? []) : []) {
          episodes.set(episodeId(each), each);
        }
        return answer;
      },
      async claimNotifications(claim) {
        const claimed = await ledger.claimNotifications(claim);
        nextInMs = claimed.nextInMs;
        return claimed;
      },
    }),
  };
}
