import type { Notification, NotificationState, Stray, Told } from '../../domain/telling/notification.ts';

/** A row of `notifications`. */
export type NotificationRow = {
  id: string;
  key: string;
  number: number;
  address: string;
  destination: string;
  state: NotificationState;
  owed_revision: number;
  owed_since: number;
  due_at: number;
  attempts: number;
  failures: number;
  attempt_token: string | null;
  interrupted: number;
  raised_at: number | null;
  drawn_ms: number;
  reason: string | null;
  told: string;
  strays: string;
};

export function notificationOf(row: NotificationRow): Notification {
  const { id, key, number, address, destination, state, attempts, failures, reason } = row;
  return {
    ...{ id, key, number, address, destination, state, attempts, failures },
    owedRevision: row.owed_revision,
    owedSince: row.owed_since,
    dueAt: row.due_at,
    told: JSON.parse(row.told) as Told,
    ...(reason !== null && { reason }),
  };
}

export function straysOf(row: NotificationRow): Stray[] {
  return JSON.parse(row.strays) as Stray[];
}
