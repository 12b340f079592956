import type { Backlog, History } from '../history.ts';
import { pairsOf } from './pairs.ts';
import { readMs, type Store } from './store.ts';

/** Counts, and the oldest of what is unrouted and owed. */
export function backlogIn(store: Store): History['backlog'] {
  const backlog = store.script('backlog');
  return async () => backlogOf((await backlog([], { withinMs: readMs })) as BacklogReply);
}

type BacklogReply = [
  unrouted: number,
  oldestUnroutedAt: string | null,
  owed: number,
  oldestOwedAt: string | null,
  openIncidents: number,
  deadDeliveries: number,
  deadNotifications: number,
  refusals: string[],
  accepted: string[],
  duplicate: string[],
  altered: string[],
  at: string[],
];

function backlogOf(reply: BacklogReply): Backlog {
  const [unrouted, oldestUnroutedAt, owed, oldestOwedAt, openIncidents, deadDeliveries, deadNotifications] = reply;
  const [refusals, accepted, duplicate, altered, at] = reply.slice(7).map((each) => countsOf(each as string[]));
  const heard = Object.entries(at ?? {}).map(([source, lastAt]) => {
    const counts = {
      accepted: accepted?.[source] ?? 0,
      duplicate: duplicate?.[source] ?? 0,
      altered: altered?.[source] ?? 0,
    };
    return [source, { ...counts, lastAt }] as const;
  });
  return {
    unrouted,
    ...(oldestUnroutedAt !== null && { oldestUnroutedAt: Number(oldestUnroutedAt) }),
    owed,
    ...(oldestOwedAt !== null && { oldestOwedAt: Number(oldestOwedAt) }),
    openIncidents,
    deadDeliveries,
    deadNotifications,
    refusals: refusals ?? {},
    heard: Object.fromEntries(heard),
  };
}

function countsOf(namesAndValues: string[]): Record<string, number> {
  return Object.fromEntries(pairsOf(namesAndValues).map(([name, value]) => [name, Number(value)]));
}
