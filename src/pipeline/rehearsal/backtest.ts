import type { Delivery, Normalised } from '../../domain/event.ts';
import type { History } from '../../ledger/history.ts';
import type { Inbox } from '../../ledger/inbox.ts';
import { arrivedAs } from '../arrived.ts';
import type { Play, Played, PlayedStage } from './play.ts';
import { play } from './play.ts';

/** What is played by each of the files, over the same deliveries. */
export type Backtest = { heard: Heard; played: Played[] };

/** What was there to be played. */
export type Heard = {
  /** The beginning of the window, or of what is still kept of it. */
  from: number;
  until: number;
  /** Older ones are there, but for those that are forgotten. */
  isAll: boolean;
  deliveries: number;
  /** Signed, and yet no event. */
  unreadable: number;
};

type Kept = Pick<History, 'readDeliveries' | 'now'> & Pick<Inbox, 'wakeable'>;

export type Playing = {
  ledger: Kept;
  sinceMs: number;
  /** What was received later is left out; left out itself: now. */
  until?: number;
  stages: readonly PlayedStage[];
  /** The share of the time that is gone through, and how many were heard, now and then. */
  onProgress: (share: number, deliveries: number) => void;
};

const pageSize = 500;
const marginMs = 600_000;

/** Plays what was received within `sinceMs` by several rules files at once. Nothing is written. */
export async function backtest({ ledger, sinceMs, stages, onProgress, ...asked }: Playing): Promise<Backtest> {
  const now = await ledger.now();
  const until = asked.until ?? now;
  const since = until - sinceMs;
  const { gaps } = await ledger.wakeable(0);
  const { from, isAll } = await beginning(ledger, since);
  const heard: Heard = { from, until, isAll, deliveries: 0, unreadable: 0 };
  const plays = stages.map((stage) => ({ stage, ...play(stage, gaps) }));
  // The clock goes on while it is read: what is outside the window is left out here.
  for await (const page of pages(ledger, now - since + marginMs)) {
    for (const delivery of page) {
      const { receivedAt } = delivery;
      if (receivedAt < since || receivedAt > until) continue;
      heard.deliveries += 1;
      if (!hear(delivery, plays)) heard.unreadable += 1;
    }
    const at = page.at(-1)?.receivedAt ?? from;
    onProgress(Math.min(1, (at - from) / Math.max(1, until - from)), heard.deliveries);
  }
  for (const each of plays) each.end(until);
  return { heard, played: plays.map(({ played }) => played) };
}

/** What is older than the oldest that is kept was never received, or is forgotten. */
async function beginning(ledger: Kept, since: number): Promise<{ from: number; isAll: boolean }> {
  for await (const [oldest] of pages(ledger, Number.MAX_SAFE_INTEGER, 1)) {
    if (oldest) return { from: Math.max(since, oldest.receivedAt), isAll: oldest.receivedAt <= since };
  }
  return { from: since, isAll: true };
}

async function* pages(ledger: Kept, sinceMs: number, limit = pageSize): AsyncGenerator<Delivery[]> {
  let after: string | undefined;
  do {
    const page = await ledger.readDeliveries({ sinceMs, limit, ...(after === undefined ? {} : { after }) });
    yield page.items;
    after = page.next;
  } while (after !== undefined);
}

/** Each play hears it as its own file has the source; it is read once for all that speak the same. `false`: it is no event. */
function hear(delivery: Delivery, plays: readonly ({ stage: PlayedStage } & Play)[]): boolean {
  const read = new Map<string, Normalised | undefined>();
  for (const { stage, ...each } of plays) {
    const speaker = stage.speakers.get(delivery.source);
    if (!speaker) {
      each.ignore(delivery.source);
      continue;
    }
    const { type } = speaker.type;
    if (!read.has(type)) read.set(type, eventIn(delivery, speaker.type.normalise));
    const normalised = read.get(type);
    if (normalised) each.hear(arrivedAs(delivery, normalised, speaker));
  }
  return [...read.values()].every((normalised) => normalised !== undefined);
}

/** What was kept although it could not be read has no id, no type, or is no JSON at all. */
function eventIn(delivery: Delivery, normalise: (delivery: Delivery) => Normalised): Normalised | undefined {
  try {
    const normalised = normalise(delivery);
    const { id, type } = normalised.event;
    return id === '' || type === '' ? undefined : normalised;
  } catch {
    return undefined;
  }
}
