/** Slack sends an interaction again for some seconds at most; by then so many others will not have come. */
const most = 1_000;

export type Once<T> = (id: string, work: () => Promise<T>) => { isFirst: boolean; answer: Promise<T> };

/** Does each thing once: what comes again, while it is done or afterwards, gets the same answer. */
export function once<T>(): Once<T> {
  const known = new Map<string, Promise<T>>();
  return (id, work) => {
    const before = known.get(id);
    if (before !== undefined) return { isFirst: false, answer: before };
    const answer = work();
    known.set(id, answer);
    const [oldest] = known.keys();
    if (known.size > most && oldest !== undefined) known.delete(oldest);
    return { isFirst: true, answer };
  };
}
