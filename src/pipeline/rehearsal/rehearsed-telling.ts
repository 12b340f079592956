import type { Episode } from '../../domain/incident/incident.ts';
import type { Owed, Told, Ways } from '../../domain/telling/notification.ts';
import { nothingTold } from '../../domain/telling/notification.ts';
import { nextTelling } from '../../domain/telling/telling.ts';
import { toldRecord } from '../../domain/telling/told-record.ts';
import { agenda } from './agenda.ts';

/** One thing that people would be told, when and where. `episode` is what it says, as it was then. */
export type ToldThen = {
  at: number;
  act: 'open' | 'update' | 'acknowledge' | 'reply' | 'resolve' | 'notice';
  /** The label. */
  destination: string;
  address: string;
  episode: Episode;
};

export type RehearsedTelling = {
  /** Tells at once what is owed, but for what is told a moment later together with what follows. */
  owe(owed: readonly Owed[], episodes: readonly Episode[], now: number): void;
  /** When something that waited is to be told. */
  nextAt(): number;
  tellNext(now: number): void;
};

type Owing = { owed: Owed; episode: Episode; told: Told; owedSince: number };

/** Tells as the service does, at destinations that are always well: each call is answered at once, and was told. */
export function rehearsedTelling(
  ways: (address: string) => Ways,
  hear: (told: ToldThen) => void = () => {},
): RehearsedTelling {
  const owing = new Map<string, Owing>();
  const waiting = agenda();

  function tell(id: string, now: number): void {
    const mine = owing.get(id);
    if (!mine) return;
    const { owed, episode, owedSince } = mine;
    const can = ways(owed.address);
    for (;;) {
      const telling = nextTelling({ episode, told: mine.told, owedSince, now }, can);
      switch (telling.act) {
        case 'nothing':
          if (isOver(episode)) owing.delete(id);
          return;
        case 'wait':
          waiting.put(id, now + telling.afterMs);
          return;
        // Both are of calls whose outcome nobody knows, or that did not come through, and there are none here.
        case 'find':
        case 'rekey':
          return;
        default: {
          const { address, destination } = owed;
          const ref = telling.act === 'reply' ? `${id}:${telling.change.revision}` : id;
          mine.told = toldRecord(mine.told, telling, { ref, episode, at: now });
          hear({ at: now, act: telling.act, destination, address, episode });
        }
      }
    }
  }

  return {
    owe(all, episodes, now) {
      for (const owed of all) {
        const episode = episodes.find(({ key, number }) => key === owed.key && number === owed.number);
        if (!episode) continue;
        const { told = nothingTold, owedSince = now } = owing.get(owed.id) ?? {};
        owing.set(owed.id, { owed, episode, told, owedSince });
        waiting.drop(owed.id);
        tell(owed.id, now);
      }
    },
    nextAt: waiting.nextAt,
    tellNext(now) {
      const id = waiting.take();
      if (id !== undefined) tell(id, now);
    },
  };
}

/** Nothing will be owed of it any more; but a word to the owner may be owed again, and is told once. */
function isOver({ end, kind, key }: Episode): boolean {
  return end !== undefined || (kind === 'notice' && !key.startsWith('owner:'));
}
