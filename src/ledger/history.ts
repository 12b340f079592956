import type { Delivery } from '../domain/event.ts';
import type { Episode, Incident } from '../domain/incident/incident.ts';
import type { Notification, NotificationState } from '../domain/telling/notification.ts';
import type { Trace } from '../domain/trace.ts';
import type { Outcome } from './outbox.ts';

export const deliveryStates = ['unrouted', 'routed', 'dead'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** A delivery as people look at it. */
export type KeptDelivery = {
  seq: number;
  source: string;
  id: string;
  type: string;
  receivedAt: number;
  bytes: number;
  state: DeliveryState;
  /** Why it is a dead letter. */
  reason?: string;
};

export type KeptRefusal = { at: number; source: string; code: string; reason: string };

export type Attempt = Partial<Outcome> & { number: number; startedAt: number; endedAt?: number; late?: boolean };

/** As many attempts of a notification are kept, the newest: one that is tried for weeks would make thousands. */
export const attemptsKept = 200;

/** With the attempts that are kept, in the order in which they began. */
export type NotificationHistory = Omit<Notification, 'attempts'> & { attempts: Attempt[] };

export type Backlog = {
  unrouted: number;
  oldestUnroutedAt?: number;
  /** Notifications that are owed something. */
  owed: number;
  oldestOwedAt?: number;
  openIncidents: number;
  deadDeliveries: number;
  deadNotifications: number;
  refusals: Record<string, number>;
  /** Accepted deliveries and duplicates since the ledger was made, by source: `accepted`, `duplicate`, `altered`. */
  heard: Record<string, { accepted: number; duplicate: number; altered: number; lastAt: number }>;
};

/** A page of a list, the newest first; `next` continues it. */
export type Page<T> = { items: T[]; next?: string };
export type PageOf = { limit: number; after?: string };

export type Retention = {
  /** Routed deliveries with their traces, ended episodes and settled notifications: how long and how many bytes. */
  historyMs: number;
  historyBytes: number;
  /** Dedup digests, and incidents that are over (their floors). */
  memoryMs: number;
};

/** A preview must never take up what was acknowledged for real. */
export type Purpose = 'live' | 'preview';

/** What was kept, for people; and the forgetting of it. Reads never block the verbs above for long. */
export interface History {
  listDeliveries(page: PageOf & { state?: DeliveryState; source?: string }): Promise<Page<KeptDelivery>>;
  /** Every delivery with this id (the same id may come from several sources), with body and trace while they are kept. */
  findDeliveries(id: string): Promise<(KeptDelivery & { body?: Uint8Array; trace?: Trace })[]>;
  /**
   * What was received within `sinceMs`, in the order of its receipt, whatever became of it: those whose payload is
   * forgotten are not there. A page may be short, or empty, and `next` go on all the same: what is read at once is
   * bounded, by some MiB too.
   */
  readDeliveries(page: PageOf & { sinceMs: number }): Promise<Page<Delivery>>;
  /** The last 100, the newest first. */
  listRefusals(): Promise<KeptRefusal[]>;
  listIncidents(page: PageOf & { open?: boolean }): Promise<Page<Incident>>;
  /** `undefined` when there is none under this key. Episodes and notifications newest first, at most 100 of each. */
  findIncident(
    key: string,
  ): Promise<{ incident: Incident | undefined; episodes: Episode[]; notifications: NotificationHistory[] } | undefined>;
  /** The newest first, by when they were first owed. `destination` is a label; `diedWithinMs` only with `state: 'dead'`. */
  listNotifications(
    page: PageOf & { state?: NotificationState; destination?: string; diedWithinMs?: number },
  ): Promise<Page<Notification>>;
  /** With the attempts that are kept, and the episode it is about; `undefined` when there is none. */
  findNotification(id: string): Promise<{ notification: NotificationHistory; episode: Episode } | undefined>;
  backlog(): Promise<Backlog>;
  /** What this ledger is for, asked by who serves it: the first to say so decides. */
  purpose(mine: Purpose): Promise<Purpose>;
  /** The engine's clock. */
  now(): Promise<number>;
  /** Forgets at most `limit` old things; how many went. Never what is unrouted, owed, or open. */
  prune(retention: Retention, limit: number): Promise<number>;
  /** What the engine's settings may lose, in words for people; empty when nothing. */
  warnings(): Promise<string[]>;
  /** Calls back when there may be work: routing, telling, or time to look at incidents again. Returns the way to stop. */
  onWork(listener: (work: 'route' | 'notify' | 'watch') => void): () => void;
  close(): Promise<void>;
}
