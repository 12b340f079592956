const maxItems = 64;
const maxBytes = 1024 * 1024;

type Waiting<Item, Answer> = {
  item: Item;
  bytes: number;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
};

/**
 * Writes that wait in one turn of the event loop become one run: at most 64 items or 1 MiB, an answer per item in
 * their order. One run at a time; what comes meanwhile waits and goes together. When a run rejects, so do its items.
 */
export function groupCommit<Item, Answer>(options: {
  run: (items: Item[]) => Promise<Answer[]>;
  bytes: (item: Item) => number;
}): (item: Item) => Promise<Answer> {
  const waiting: Waiting<Item, Answer>[] = [];
  let running = false;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const group = nextGroup(waiting);
      try {
        const answers = await options.run(group.map((each) => each.item));
        for (const [i, each] of group.entries()) each.resolve(answers[i] as Answer);
      } catch (error) {
        for (const each of group) each.reject(error);
      }
    }
    running = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, bytes: options.bytes(item), resolve, reject });
      if (running) return;
      running = true;
      setImmediate(() => void drain());
    });
}

/** Takes from the head as many as fit; always one, however large. */
function nextGroup<Item, Answer>(waiting: Waiting<Item, Answer>[]): Waiting<Item, Answer>[] {
  let bytes = 0;
  let count = 0;
  for (const each of waiting) {
    bytes += each.bytes;
    if (count === maxItems || (count > 0 && bytes > maxBytes)) break;
    count += 1;
  }
  return waiting.splice(0, count);
}
