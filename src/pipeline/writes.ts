import type { Ledger } from '../ledger/ledger.ts';
import { LedgerUnavailable } from '../ledger/ledger.ts';

/** A failure is believed for so long; then it is tried whether it lasts, since perhaps nobody sends any more. */
const believedMs = 5_000;

/**
 * The ledger, and why it cannot be written now, if so: known from the writes that are made anyway. One that can be read
 * and not written (a full disk, a lock that is not let go of) keeps nothing that is sent.
 */
export function watchedWrites(ledger: Ledger): { ledger: Ledger; trouble(): string | undefined } {
  let failing: { why: string; atMs: number } | undefined;

  function watched<Given extends unknown[], Answer>(
    verb: (...given: Given) => Promise<Answer>,
    { mayWriteNothing = false } = {},
  ): (...given: Given) => Promise<Answer> {
    return async (...given) => {
      try {
        const answer = await verb(...given);
        if (!mayWriteNothing) failing = undefined;
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
      // Where nothing is due they pass on a full disk too.
      claimDeliveries: watched(ledger.claimDeliveries, { mayWriteNothing: true }),
      claimNotifications: watched(ledger.claimNotifications, { mayWriteNothing: true }),
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
