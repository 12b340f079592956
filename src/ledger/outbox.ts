import type { Episode } from '../domain/incident/incident.ts';
import type { Notification, Stray, Told } from '../domain/telling/notification.ts';
import type { Silence } from '../domain/telling/silence.ts';
import type { Commit } from './inbox.ts';

/** How much may be claimed for one address now. */
export type Room = {
  address: string;
  /** At most so many more in flight. */
  slots: number;
  leaseMs: number;
  /** Tokens drawn one per claim, shared by all processes; left out: unpaced. */
  pace?: { perMinute: number; burst: number };
  /**
   * What was owed for so long, and held back (`told.heldUntil`) by nothing for as long, of which nothing was told, and
   * neither anybody else instead (`told.fellBack`) nor the owner (`told.lateEnd`), is claimed beyond pace and pause as
   * well, and draws no token: somebody has to see that it is late.
   */
  lateMs?: number;
};

/** One thing to tell, in flight: the claim is the beginning of an attempt. */
export type ClaimedNotification = Notification & {
  /** Fences late holders; minted by the claim for this notification alone. */
  token: string;
  /** There was no room for it but to be found late: nothing may be told now. */
  beyondPace?: true;
  /** An earlier attempt never recorded its outcome: nobody knows whether it was told. */
  interrupted: boolean;
  /** What late holders told since; the record says how many of them it absorbed. */
  strays: Stray[];
  /** The episode as it is now. */
  episode: Episode;
  /**
   * The newest notification of an earlier episode, at the same address and under the shared key, that is still owed
   * something, or is dead though it was told, or perhaps told (`dead`: its end was given up, it stands there).
   */
  predecessor?: { id: string; dead?: true };
  /** The root that was told of the newest earlier episode at this address, whatever its key there. */
  before?: { number: number; ref: string };
};

/** How an attempt ended. `act` is what was tried; `wait` and `nothing` are attempts that made no call. */
export type Outcome = {
  act: 'open' | 'update' | 'acknowledge' | 'reply' | 'resolve' | 'notice' | 'find' | 'nothing' | 'wait';
  result: 'told' | 'retry' | 'ambiguous' | 'refused' | 'none';
  /** In words, for people; no secret. */
  reason?: string;
  ref?: string;
};

/** What becomes of the notification. */
export type Next =
  /** Nothing more is owed up to `revision`; a higher owed revision keeps it due at once. */
  | { state: 'settled'; revision: number }
  /** Still owed: due again after `afterMs`. 0: at once. Below 0: at once, and before whatever fell due since that moment. */
  | { state: 'due'; afterMs: number }
  /**
   * Due when the notification `for` settles or dies, or when the silence expires (`for` is `silence:<id>`), at the
   * latest after `afterMs`; at once where that has happened already, or there is none. For `snooze:<key>` nothing else
   * is looked at: the end of a snooze owes more.
   */
  | { state: 'waiting'; for: string; afterMs: number }
  /** Given up, up to `revision`: what is owed next starts fresh. */
  | { state: 'dead'; revision: number; reason: string };

/**
 * What one attempt came to. A `wait` with the reason of the attempt before it, a `wait` too and recorded in time, leaves
 * no attempt of its own but prolongs that one (its `endedAt`): holding something for a week makes no history of hundreds.
 */
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

/** Notifications and their attempts, of each the newest `attemptsKept`. */
export interface Outbox {
  /**
   * Begins an attempt at up to `slots` due notifications for each address, within its pace, but for what is late
   * (`lateMs`): those with the smallest due moment + `rank`, in no promised order. Never one that is in flight, or in
   * `holding`. A claimed one falls due again when its lease ends, or when it is due more than 15 minutes ahead (the clock
   * went back). `nextInMs`: when something at these addresses may fall due next; left out when nothing is owed there.
   */
  claimNotifications(claim: { token: string; rooms: Room[]; holding: string[] }): Promise<{
    now: number;
    notifications: ClaimedNotification[];
    nextInMs?: number;
    /** Those in force at `now`: begun and not ended. Always there, also when nothing was claimed. */
    silences: Silence[];
  }>;

  /** Takes claims back as if never begun: no attempt is kept, due at once, the pace's token returned. */
  releaseNotifications(claims: { id: string; token: string }[]): Promise<void>;

  /**
   * Ends an attempt. `late`: the claim is no longer this token's. Then nothing changes but the attempt's own outcome,
   * and `stray`, if given, is kept and makes its notification due.
   */
  record(record: AttemptRecord): Promise<'recorded' | 'late'>;

  /** The addresses at which something is owed. */
  owedAddresses(): Promise<string[]>;

  /**
   * Makes dead notifications owed again, fresh (no failures, owed since now), due at once; the number of those that
   * were. `ids` that are not dead are made due as well, one in flight when its attempt ends and it is still owed: what
   * is true is derived anew, and may be nothing. `diedWithinMs` (since the last death) and `address` narrow all the dead. Each is made so in
   * one step, not all of them together: what one who dies in it left dead is as it was, and what dies meanwhile may be
   * left out. Asked again, it takes up the rest.
   */
  revive(chosen: { ids: string[] } | { dead: true; diedWithinMs?: number; address?: string }): Promise<number>;
}
