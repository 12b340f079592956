import type { EpisodeChange } from '../incident/incident.ts';
import type { Message } from './message.ts';
import { momentWords } from './moment-words.ts';

/** One change of an episode as a sentence. Holds names and comments from outside: escape it. */
export function changeWords(change: EpisodeChange, { end }: Pick<Message, 'end'>): string {
  const { what, from, to, until, by, comment } = change;
  const who = by === undefined ? '' : ` by ${by}`;
  const why = comment === undefined || comment === '' ? '' : `: ${comment}`;
  switch (what) {
    case 'raised':
      return from && to ? `Severity raised from ${from} to ${to}` : 'Severity raised';
    case 'acknowledged':
      return `Acknowledged${who}${why}`;
    case 'snoozed':
      return `Snoozed${who}${until === undefined ? '' : ` until ${momentWords(until)}`}${why}`;
    case 'ended':
      return end ? endedWords(end) : `Ended${who}${why}`;
  }
}

function endedWords({ confirmed, words, lasted, recovered, by, comment }: NonNullable<Message['end']>): string {
  if (!confirmed) return `Ended: ${words}`;
  const detail = comment || recovered;
  return `Resolved${by === undefined ? '' : ` by ${by}`} after ${lasted}${detail ? `: ${detail}` : ''}`;
}
