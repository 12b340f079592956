import type { Worker, Workers } from '../workers.ts';
import { readMs, type Store } from './store.ts';

const writeMs = 5_000;
const confirmedMs = 24 * 60 * 60_000;

/** The serving processes, and the files people confirmed for them. */
export function workersIn(store: Store): Omit<Workers, 'takeUp' | 'listAddresses'> {
  const announce = store.script('announce-worker');
  const stay = store.script('stay');
  const leave = store.script('leave');
  const list = store.script('list-workers');
  const confirm = store.script('confirm-file');
  const isConfirmed = store.script('is-confirmed');

  return {
    async announce(worker, forMs) {
      await announce([worker.id, worker.file, JSON.stringify(worker), forMs], { withinMs: writeMs });
    },

    async stay(id, forMs) {
      return (await stay([id, forMs], { withinMs: writeMs })) === 1;
    },

    async leave(id) {
      await leave([id], { withinMs: writeMs });
    },

    async listWorkers() {
      const rows = (await list([], { withinMs: readMs })) as [string, number][];
      return rows.map(([json, since]) => ({ ...(JSON.parse(json) as Omit<Worker, 'since'>), since }));
    },

    async confirmFile(file) {
      await confirm([store.channel, file, confirmedMs], { withinMs: writeMs, replicated: true });
    },

    async isConfirmed(file) {
      return (await isConfirmed([file], { withinMs: readMs })) === 1;
    },
  };
}
