import { readMs, type Store } from './store.ts';

/** About as many notifications are looked at in one call. */
const lookedAt = 500;

/**
 * Indexes what a ledger of the version before kept, some at a call; once all is indexed, it looks at nothing. Processes
 * of both versions may run side by side: what the older one keeps meanwhile is indexed the next time.
 */
export function indexIn(store: Store): () => Promise<void> {
  const index = store.script('index-notifications');
  return async () => {
    let stopped = '0';
    do {
      stopped = String(await index([stopped, lookedAt], { withinMs: readMs }));
    } while (stopped !== '0');
  };
}
