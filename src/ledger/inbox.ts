import type { Delivery } from '../domain/event.ts';
import type { Episode, Incident } from '../domain/incident/incident.ts';
import type { Owed } from '../domain/telling/notification.ts';
import type { Trace } from '../domain/trace.ts';

/** A verified request about to be kept. `digest` is SHA-256 of the body, hex; `token` is random, one per request. */
export type NewDelivery = {
  source: string;
  id: string;
  type: string;
  body: Uint8Array;
  digest: string;
  token: string;
};

/**
 * `duplicate`: this (source, id) was accepted within the last 35 days; `altered` when its bytes were others (the first
 * stand). `full`: the backlog of unrouted deliveries is at its limit and nothing was kept.
 */
export type Accepted =
  | { status: 'accepted'; seq: number }
  | { status: 'duplicate'; altered: boolean }
  | { status: 'full' };

/** Why a request was turned away. Holds no secret, signature or body. `code` is the answer's error code. */
export type Refusal = { source: string; code: string; reason: string };

/** A signed request that could not be read: kept as a dead letter, once per (source, digest). */
export type Unreadable = { source: string; body: Uint8Array; digest: string; reason: string };

export type ClaimedDelivery = Delivery & {
  /** How often its routing was given up with `postpone` before. */
  failures: number;
};

/**
 * One atomic step: the end of a delivery's routing, or a change by time or a person (`delivery` left out).
 * `incidents` carry the revision they will have (the expected one + 1).
 */
export type Commit = {
  /** The claim's token; without a delivery, a random one. */
  token: string;
  delivery?: { seq: number; state: 'routed' | 'dead'; trace: Trace };
  /** The revision of every incident that was read; 0 for one that was not there. */
  expects: { key: string; revision: number }[];
  incidents: Incident[];
  episodes: Episode[];
  owed: Owed[];
};

/** `conflict`: an expected revision was not the stored one. `lease-lost`: the delivery is another's, or done. */
export type CommitAnswer = 'committed' | 'conflict' | 'lease-lost';

/** Deliveries and incidents. */
export interface Inbox {
  /**
   * Keeps a delivery for routing, or says that it was kept before. What cannot begin within 3 s, which is what a sender
   * waits for, is given up with `LedgerUnavailable`: it is not held any longer, and not kept later.
   */
  accept(delivery: NewDelivery): Promise<Accepted>;

  /** Adds to the last 100 refusals and to their counters by code. */
  refuse(refusals: Refusal[]): Promise<void>;

  /** Keeps an unreadable delivery as a dead letter. */
  bury(letter: Unreadable): Promise<void>;

  /**
   * Leases up to `limit` unrouted deliveries, the earliest due, to `token` for `leaseMs`. A delivery falls due again
   * when its lease ends, or when it is due more than a minute ahead (the clock went back). Those in `holding` (seqs
   * this process still works on) are passed over. The batch comes back by `seq`.
   */
  claimDeliveries(claim: {
    token: string;
    limit: number;
    leaseMs: number;
    holding: number[];
  }): Promise<{ now: number; deliveries: ClaimedDelivery[] }>;

  /** Gives claimed deliveries back, due in `afterMs` (at once); those not held under `token` are left alone. */
  releaseDeliveries(token: string, seqs: number[], afterMs?: number): Promise<void>;

  /** Gives one claimed delivery back after its routing threw: due in `afterMs`, one failure more. */
  postpone(token: string, seq: number, afterMs: number): Promise<void>;

  /**
   * Makes dead deliveries whose routing was given up unrouted again, without failures and without the old trace, due at
   * once; how many there were. Unreadable ones stay dead, and those whose payload is forgotten. Each is made so in one
   * step, not all of them together: what one who dies in it left dead is as it was, and what dies meanwhile may be left
   * out. Asked again, it takes up the rest.
   */
  reroute(chosen: { seqs: number[] } | { dead: true; diedWithinMs?: number }): Promise<number>;

  /** The incidents stored under these keys; keys without one are left out. */
  readIncidents(keys: string[]): Promise<Map<string, Incident>>;

  /**
   * Commits each of the list by itself, in order, with an answer each. A commit that is not `committed` changes
   * nothing, and what shares an incident with it later in the list is a conflict too: it was made on top of it. What is
   * owed is inserted (due at once), or, for a notification that exists, raised to `revision` and made due; a notification
   * in flight is due again when its attempt ends. One that is settled at that revision, or a higher one, is owed nothing
   * more and stays as it is. Repeated with its token a commit is known by its delivery, and without one by any of its
   * incidents that nobody changed since; with neither it is made again.
   */
  commit(commits: Commit[]): Promise<CommitAnswer[]>;

  /**
   * Incidents whose `wakeAt` has come, the earliest first, at most `limit`; with what is needed to judge quiet:
   * the moment the oldest unrouted delivery was received, and the times nobody listened, the one that lasts until now
   * included.
   */
  wakeable(limit: number): Promise<Wakeable>;

  /** Says "we listen now". A gap of more than a minute since the last beat is kept as a time nobody listened. */
  heartbeat(): Promise<void>;
}

export type Wakeable = {
  now: number;
  incidents: Incident[];
  oldestUnroutedAt?: number;
  gaps: { from: number; until: number }[];
};
