import type { Episode } from '../incident/incident.ts';
import { isAskedTestKey } from '../incident/lane.ts';
import { momentWords } from '../message/moment-words.ts';
import type { CompiledSilence } from './silence.ts';
import { silencing, subjectOf } from './silence.ts';
import type { Held } from './telling.ts';

/**
 * What holds back whatever rings about an episode, from the silences in force: one of them, or a snooze, whichever is
 * over last. Nothing holds back a word to the owner about tocsin's own trouble, nor a test that somebody waits for.
 */
export function heldBy(episode: Episode, silences: readonly CompiledSilence[], now: number): Held | undefined {
  if (episode.key.startsWith('owner:') || isAskedTestKey(episode.key)) return undefined;
  const silence = silencing(silences, subjectOf(episode));
  const { snoozed } = episode;
  if (snoozed && snoozed.until > now && snoozed.until >= (silence?.endsAt ?? 0)) {
    const why = `snoozed by ${snoozed.by} until ${momentWords(snoozed.until)}`;
    return { for: `snooze:${episode.key}`, why, restMs: snoozed.until - now };
  }
  if (!silence || silence.endsAt <= now) return undefined;
  const why = `silence ${silence.id} by ${silence.by} until ${momentWords(silence.endsAt)}`;
  return { for: `silence:${silence.id}`, why, restMs: silence.endsAt - now };
}
