import type { EpisodeChange } from '../domain/incident/incident.ts';
import type { Message } from '../domain/message/message.ts';
import type { Ways } from '../domain/telling/notification.ts';

/** One thing to tell one destination: one call. */
export type Order = {
  act: 'open' | 'update' | 'acknowledge' | 'reply' | 'resolve' | 'notice';
  /** What stands there already, to be changed, or replied to; `undefined` where that is not known or was never told. */
  ref: string | undefined;
  /** The incident's dedup key, at most 255 characters. */
  key: string;
  /** Our id for what is told, the same for every attempt; of a reply, one of its own. Holds nothing from outside. */
  notificationId: string;
  message: Message;
  /** What a reply is about. */
  change?: EpisodeChange;
  /** What was told of the episode before, where this opens another one. */
  before?: { number: number; ref: string };
  /** What was told of this one before, and stands there as it was: it could not be changed any more. */
  former?: string;
  /** The full form was refused: tell it in a few plain lines. */
  short: boolean;
};

/**
 * What the destination answered. `retry`: it did not happen and may later, not before `afterMs`. `ambiguous`: nobody
 * knows whether it happened. `refused`: it never will. Reasons are words for people and hold no secret.
 *
 * `pending`: nobody waited for the answer any longer, and it may still happen, after what is told next.
 * `pause`: nothing else that draws on the same budget at this address (or nothing at all there) before then. `lost`: what
 * stands there is gone, or is fixed as it is, and has to be told anew. `content`: it is the form that was
 * refused; a shorter one may pass. `credential`: it is the credential that was refused, for all that is told with it.
 */
export type Result =
  | { kind: 'told'; ref: string }
  | { kind: 'retry'; reason: string; afterMs?: number; pause?: { of: 'budget' | 'address'; ms: number } }
  | { kind: 'ambiguous'; reason: string; pending?: true }
  | { kind: 'refused'; reason: string; lost?: 'gone' | 'fixed'; content?: true; credential?: true };

/** A call that did not tell, or nobody knows. */
export type Failure = Exclude<Result, { kind: 'told' }>;

/** What a look for something told came to: all that stands there, the newest first. `absent`: it is not there (yet). */
export type Found = { kind: 'found'; refs: [string, ...string[]] } | { kind: 'absent' } | Failure;

/** What a look at something that has to work came to, in words for people; no secret. */
export type Finding = { is: 'ok' | 'warning' | 'fault'; words: string };

/** Where people are told. */
export interface Destination {
  /** The label in the rules file. */
  readonly name: string;
  readonly type: 'slack' | 'slack-webhook' | 'pagerduty' | 'preview';
  /** What is opened at one address is ended at the same. Holds no secret. */
  readonly address: string;
  /** The fingerprint of the credential that is used. */
  readonly credential: string;
  readonly ways: Ways;
  readonly timeoutMs: number;
  readonly pace: { perMinute: number; burst: number } | 'none';
  /**
   * Makes at most one call, within `timeoutMs`, never again by itself; `signal` aborts it (then `ambiguous`).
   * Never throws for a reason outside the program.
   */
  tell(order: Order, signal: AbortSignal): Promise<Result>;
  /**
   * Looks for what was told under our id since that moment, where `ways.finds`; with `below`, among the replies to what
   * stands there. One call, under the same rules as `tell`; `refused` where it cannot be looked for.
   */
  find(sought: { notificationId: string; since: number; below?: string }, signal: AbortSignal): Promise<Found>;
  /**
   * Looks whether people could be told there now, as far as that can be seen without telling them. Within `timeoutMs` a
   * call; never throws for a reason outside the program.
   */
  examine(signal: AbortSignal): Promise<Finding[]>;
  /** The name of the limit that such a call draws on: one that is exceeded keeps back those alone. */
  budget(order: Pick<Order, 'act' | 'ref'>): string;
  close(): Promise<void>;
}
