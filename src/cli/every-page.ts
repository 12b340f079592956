import type { Page, PageOf } from '../ledger/history.ts';

type Read<T> = (page: PageOf) => Promise<Page<T>>;

/** All of a list that comes page by page. */
export async function everyPage<T>(read: Read<T>): Promise<T[]> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const page = await read({ limit: 1_000, ...(after === undefined ? {} : { after }) });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
}

/** A page of what is meant, however much lies between. */
export async function pageOnly<T>(
  read: Read<T>,
  { limit, after }: { limit: number; after?: string },
  isMeant: (item: T) => boolean,
): Promise<Page<T>> {
  const items: T[] = [];
  let next = after;
  do {
    const found = await read({ limit: limit - items.length, ...(next === undefined ? {} : { after: next }) });
    items.push(...found.items.filter(isMeant));
    next = found.next;
  } while (items.length < limit && next !== undefined);
  return { items, ...(next === undefined ? {} : { next }) };
}
