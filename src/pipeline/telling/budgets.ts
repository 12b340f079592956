/**
 * Limits that a destination said are exceeded. Kept by this process alone: another learns of it with its own first
 * call.
 */
export type Budgets = {
  /** How long nothing may draw on that limit; 0 where it may. */
  restMs(address: string, budget: string): number;
  pause(address: string, budget: string, ms: number): void;
};

export function openBudgets(elapsedMs: () => number): Budgets {
  const pausedUntil = new Map<string, number>();
  const nameOf = (address: string, budget: string) => JSON.stringify([address, budget]);
  return {
    restMs(address, budget) {
      const name = nameOf(address, budget);
      const rest = (pausedUntil.get(name) ?? 0) - elapsedMs();
      if (rest <= 0) pausedUntil.delete(name);
      return Math.max(0, rest);
    },
    pause(address, budget, ms) {
      const name = nameOf(address, budget);
      pausedUntil.set(name, Math.max(pausedUntil.get(name) ?? 0, elapsedMs() + ms));
    },
  };
}
