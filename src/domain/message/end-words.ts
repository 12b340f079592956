import { valueAt } from '../event.ts';
import type { Tripped } from '../filter/filter.ts';
import type { End } from '../incident/incident.ts';
import { durationWords } from './duration.ts';
import { labelOf, typeWords, valueWords } from './value-words.ts';

/** How an episode ended, in words. */
export function endWords(end: End, recovered: string | undefined): string {
  switch (end.why) {
    case 'quiet':
      return `nothing heard for ${durationWords(end.quietMs ?? 0)}, not confirmed`;
    case 'by-hand':
      return end.by ? `resolved by ${end.by}` : 'resolved by hand';
    case 'orphaned':
      return 'no rule feeds it any more, not confirmed';
    case 'cleared':
      return recovered === undefined ? 'over' : `recovered: ${recovered}`;
  }
}

/** Quiet, or a rule that is gone, does not say that the trouble is over. */
export function isConfirmedEnd({ why }: End): boolean {
  return why === 'cleared' || why === 'by-hand';
}

/** The values that tripped, as they are now; otherwise what was heard; nothing where no event ended it. */
export function recoveredWords({ event, why }: End, tripped: readonly Tripped[]): string | undefined {
  if (!event || why !== 'cleared') return undefined;
  const now = tripped.flatMap(({ path }) => {
    const value = valueAt(event, path.split('.'));
    return typeof value === 'number' ? [`${labelOf(path)} ${valueWords(path, value)}`] : [];
  });
  return now.length > 0 ? [...new Set(now)].join(', ') : typeWords(event);
}
