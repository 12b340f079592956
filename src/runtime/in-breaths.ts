/** Others wait no longer than this for their turn, but for a single step that takes longer. */
const breathMs = 10;

/** Does work that yields between its steps, a few milliseconds at a time: in between the event loop serves others. */
export async function inBreaths<T>(steps: Generator<undefined, T>): Promise<T> {
  let begunAt = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - begunAt < breathMs) continue;
    await new Promise((resolve) => setImmediate(resolve));
    begunAt = performance.now();
  }
}

/** The same in one go, for who serves nobody else. */
export function inOneGo<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
