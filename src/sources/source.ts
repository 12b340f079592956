import type { Delivery, Normalised, SourceTraits } from '../domain/event.ts';

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

/** How one type of sender signs and speaks. */
export interface SourceType {
  readonly type: 'inbox-check' | 'reachscore';
  readonly traits: SourceTraits;
  /** The age a source of this type refuses when its settings are silent. */
  readonly defaultMaxAgeMs: number | undefined;
  /** Looks at the raw bytes only; constant time in the secrets. */
  verify(request: HookRequest, settings: SourceSettings, nowMs: number): Verified;
  /** The id and type from the signed bytes; headers may be absent but must not contradict them. */
  identify(request: HookRequest): Identified;
  /** The event in our words. Never throws for any JSON object; wrong types are noted and left out. */
  normalise(delivery: Pick<Delivery, 'source' | 'body' | 'receivedAt'>): Normalised;
  /** Every event type that is documented, and how a realistic body of each looks. */
  fixture(type: string, made: { id: string; atMs: number }): Record<string, unknown> | undefined;
  readonly documentedTypes: readonly string[];
  /** Where the body says which delivery it is, what happened, and when. */
  readonly fields: { id: string; type: string; occurredAt: string };
  /** Signs a body as the sender does. */
  sign(body: Buffer, secret: string, at: { id: string; type: string; atMs: number }): SignedRequest;
}
