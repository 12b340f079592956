import type { Episode } from '../../src/domain/incident/incident.ts';
import type { Told, Ways } from '../../src/domain/telling/notification.ts';
import type { Telling } from '../../src/domain/telling/telling.ts';

/** What one message, or one incident there, says: which episode, as of when, what of it, and whether it is over. */
export type Standing = { episode: number; revision: number; says: string; ended: boolean; acknowledged?: true };

/** A call as it is made: with the episode, and what was told, as they were when it was decided. */
export type Call = {
  telling: Extract<Telling, { act: 'open' | 'update' | 'acknowledge' | 'reply' | 'resolve' }>;
  episode: Episode;
  told: Told;
};

/** What the destination says, where it does not say that it was told. */
export type Refusal = { lost?: 'gone'; content?: true };

/** One that was posted below a message: of which episode, about the change of which revision. */
export type Posted = { ref: string; below: string; episode: number; of: number };

export type SimulatedDestination = {
  /** Takes the call in, and gives the reference of what stands there now, or why not. */
  take(call: Call): { ref: string } | Refusal;
  /** What is there of an episode, the newest first; with `of`, of the replies below a message. */
  find(episode: number, reply?: { of: number; below: string }): string[];
  /** By reference; what is posted later stands later. */
  standing: Map<string, Standing>;
  replies: Posted[];
  /** How many opens were taken in, by episode. */
  opens: Map<number, number>;
  /** Somebody deletes a message; of which episode it was. */
  loseOne(which: number): number | undefined;
  /** Nobody there has anything in hand any more. */
  letGo(): void;
  /** From now on the full form of anything but a reply is refused. */
  refuseForms(): void;
};

/** Where messages are edited, where they can only be posted, or where all of a key is one incident. */
export function simulatedDestination(ways: Ways): SimulatedDestination {
  const standing = new Map<string, Standing>();
  const replies: Posted[] = [];
  const opens = new Map<number, number>();
  let posted = 0;
  let refusesForms = false;
  const newRef = () => {
    posted += 1;
    return `message-${posted}`;
  };

  function reply(below: string, call: Call, of: number): { ref: string } | Refusal {
    if (!standing.has(below)) return { lost: 'gone' };
    const ref = newRef();
    replies.push({ ref, below, episode: call.episode.number, of });
    return { ref };
  }

  function acknowledge(ref: string): { ref: string } {
    const there = standing.get(ref);
    if (there && !there.ended) there.acknowledged = true;
    return { ref };
  }

  function tell({ telling, episode }: Call & { telling: { key: string } }): { ref: string } | Refusal {
    const known = ways.edits && 'ref' in telling ? telling.ref : undefined;
    if (!ways.folds && known !== undefined && !standing.has(known)) return { lost: 'gone' };
    const ref = ways.folds ? telling.key : (known ?? newRef());
    const ended = telling.act === 'resolve';
    const there = standing.get(ref);
    if (ways.folds && ended && !there) return { ref };
    const kept = there && !there.ended && there.acknowledged ? { acknowledged: true as const } : {};
    const { number, revision, said } = episode;
    standing.set(ref, { episode: number, revision, says: said.event.id, ended, ...kept });
    return { ref };
  }

  return {
    standing,
    replies,
    opens,
    take(call) {
      const { telling, episode, told } = call;
      if (telling.act === 'acknowledge') return acknowledge(telling.ref);
      if (telling.act === 'reply') return reply(telling.ref, call, telling.change.revision);
      if (refusesForms && !told.short) return { content: true };
      if (telling.act === 'open') opens.set(episode.number, (opens.get(episode.number) ?? 0) + 1);
      return tell({ ...call, telling });
    },
    find(number, sought) {
      const there = [...standing].flatMap(([ref, each]) => (each.episode === number ? [ref] : []));
      if (!sought) return there.reverse();
      return replies.flatMap(({ of, below, ref }) => (of === sought.of && below === sought.below ? [ref] : []));
    },
    loseOne(which) {
      const [ref, there] = [...standing][which % Math.max(1, standing.size)] ?? [];
      if (ref === undefined || !ways.edits || ways.folds) return undefined;
      standing.delete(ref);
      return there?.episode;
    },
    letGo() {
      for (const each of standing.values()) delete each.acknowledged;
    },
    refuseForms() {
      refusesForms = true;
    },
  };
}
