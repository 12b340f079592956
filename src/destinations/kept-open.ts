import type { Destination } from './destination.ts';

/** A destination to be had: the same settings make the same one. They hold its secrets, and stay in memory. */
export type Opening = { settings: string; open: () => Destination };

export type KeptOpen = {
  /** These, in their order, and no others from now on: those that are open are kept as they are. */
  use(openings: readonly Opening[]): Destination[];
  /** Closes all, whatever is under way there. */
  close(): Promise<void>;
};

export type KeptOpenSettings = { lingerMs: number; onUnclosed: (err: unknown) => void };

type Kept = { destination: Destination; idle(): Promise<void> };

/**
 * Keeps destinations open through changes of the rules file. One that is not used any more is closed once nothing is
 * under way there, and not before `lingerMs`: somebody may have taken it up a moment ago. What does not close is no
 * reason to stop, or to leave others open: `onUnclosed` hears of it.
 */
export function keptOpen({ lingerMs, onUnclosed }: KeptOpenSettings): KeptOpen {
  let inUse = new Map<string, Kept>();
  const retired = new Map<Kept, NodeJS.Timeout>();

  function retire(kept: Kept): void {
    const timer = setTimeout(async () => {
      await kept.idle();
      if (retired.delete(kept)) await close(kept);
    }, lingerMs);
    retired.set(kept, timer);
  }

  async function close({ destination }: Kept): Promise<void> {
    try {
      await destination.close();
    } catch (err) {
      onUnclosed(err);
    }
  }

  return {
    use(openings) {
      const used = new Map<string, Kept>();
      const found = openings.map(({ settings, open }) => {
        const kept = used.get(settings) ?? inUse.get(settings) ?? counted(open());
        used.set(settings, kept);
        return kept.destination;
      });
      for (const [settings, kept] of inUse) if (!used.has(settings)) retire(kept);
      inUse = used;
      return found;
    },
    async close() {
      const all = [...inUse.values(), ...retired.keys()];
      for (const timer of retired.values()) clearTimeout(timer);
      retired.clear();
      inUse = new Map();
      await Promise.all(all.map(close));
    },
  };
}

/** The destination, knowing what is under way there. */
function counted(destination: Destination): Kept {
  const calls = new Set<Promise<unknown>>();
  function noted<T>(call: Promise<T>): Promise<T> {
    calls.add(call);
    const done = () => void calls.delete(call);
    call.then(done, done);
    return call;
  }
  return {
    destination: {
      ...destination,
      tell: (order, signal) => noted(destination.tell(order, signal)),
      find: (sought, signal) => noted(destination.find(sought, signal)),
    },
    async idle() {
      while (calls.size > 0) await Promise.allSettled(calls);
    },
  };
}
