import {
  type Notification,
  type NotificationState,
  nothingTold,
  type Owed,
  type Told,
} from '../../domain/telling/notification.ts';

/** What `rowOf` in notification-row.lua gives. */
export type NotificationRow = [
  id: string,
  head: string,
  state: NotificationState,
  owedRevision: number,
  owedSince: number,
  dueAt: number,
  told: string | null,
  attempts: number,
  failures: number,
  reason: string | null,
];

export function notificationOf(row: NotificationRow): Notification {
  const [, head, state, owedRevision, owedSince, dueAt, told, attempts, failures, reason] = row;
  return {
    ...(JSON.parse(head) as Omit<Owed, 'revision' | 'rank'>),
    state,
    owedRevision,
    owedSince,
    dueAt,
    told: told === null ? nothingTold : toldOf(told, owedSince),
    attempts,
    failures,
    ...(reason !== null && { reason }),
  };
}

/** The version before did not say when a part was last told: not after more was owed. */
function toldOf(json: string, owedSince: number): Told {
  const told = JSON.parse(json) as Told;
  return { ...told, parts: told.parts.map((part) => ({ ...part, at: part.at ?? owedSince })) };
}
