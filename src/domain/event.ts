/**
 * What a delivery says happened, in the same words for every sender. Filters, keys and messages see exactly this
 * object; a field the sender did not give, or gave in the wrong type, is absent. Rates are shares from 0 to 1.
 */
export type Event = {
  id: string;
  source: string;
  type: string;
  /** ISO 8601, UTC: the signed moment, never later than the receipt. */
  occurredAt: string;
  /** False only where the sender marks a test. */
  live: boolean;
  domain?: string;
  test?: { id: string };
  mailSubject?: string;
  monitor?: Named;
  alert?: Named;
  /** The sender's own word for severity, such as `page`. */
  level?: string;
  metric?: string;
  threshold?: number;
  value?: number;
  average?: number;
  counts?: Counts;
  inboxRate?: number;
  spamRate?: number;
  missingRate?: number;
  score?: number;
  grade?: string;
  auth?: { spf?: string; dkim?: string; dmarc?: string; aligned?: boolean };
  providers?: { provider: string; placement: string }[];
  tags?: string[];
  reason?: string;
  /** The sender's own `data`, as it came. */
  data?: unknown;
};

export type Named = { id?: string; name?: string };
export type Counts = { inbox: number; promo?: number; spam: number; missing: number; total: number };

/** An event as a source's adapter reads it, with a note for each documented field that had the wrong type. */
export type Normalised = {
  event: Event;
  notes: string[];
  /** The fields, such as `auth.spf`, that are missing only since what the sender gave was of the wrong type. */
  misread?: readonly string[];
};

/** One accepted webhook request, as received. Moments are milliseconds since 1970 by the ledger's clock. */
export type Delivery = {
  /** The number the ledger gave at accept: later is larger. */
  seq: number;
  source: string;
  id: string;
  type: string;
  body: Uint8Array;
  receivedAt: number;
};

/** What a type of sender promises about its event types. */
export type SourceTraits = {
  /** Types that report how things stand, so that "no longer bad" means "over". All others report that something happened. */
  states: readonly string[];
  /** Ending type → the type it ends. */
  endings: Readonly<Record<string, string>>;
  /** Every type it documents; others may come all the same. */
  documented?: readonly string[];
  /** The fields, by their dotted paths, that no event of it has. */
  lacks?: readonly string[];
  /** A realistic body of a documented type. */
  sample?: (type: string) => unknown;
};

/**
 * The value at a dotted path, through own properties only; `undefined` when any step is missing.
 */
export function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}
