import type { Message } from '../domain/message.ts';
import type { Ways } from '../domain/notification.ts';

/** One thing to tell one destination: one call. */
export type Order = {
  act: 'open' | 'update' | 'resolve' | 'notice';
  /** What stands there already, to be changed; `undefined` where that is not known or was never told. */
  ref: string | undefined;
  /** The incident's dedup key, at most 255 characters. */
  key: string;
  /** Our id for what is told, the same for every attempt. Holds nothing from outside. */
  notificationId: string;
  message: Message;
};

/**
 * What the destination answered. `retry`: it did not happen and may later, not before `afterMs`. `ambiguous`: nobody
 * knows whether it happened. `refused`: it never will. Reasons are words for people and hold no secret.
 * `pauseMs`: nothing else at this address before then. `lost`: what stands there is gone, or cannot be changed any
 * more, and has to be told anew.
 */
export type Result =
  | { kind: 'told'; ref: string }
  | { kind: 'retry'; reason: string; afterMs?: number; pauseMs?: number }
  | { kind: 'ambiguous'; reason: string }
  | { kind: 'refused'; reason: string; lost?: true };

/** A call that did not tell, or nobody knows. */
export type Failure = Exclude<Result, { kind: 'told' }>;

/** What a look for something told came to. `absent`: it is not there (yet). */
export type Found = { kind: 'found'; ref: string } | { kind: 'absent' } | Failure;

/** Where people are told. */
export interface Destination {
  /** The label in the rules file. */
  readonly name: string;
  readonly type: 'slack' | 'slack-webhook' | 'pagerduty' | 'preview';
  /** What is opened at one address is ended at the same. Holds no secret. */
  readonly address: string;
  readonly ways: Ways;
  readonly timeoutMs: number;
  readonly pace: { perMinute: number; burst: number } | 'none';
  /**
   * Makes at most one call, within `timeoutMs`, never again by itself; `signal` aborts it (then `ambiguous`).
   * Never throws for a reason outside the program.
   */
  tell(order: Order, signal: AbortSignal): Promise<Result>;
  /**
   * Looks for what was told under our id since that moment, where `ways.finds`. One call, under the same rules as
   * `tell`; `refused` where it cannot be looked for.
   */
  find(sought: { notificationId: string; since: number }, signal: AbortSignal): Promise<Found>;
  close(): Promise<void>;
}
