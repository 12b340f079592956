import { countWords } from '../domain/message/count-words.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { LedgerUnavailable } from '../ledger/ledger.ts';
import type { Worker } from '../ledger/workers.ts';
import type { Readiness } from './http-app.ts';

export type ReadinessParts = {
  ledger: Pick<Ledger, 'owedAddresses' | 'backlog' | 'listWorkers'>;
  /** Where this process can tell. */
  reachable: () => readonly string[];
  /** Why the ledger cannot be written now, if so. */
  unwritable: () => string | undefined;
  /** What is known without asking. */
  warnings: () => string[];
};

/** As patient as the hook; whoever asks is often no more so. */
const answerWithinMs = 3_000;

/** Whether deliveries can be kept now; and what people should look at, which keeps nobody from sending. */
export function readinessOf({ ledger, reachable, unwritable, warnings }: ReadinessParts): () => Promise<Readiness> {
  const unready = (why: string): Readiness => ({ ready: false, warnings: [why, ...warnings()] });
  return async () => {
    const tooLate = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => tooLate.resolve(undefined), answerWithinMs);
    try {
      const asked = [ledger.owedAddresses(), ledger.backlog(), ledger.listWorkers()] as const;
      const answered = await Promise.race([Promise.all(asked), tooLate.promise]);
      if (answered === undefined) return unready(`the ledger did not answer within ${answerWithinMs / 1_000} s`);
      const [owed, { deadDeliveries, deadNotifications }, workers] = answered;
      const trouble = unwritable();
      if (trouble !== undefined) return unready(`the ledger cannot be written: ${trouble}`);
      const reached = new Set([...reachable(), ...workers.flatMap((each) => each.addresses)]);
      const unreached = owed.filter((address) => !reached.has(address));
      return {
        ready: true,
        warnings: [
          ...warnings(),
          ...differingFiles(workers),
          ...unreached.map(
            (each) => `something is owed at ${each}, which no destination in the rules file has any more`,
          ),
          ...(deadDeliveries + deadNotifications > 0
            ? [
                `dead letters: ${countWords(deadDeliveries, 'delivery', 'deliveries')}, ${countWords(deadNotifications, 'notification')}`,
              ]
            : []),
        ],
      };
    } catch (error) {
      if (!(error instanceof LedgerUnavailable)) throw error;
      return unready(`the ledger does not answer: ${error.message}`);
    } finally {
      clearTimeout(timer);
    }
  };
}

function differingFiles(workers: readonly Worker[]): string[] {
  const files = Map.groupBy(workers, (each) => each.file);
  if (files.size < 2) return [];
  const counts = [...files].map(([file, those]) => `${file.slice(0, 12)} in ${those.length}`);
  return [`the processes on this ledger go by different rules files: ${counts.join(', ')}`];
}
