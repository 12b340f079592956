/** Things to be looked at, each at its moment, the earliest first. */
export type Agenda = {
  /** What is put in again is moved. */
  put(id: string, at: number): void;
  drop(id: string): void;
  /** The earliest moment; infinite where there is none. */
  nextAt(): number;
  /** The earliest, which is on the agenda no more. */
  take(): string | undefined;
};

type Entry = { id: string; at: number; order: number };

/** Beyond that many entries that were moved or dropped it is tidied. */
const mostGone = 1_000;

export function agenda(): Agenda {
  const standing = new Map<string, Entry>();
  let heap: Entry[] = [];
  let order = 0;

  function first(): Entry | undefined {
    while (heap[0] && standing.get(heap[0].id) !== heap[0]) takeFirst(heap);
    return heap[0];
  }

  return {
    put(id, at) {
      const before = standing.get(id);
      if (before?.at === at) return;
      const entry = { id, at, order };
      order += 1;
      standing.set(id, entry);
      // Those in order are a heap.
      if (heap.length > 2 * standing.size + mostGone) heap = [...standing.values()].sort(compare);
      else add(heap, entry);
    },
    drop: (id) => void standing.delete(id),
    nextAt: () => first()?.at ?? Number.POSITIVE_INFINITY,
    take() {
      const entry = first();
      if (!entry) return undefined;
      takeFirst(heap);
      standing.delete(entry.id);
      return entry.id;
    },
  };
}

const compare = (a: Entry, b: Entry): number => a.at - b.at || a.order - b.order;

function add(heap: Entry[], entry: Entry): void {
  let place = heap.length;
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (!parent || compare(parent, entry) <= 0) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = entry;
}

function takeFirst(heap: Entry[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let place = 0;
  for (;;) {
    const left = heap[2 * place + 1];
    const right = heap[2 * place + 2];
    const isRight = left && right && compare(right, left) < 0;
    const child = isRight ? right : left;
    if (!child || compare(last, child) <= 0) break;
    heap[place] = child;
    place = 2 * place + (isRight ? 2 : 1);
  }
  heap[place] = last;
}
