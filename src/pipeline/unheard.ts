import type { Unknown } from '../domain/unknowns.ts';

/** What could not be known of deliveries of a source. */
export type UnheardOf = { source: string; unknowns: readonly Unknown[] };

/** Remembers, for a day, what nobody was told of since there is no owner. Kept by this process alone. */
export type Unheard = {
  note(of: UnheardOf): void;
  /** In words, the newest first. */
  warnings(): string[];
};

const dayMs = 86_400_000;
const most = 20;

export function rememberUnheard(elapsedMs: () => number): Unheard {
  const remembered = new Map<string, { words: string; at: number }>();
  return {
    note({ source, unknowns }) {
      for (const { rule, path, words } of unknowns) {
        const name = `${rule} ${source} ${path}`;
        remembered.delete(name);
        remembered.set(name, { words: `the rule ${rule} cannot tell of ${source}: ${words}`, at: elapsedMs() });
      }
      for (const name of [...remembered.keys()].slice(0, -most)) remembered.delete(name);
    },
    warnings() {
      const recent = [...remembered.values()].filter(({ at }) => elapsedMs() - at < dayMs);
      return recent.toReversed().map(({ words }) => words);
    },
  };
}
