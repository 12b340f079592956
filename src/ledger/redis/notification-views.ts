import type { Episode } from '../../domain/incident/incident.ts';
import type { Attempt, History, NotificationHistory } from '../history.ts';
import type { Outcome } from '../outbox.ts';
import { pageOf } from './newest.ts';
import { indexIn } from './notification-index.ts';
import { type NotificationRow, notificationOf } from './notification-row.ts';
import { readMs, type Store } from './store.ts';

/** As many notifications are looked at in one go for those that are asked for. */
const lookedAt = 500;

/** Notifications, for people. */
export function notificationViews(store: Store): Pick<History, 'listNotifications' | 'findNotification'> {
  const index = indexIn(store);
  const list = store.script('list-notifications');
  const find = store.script('find-notification');

  return {
    async listNotifications({ limit, after, state, destination, diedWithinMs }) {
      await index();
      const isNarrowed = state !== undefined || destination !== undefined;
      const asked = [state ?? '', destination === undefined ? '' : inHead(destination), diedWithinMs ?? ''];
      const found: [place: string, row: NotificationRow][] = [];
      for (let below = after ?? ''; found.length <= limit; ) {
        const args = [below, isNarrowed ? lookedAt : limit + 1, ...asked];
        const [last, places, rows] = (await list(args, { withinMs: readMs })) as ListReply;
        if (last === null) break;
        found.push(...rows.map((row, i): [string, NotificationRow] => [places[i] ?? last, row]));
        below = last;
      }
      const page = pageOf(found, limit, ([place]) => place);
      return { ...page, items: page.items.map(([, row]) => notificationOf(row)) };
    },

    async findNotification(id) {
      const reply = (await find([id], { withinMs: readMs })) as [NotificationRow, AttemptRow[], string] | null;
      if (reply === null) return undefined;
      const [row, attempts, episode] = reply;
      return { notification: notificationHistoryOf([row, attempts]), episode: JSON.parse(episode) as Episode };
    },
  };
}

type ListReply = [last: string | null, places: string[], rows: NotificationRow[]];

/** What `attemptsOf` in notification-row.lua gives of each. */
export type AttemptRow = [
  number: number,
  startedAt: number,
  endedAt: number | null,
  late: number,
  outcome: string | null,
];

export function notificationHistoryOf([row, attempts]: [NotificationRow, AttemptRow[]]): NotificationHistory {
  return { ...notificationOf(row), attempts: attempts.map(attemptOf) };
}

function attemptOf([number, startedAt, endedAt, late, outcome]: AttemptRow): Attempt {
  return {
    number,
    startedAt,
    ...(endedAt !== null && { endedAt }),
    ...(late === 1 && { late: true }),
    ...(outcome !== null && (JSON.parse(outcome) as Outcome)),
  };
}

/** As it stands in a row's head, where quotes within texts are escaped: it can only be that field. */
function inHead(destination: string): string {
  return `"destination":${JSON.stringify(destination)}`;
}
