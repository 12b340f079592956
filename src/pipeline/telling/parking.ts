/** A credential that was refused: what is told with it waits. `since` is by the ledger's clock. */
export type Parked = { credential: string; destination: string; why: string; since: number; waiting: number };

/** Credentials that were refused, by fingerprint. Kept by this process alone: another learns of it with its own first call. */
export type Parking = {
  /** Why what is told with it has to wait, and how long; `undefined` where it may be tried, as a probe or freely. */
  entering(credential: string): { why: string; restMs: number } | undefined;
  /** Something waits for it. */
  wait(credential: string, id: string): void;
  /** It was refused, at that moment; true where nobody was told of that on the same day. */
  park(credential: string, refusal: { destination: string; why: string; now: number }): boolean;
  /** It works: what waited for it. */
  free(credential: string): string[];
  /** What waited for those that nobody uses any more. */
  freeAllBut(inUse: ReadonlySet<string>): string[];
  parked(): Parked[];
};

/** What waits for another credential says so in these words. */
export const credentialRefused = 'its credential was refused';

export const probeEveryMs = 300_000;
/** What is new, or was asked for by a person, may be the probe before that is due. */
const probeAgainMs = 15_000;

type Lot = Omit<Parked, 'waiting'> & { day: string; probeAtMs: number; waiting: Set<string> };

export function openParking(elapsedMs: () => number): Parking {
  const lots = new Map<string, Lot>();

  function free(credential: string): string[] {
    const waiting = lots.get(credential)?.waiting ?? [];
    lots.delete(credential);
    return [...waiting];
  }

  return {
    entering(credential) {
      const lot = lots.get(credential);
      if (!lot) return undefined;
      const restMs = lot.probeAtMs - elapsedMs();
      if (restMs > probeEveryMs - probeAgainMs) return { why: lot.why, restMs };
      lot.probeAtMs = elapsedMs() + probeEveryMs;
      return undefined;
    },
    wait: (credential, id) => void lots.get(credential)?.waiting.add(id),
    park(credential, { destination, why, now }) {
      const before = lots.get(credential);
      const day = new Date(now).toISOString().slice(0, 10);
      const since = before?.since ?? now;
      const waiting = before?.waiting ?? new Set();
      const probeAtMs = elapsedMs() + probeEveryMs;
      lots.set(credential, { credential, destination, why, since, day, probeAtMs, waiting });
      return before?.day !== day;
    },
    free,
    freeAllBut: (inUse) => [...lots.keys()].filter((each) => !inUse.has(each)).flatMap(free),
    parked: () =>
      [...lots.values()].map(({ day: _d, probeAtMs: _p, ...lot }) => ({ ...lot, waiting: lot.waiting.size })),
  };
}
