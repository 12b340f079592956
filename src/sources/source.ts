import type { Delivery, Normalised, SourceTraits } from '../domain/event.ts';
import type { Answer } from '../domain/incident/answer.ts';

/** A request as it came: header names in lower case, the body's bytes untouched. */
export type HookRequest = { headers: Readonly<Record<string, string | undefined>>; body: Uint8Array };

/** Refused words are the answer's error code and a reason that holds neither secret nor expected signature. */
export type Verified = { ok: true } | { ok: false; code: 'bad_signature' | 'stale_timestamp'; reason: string };

export type Identified =
  | { ok: true; id: string; type: string }
  | { ok: false; code: 'unreadable' | 'contradiction'; reason: string };

/** What a source is set to. Secrets are never empty; any of them verifies (rotation). */
export type SourceSettings = {
  secrets: readonly string[];
  /** Requests whose timestamp is further off, either way, are refused; `undefined`: not looked at. */
  maxAgeMs: number | undefined;
};

/** A signed request, as `fire` sends it. */
export type SignedRequest = { headers: Record<string, string>; body: Buffer };

/** How one type of sender signs. */
export interface HookType {
  readonly type: 'inbox-check' | 'reachscore' | 'pagerduty';
  /** The age a source of this type refuses when its settings are silent. */
  readonly defaultMaxAgeMs: number | undefined;
  /** Looks at the raw bytes only; constant time in the secrets. */
  verify(request: HookRequest, settings: SourceSettings, nowMs: number): Verified;
  /** The id and type from the signed bytes; headers may be absent but must not contradict them. */
  identify(request: HookRequest): Identified;
  /**
   * What comes of a sender's own faults. `refused`: it is told by a 4xx. `taken`: a 4xx but for a bad signature would do
   * harm there; what is signed is accepted, as a dead letter if it cannot be read, and what cannot be verified, since it
   * is too large or encoded, is to be sent again.
   */
  readonly faults: 'refused' | 'taken';
  /** Every event type that is documented, and how a realistic body of each looks. */
  fixture(type: string, made: { id: string; atMs: number }): Record<string, unknown> | undefined;
  readonly documentedTypes: readonly string[];
  /** Where the body says which delivery it is, what happened, and when. */
  readonly fields: { id: string; type: string; occurredAt: string };
  /** Signs a body as the sender does. */
  sign(body: Buffer, secret: string, at: { id: string; type: string; atMs: number }): SignedRequest;
}

/** A sender of events, which the rules hear. */
export interface SourceType extends HookType {
  readonly type: 'inbox-check' | 'reachscore';
  readonly traits: SourceTraits;
  /** The event in our words. Never throws for any JSON object; wrong types are noted and left out. */
  normalise(delivery: Pick<Delivery, 'source' | 'body' | 'receivedAt'>): Normalised;
}

/** Where people are rung: it sends what they do there, which no rule hears. */
export interface AnswerType extends HookType {
  readonly type: 'pagerduty';
  /** What was done, in our words. Never throws for any JSON object. */
  answer(delivery: Pick<Delivery, 'body' | 'receivedAt'>): Answer;
}

/** One of the alerts that a page is made of: the key it was told under. */
export type PageAlert = { key: string; createdAt?: number };

/** `later`: nobody knows now. `refused`: nobody will know before somebody mends that. */
export type Unanswered = { kind: 'later'; reason: string; afterMs?: number } | { kind: 'refused'; reason: string };
export type Asked = { kind: 'alerts'; alerts: PageAlert[] } | Unanswered;

/** Asks where people are rung what the page of this id is made of. Never throws for a reason outside the program. */
export type AskAlerts = (pageId: string, signal: AbortSignal) => Promise<Asked>;
