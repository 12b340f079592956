import type { Episode } from '../domain/incident.ts';
import type { Notification, Stray, Told } from '../domain/notification.ts';
import type { Commit } from './inbox.ts';

/** How much may be claimed for one address now. */
export type Room = {
  address: string;
  /** At most so many more in flight. */
  slots: number;
  leaseMs: number;
  /** Tokens drawn one per claim, shared by all processes; left out: unpaced. */
  pace?: { perMinute: number; burst: number };
};

/** One thing to tell, in flight: the claim is the beginning of an attempt. */
export type ClaimedNotification = Notification & {
  /** Fences late holders; minted by the claim for this notification alone. */
  token: string;
  /** An earlier attempt never recorded its outcome: nobody knows whether it was told. */
  interrupted: boolean;
  /** What late holders told since; the record says how many of them it absorbed. */
  strays: Stray[];
  /** The episode as it is now. */
  episode: Episode;
  /**
   * The newest notification of an earlier episode, at the same address and under the shared key, that is still owed
   * something.
   */
  predecessor?: { id: string };
};

/** How an attempt ended. `act` is what was tried; `wait` and `nothing` are attempts that made no call. */
export type Outcome = {
  act: 'open' | 'update' | 'resolve' | 'notice' | 'find' | 'nothing' | 'wait';
  result: 'told' | 'retry' | 'ambiguous' | 'refused' | 'none';
  /** In words, for people; no secret. */
  reason?: string;
  ref?: string;
};

/** What becomes of the notification. */
export type Next =
  /** Nothing more is owed up to `revision`; a higher owed revision keeps it due at once. */
  | { state: 'settled'; revision: number }
  /** Still owed: due again after `afterMs` (0: at once, another part is to be told). */
  | { state: 'due'; afterMs: number }
  /** Due when the notification `for` settles or dies, at the latest after `afterMs`. */
  | { state: 'waiting'; for: string; afterMs: number }
  /** Given up, up to `revision`: what is owed next starts fresh. */
  | { state: 'dead'; revision: number; reason: string };

export type AttemptRecord = {
  id: string;
  token: string;
  outcome: Outcome;
  told: Told;
  next: Next;
  /** Consecutive failures of what is owed now. */
  failures: number;
  /** How many of the claimed strays `told` has absorbed. */
  absorbed: number;
  /** Draw no token for this one after all: no call was made. */
  refund?: boolean;
  /** Nothing at this address is claimed for so long: it said it is over its limit. */
  pauseMs?: number;
  /** Kept for a late holder: what it told after all, and whether the newest notification of the same key and address must mend it. */
  stray?: { stray: Stray; at: 'self' | 'newest' };
  /** What others are owed on this account (the owner's notice), committed in the same step. */
  also?: Pick<Commit, 'episodes' | 'owed'>;
};

/** Notifications and their attempts. */
export interface Outbox {
  /**
   * Begins an attempt at up to `slots` due notifications for each address, within its pace: those with the smallest
   * due moment + `rank`, in no promised order. Never one that is in flight, or in `holding`. A claimed one falls due
   * again when its lease ends, or when it is due more than 15 minutes ahead (the clock went back). `nextInMs`: when
   * something at these addresses may fall due next; left out when nothing is owed there.
   */
  claimNotifications(claim: {
    token: string;
    rooms: Room[];
    holding: string[];
  }): Promise<{ now: number; notifications: ClaimedNotification[]; nextInMs?: number }>;

  /** Takes claims back as if never begun: no attempt is kept, due at once, the pace's token returned. */
  releaseNotifications(claims: { id: string; token: string }[]): Promise<void>;

  /**
   * Ends an attempt. `late`: the claim is no longer this token's. Then nothing changes but the attempt's own outcome,
   * and `stray`, if given, is kept and makes its notification due.
   */
  record(record: AttemptRecord): Promise<'recorded' | 'late'>;

  /** The addresses at which something is owed. */
  owedAddresses(): Promise<string[]>;
}
