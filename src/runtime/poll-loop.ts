import type { Logger } from 'pino';

/** A loop that works until there is nothing to do, then sleeps until it is woken or the time is up. */
export type PollLoop = {
  /** Cuts the sleep short, or makes the loop run once more if it is at work. */
  wake(): void;
  /** No further turn; resolves when the turn under way is over. */
  stop(): Promise<void>;
};

/** After a turn that threw: pauses from a tenth of a second to five. */
const firstPauseMs = 100;
const longestPauseMs = 5_000;

/**
 * Turns that are woken begin so far apart: under load one takes up what several wake-ups told of, and at rest nobody
 * waits. After a long turn whoever woke it, who has work of his own, gets as long, but no longer than this.
 */
const breathMs = 3;
const longestRestMs = 8;
const apartAfter = (tookMs: number) => Math.max(breathMs, tookMs + Math.min(tookMs, longestRestMs));

/**
 * Runs `turn` again and again. A turn returns how long to sleep in milliseconds (0: go on at once). One that throws
 * is logged, and tried again after a pause: a loop never dies.
 */
export function pollLoop(name: string, turn: () => Promise<number>, log: Logger): PollLoop {
  let woken = false;
  let stopped = false;
  let cutShort = () => {};
  let failures = 0;

  async function oneTurn(): Promise<number> {
    try {
      const sleepMs = await turn();
      if (failures > 0) log.info({ loop: name, failures }, 'loop.recovered');
      failures = 0;
      return sleepMs;
    } catch (err) {
      failures += 1;
      if (failures === 1 || failures % 10 === 0) log.error({ err, loop: name, failures }, 'loop.failed');
      return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures - 1, 10));
    }
  }

  async function run(): Promise<void> {
    while (!stopped) {
      woken = false;
      const begunAt = performance.now();
      const sleepMs = await oneTurn();
      if (stopped) return;
      const apartMs = apartAfter(performance.now() - begunAt);
      if (sleepMs <= 0) await new Promise((resolve) => setImmediate(resolve));
      else if (!(woken && failures === 0)) await sleep(sleepMs);
      const restMs = apartMs - (performance.now() - begunAt);
      if (woken && restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
    }
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      cutShort = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  const running = run();
  return {
    wake() {
      woken = true;
      if (failures === 0) cutShort();
    },
    async stop() {
      stopped = true;
      cutShort();
      await running;
    },
  };
}
