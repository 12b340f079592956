/** The known word most like `word`, if one is alike enough to be what was meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((each) => ({
      each,
      distance: editDistance(word.toLowerCase(), each.toLowerCase()),
      shared: sharedBeginning(word.toLowerCase(), each.toLowerCase()),
    }))
    .sort((a, b) => a.distance - b.distance || b.shared - a.shared);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.each : undefined;
}

/** Among equally near words the one that begins alike is meant: `$neq` is `$ne`, not `$eq`. */
function sharedBeginning(a: string, b: string): number {
  const end = [...a].findIndex((letter, i) => letter !== b[i]);
  return end < 0 ? a.length : end;
}

/** Letters put in, left out, exchanged, or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const ways = [(row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same];
      next.push(Math.min(...ways, swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
