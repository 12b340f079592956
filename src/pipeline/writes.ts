import type { Ledger } from '../ledger/ledger.ts';
import { LedgerUnavailable } from '../ledger/ledger.ts';

/** A failure is believed for so long; then it is tried whether it lasts, since nobody may send any more. */
const believedMs = 5_000;

/**
 * The ledger, and why it cannot be written now, if so: known from the writes that are made anyway. One that can be read
 * and not written (a full disk, a lock that is not let go of) keeps nothing that is sent.
 */
export function watchedWrites(ledger: Ledger): { ledger: Ledger; trouble(): string | undefined } {
  let failing: { why: string; atMs: number } | undefined;

  function watched<Given extends unknown[], Answer>(
    verb: (...given: Given) => Promise<Answer>,
    proves: 'proves-well' | 'may-write-nothing' = 'proves-well',
  ): (...given: Given) => Promise<Answer> {
    return async (...given) => {
      try {
        const answer = await verb(...given);
        if (proves === 'proves-well') failing = undefined;
        return answer;
      } catch (error) {
        if (error instanceof LedgerUnavailable) failing = { why: error.message, atMs: performance.now() };
        throw error;
      }
    };
  }

  const heartbeat = watched(ledger.heartbeat);
  return {
    ledger: {
      ...ledger,
      accept: watched(ledger.accept),
      // Where nothing is due they write nothing, and pass on a full disk too.
      claimDeliveries: watched(ledger.claimDeliveries, 'may-write-nothing'),
      claimNotifications: watched(ledger.claimNotifications, 'may-write-nothing'),
      commit: watched(ledger.commit),
      record: watched(ledger.record),
      heartbeat,
    },
    trouble() {
      if (failing && performance.now() - failing.atMs >= believedMs) {
        failing.atMs = performance.now();
        // What comes of it is seen at the next look.
        void heartbeat().catch(() => undefined);
      }
      return failing?.why;
    },
  };
}
