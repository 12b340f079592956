import { ownerNotice } from '../../domain/notice.ts';
import { owedFor } from '../../domain/telling/owed.ts';
import type { AttemptRecord, ClaimedNotification } from '../../ledger/outbox.ts';
import type { Notify } from '../notify.ts';

/** What is owed to others on account of an attempt. */
export type Also = NonNullable<AttemptRecord['also']>;

/** A kind of trouble: told once a day for each `of`. */
export type Trouble = { kind: string; of: string; words: string };

const isOwners = (claimed: ClaimedNotification) => claimed.key.startsWith('owner:');

/** The owner is owed a word about trouble in telling; nothing about a word to the owner itself. */
export function tellOwner(
  claimed: ClaimedNotification,
  { kind, of, words }: Trouble,
  { notify, now }: { notify: Pick<Notify, 'owner'>; now: number },
): Also | undefined {
  const owner = notify.owner();
  if (!owner || isOwners(claimed)) return undefined;
  const day = new Date(now).toISOString().slice(0, 10);
  // What it is about may be long, and is cut.
  const about = `${kind}:${day}:${of}`.slice(0, 200).toWellFormed();
  const notice = ownerNotice({ about, words, severity: 'error', now });
  const rung = [{ address: owner.address, destination: owner.destination }];
  return {
    episodes: [notice],
    owed: owedFor({ change: 'opened', episode: notice, joined: rung }, rung).map((each) => each.owed),
  };
}

/** Watches whether the owner can be told. Kept by this process alone. */
export type OwnerWatch = {
  /** A word to the owner was told, or could not be. */
  told(claimed: ClaimedNotification): void;
  untold(claimed: ClaimedNotification, reason: string): void;
  /** In words, while it lasts. */
  trouble(): string | undefined;
};

export function watchOwner(notify: Pick<Notify, 'log' | 'onUntellable'>): OwnerWatch {
  let trouble: string | undefined;
  return {
    told(claimed) {
      if (isOwners(claimed)) trouble = undefined;
    },
    untold(claimed, reason) {
      const words = `the owner cannot be told (${claimed.destination}): ${reason}`;
      if (!isOwners(claimed) || words === trouble) return;
      trouble = words;
      notify.log.error({ destination: claimed.destination, notification: claimed.id, reason }, 'owner.untellable');
      notify.onUntellable();
    },
    trouble: () => trouble,
  };
}
