import type { Fate, Point } from './step.ts';

/** Where a process is held up, or dies, when it next comes there; `done`: with what it was about to do. */
export type Stop = { at: Point; so: 'held-up' } | { at: Point; so: 'dies'; done: boolean };

/** What a process does, one thing after the other, and where it can be stopped. */
export type Stoppable = {
  stop(where: Stop): void;
  /** Does it, unless it is stopped there; where it died the promise stays open, as nobody is there to wait for it. */
  reach<T>(point: Point | undefined, act: (end?: Fate) => Promise<T> | T): Promise<T>;
  /** The first that is held up goes on; a call ends so. */
  letGo(end: Fate): Promise<void>;
  /** Nothing stops it any more: all that is held up goes on, and every call comes through. */
  goOn(): Promise<void>;
  die(done: boolean): Promise<void>;
  isDead(): boolean;
  /** Begins, or, with less than nothing, ends so many things that are to be waited for. */
  under(way: number): void;
  /** Resolves when everything that was begun has ended, or is held up. */
  still(): Promise<void>;
};

type HeldUp = { goOn: (end: Fate) => void; act: (end?: Fate) => unknown };

export function stoppable(): Stoppable {
  const stops: Stop[] = [];
  const heldUp: HeldUp[] = [];
  const doing = new Set<Promise<unknown>>();
  let isDead = false;
  let running = 0;
  let none = Promise.withResolvers<void>();

  function under(way: number): void {
    running += way;
    if (running > 0 && !isDead) return;
    none.resolve();
    none = Promise.withResolvers<void>();
  }

  async function carriedOut<T>(act: () => Promise<T> | T): Promise<T> {
    const done = Promise.resolve(act());
    doing.add(done);
    try {
      return await done;
    } finally {
      doing.delete(done);
    }
  }

  function stopAt(point: Point | undefined): Stop | undefined {
    const index = stops.findIndex(({ at }) => at === point);
    return index < 0 ? undefined : stops.splice(index, 1)[0];
  }

  async function held(act: HeldUp['act']): Promise<Fate> {
    const { promise, resolve } = Promise.withResolvers<Fate>();
    heldUp.push({ goOn: resolve, act });
    under(-1);
    return promise;
  }

  async function die(done: boolean): Promise<void> {
    isDead = true;
    under(0);
    for (const { act } of done ? heldUp : []) await carriedOut(() => act('told'));
  }

  async function letGo(end: Fate): Promise<void> {
    const first = heldUp.shift();
    if (!first) return;
    under(1);
    first.goOn(end);
    await still();
  }

  async function still(): Promise<void> {
    while (running > 0 && !isDead) await none.promise;
    await Promise.allSettled(doing);
  }

  return {
    stop: (where) => void stops.push(where),
    async reach(point, act) {
      if (isDead) return never();
      const stop = stopAt(point);
      if (stop?.so === 'dies') {
        isDead = true;
        if (stop.done) await carriedOut(() => act('told'));
        await die(false);
        return never();
      }
      const end = stop ? await held(act) : undefined;
      const answer = await carriedOut(() => act(end));
      return isDead ? never() : answer;
    },
    letGo,
    async goOn() {
      stops.splice(0);
      while (heldUp.length > 0) await letGo('told');
    },
    die,
    isDead: () => isDead,
    under,
    still,
  };
}

function never<T>(): Promise<T> {
  return new Promise(() => {});
}
