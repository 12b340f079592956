import type { Page } from '../history.ts';
import { pairsOf } from './pairs.ts';
import { readMs, type Store } from './store.ts';

type Newest = (columns: string[], after: string | undefined, limit: number) => Promise<[string, number][]>;

/** Reads members of columns and their numbers, the largest first, below where a page ended. */
export function newestIn(store: Store): Newest {
  const newest = store.script('newest');
  return async (columns, after, limit) => {
    const below = after === undefined ? '+inf' : Number(after) || 0;
    const reply = (await newest([below, limit, columns.length, ...columns], { withinMs: readMs })) as string[];
    return pairsOf(reply).map(([member, number]) => [member, Number(number)]);
  };
}

/** A page of what was found, which is one more than a page when there are more. */
export function pageOf<T>(found: T[], limit: number, cursor: (item: T) => number | string): Page<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return found.length > limit && last !== undefined ? { items, next: String(cursor(last)) } : { items };
}
