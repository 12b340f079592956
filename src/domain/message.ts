import type { Counts } from './event.ts';
import type { EndReason, Severity } from './incident.ts';

/** What to say about an episode or a notice, before any channel's format. Plain text from outside: escape it. */
export type Message = {
  state: 'open' | 'resolved' | 'notice';
  severity: Severity;
  /** One line: who, and the value that tripped. */
  title: string;
  /** Marked TEST: not a live event. */
  test: boolean;
  /** The key had a missing variable: it rang under its default key. */
  keyless: boolean;
  /** Short label and value pairs, in order. */
  facts: { name: string; value: string }[];
  counts?: Counts;
  providers: { provider: string; placement: string }[];
  /** Such as `dmarc: fail`. */
  failedAuth: string[];
  source: string;
  deliveryId: string;
  rules: string[];
  openedAt: number;
  /** ISO 8601: when the sender says it happened. */
  occurredAt: string;
  end?: { at: number; why: EndReason; words: string };
  acknowledged?: { by: string; at: number };
  snoozed?: { by: string; until: number };
  /** The event in our words with the sender's `data`, at most 8 KiB of JSON, for whoever keeps details. */
  event: Record<string, unknown>;
};
