const maxItems = 64;
const maxBytes = 1024 * 1024;
/** A trickle that never pauses holds nobody up for longer. */
const maxGatherMs = 3;

type Waiting<Item, Answer> = {
  item: Item;
  weight: number;
  bytes: number;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
};

/**
 * Writes that come one upon another become one run: it begins once a turn of the event loop brought no more, and takes
 * at most 64 items (one of several parts says its weight) or 1 MiB, an answer per item in their order. One run at a
 * time; what comes meanwhile waits and goes together. When a run rejects, so do its items.
 */
export function groupCommit<Item, Answer>(options: {
  run: (items: Item[]) => Promise<Answer[]>;
  bytes: (item: Item) => number;
  weight?: (item: Item) => number;
}): (item: Item) => Promise<Answer> {
  const { run, bytes, weight = () => 1 } = options;
  const waiting: Waiting<Item, Answer>[] = [];
  let running = false;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      await gathered(waiting);
      const group = nextGroup(waiting);
      try {
        const answers = await run(group.map((each) => each.item));
        for (const [i, each] of group.entries()) each.resolve(answers[i] as Answer);
      } catch (error) {
        for (const each of group) each.reject(error);
      }
    }
    running = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, weight: weight(item), bytes: bytes(item), resolve, reject });
      if (running) return;
      running = true;
      void drain();
    });
}

/** Resolves once a turn brought no more, a group is full, or it has taken long enough. */
async function gathered(waiting: unknown[]): Promise<void> {
  const until = performance.now() + maxGatherMs;
  for (let before = 0; waiting.length > before && waiting.length < maxItems && performance.now() < until; ) {
    before = waiting.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Takes from the head as many as fit; always one, however large. */
function nextGroup<Item, Answer>(waiting: Waiting<Item, Answer>[]): Waiting<Item, Answer>[] {
  let items = 0;
  let bytes = 0;
  let count = 0;
  for (const each of waiting) {
    items += each.weight;
    bytes += each.bytes;
    if (count > 0 && (items > maxItems || bytes > maxBytes)) break;
    count += 1;
  }
  return waiting.splice(0, count);
}
