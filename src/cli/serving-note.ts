import type { Ledger } from '../ledger/ledger.ts';

/** Where nothing would happen by itself, that is said. */
export async function servingNote(ledger: Ledger): Promise<string[]> {
  const workers = await ledger.listWorkers();
  return workers.length > 0 ? [] : ['(Nothing is serving from this ledger: it is told when tocsin serves again.)'];
}
