import type { Silence } from '../domain/telling/silence.ts';

/**
 * A silence about to be kept: its filter was checked by whoever made it. It begins at `startsAt` (left out: now) and
 * ends at `endsAt`, or `forMs` after it begins. `id` is random, made by the caller, so that the call may be repeated.
 */
export type NewSilence = Pick<Silence, 'id' | 'filter' | 'by' | 'comment'> & {
  startsAt?: number;
} & ({ endsAt: number } | { forMs: number });

/** Silences. Which of them are in force comes with each claim of notifications. */
export interface Silences {
  /** Keeps it, in force for the next claim, and returns it with its moments; repeated with its id, what was kept. */
  keepSilence(silence: NewSilence): Promise<Silence>;
  /**
   * Ends it now, also one that has not begun; what waits for it is due at once. `undefined` when there is none; one that
   * is over stays as it is. It ends in one step, with which what is claimed next is told; what waits for it may fall due
   * some at a time. What one who dies in it left waiting falls due at its own time, minutes later, or when asked again.
   */
  expireSilence(id: string, by: string): Promise<Silence | undefined>;
  /** The last made first: those that are not over; with `over`, also those that ended in the last 30 days. */
  listSilences(asked: { over: boolean }): Promise<Silence[]>;
}
