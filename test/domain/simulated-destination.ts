import type { Episode } from '../../src/domain/incident.ts';
import type { Telling, Ways } from '../../src/domain/notification.ts';

/** What one message, or one incident there, says: which episode, as of when, and whether it is over. */
export type Standing = { episode: number; revision: number; ended: boolean };

/** A call as it is made: with the episode as it was when it was decided. */
export type Call = { telling: Extract<Telling, { key: string }>; episode: Episode };

export type SimulatedDestination = {
  /** Takes the call in, and gives the reference of what stands there now. */
  take(call: Call): string;
  /** By reference; what is posted later stands later. */
  standing: Map<string, Standing>;
};

/** Where messages are edited, where they can only be posted, or where all of a key is one incident. */
export function simulatedDestination(ways: Ways): SimulatedDestination {
  const standing = new Map<string, Standing>();
  let posted = 0;
  const refOf = ({ telling }: Call): string => {
    if (ways.folds) return telling.key;
    const known = ways.edits && 'ref' in telling ? telling.ref : undefined;
    if (known !== undefined) return known;
    posted += 1;
    return `message-${posted}`;
  };
  return {
    standing,
    take(call) {
      const ref = refOf(call);
      const { number, revision } = call.episode;
      const isDropped = ways.folds && call.telling.act === 'resolve' && !standing.has(ref);
      const says = { episode: number, revision, ended: call.telling.act === 'resolve' };
      if (!isDropped) standing.set(ref, says);
      return ref;
    },
  };
}
