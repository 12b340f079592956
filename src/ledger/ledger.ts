import type { History } from './history.ts';
import type { Inbox } from './inbox.ts';
import type { Outbox } from './outbox.ts';
import type { Silences } from './silences.ts';
import type { Workers } from './workers.ts';

/**
 * Where everything is kept. Each verb is atomic by itself and durable when its promise resolves; each may be repeated
 * with its token and then answers as it did. Four may have more to change than one step should: `reroute`, `revive`,
 * `takeUp` and `expireSilence`. There each thing is changed in one step by itself, and the whole may be left half done by
 * who dies in it; each says why that does no harm. Moments are made here, from the engine's clock; callers pass durations
 * in milliseconds. Every verb rejects with `LedgerUnavailable` when the engine does not answer; nothing else is thrown
 * for a reason outside the program.
 */
export type Ledger = Inbox & Outbox & Silences & Workers & History;

/** The engine is down, too slow, or full. The call may or may not have happened; repeating it with its token is safe. */
export class LedgerUnavailable extends Error {
  override name = 'LedgerUnavailable';
}
