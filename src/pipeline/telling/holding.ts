import type { Episode } from '../../domain/incident/incident.ts';
import { heldBy } from '../../domain/telling/holding.ts';
import type { CompiledSilence, Silence } from '../../domain/telling/silence.ts';
import { compileSilences } from '../../domain/telling/silence.ts';
import type { Held } from '../../domain/telling/telling.ts';

/** What holds back whatever rings, given the silences that came with a claim. */
export type Holding = (silences: readonly Silence[], now: number) => (episode: Episode) => Held | undefined;

/** Each silence is compiled once, when it is first seen. */
export function openHolding(): Holding {
  let known = new Map<string, CompiledSilence[]>();
  return (silences, now) => {
    known = new Map(silences.map((each) => [each.id, known.get(each.id) ?? compileSilences([each])]));
    const compiled = silences.flatMap(
      (silence) => known.get(silence.id)?.map(({ filter }) => ({ silence, filter })) ?? [],
    );
    return (episode) => heldBy(episode, compiled, now);
  };
}
