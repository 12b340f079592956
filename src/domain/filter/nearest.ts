/** The most letters that may differ in a long word: a few slips, and few enough to be found among many words at once. */
const mostSlips = 8;

type Near = { each: string; distance: number; shared: number };

/** The known word most like `word`, if one is alike enough to be what was meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const written = word.toLowerCase();
  const allowed = Math.min(mostSlips, Math.max(1, Math.floor(word.length / 3)));
  let best: Near | undefined;
  for (const each of known) {
    const other = each.toLowerCase();
    const distance = editDistance(written, other, best?.distance ?? allowed);
    if (distance === undefined) continue;
    const near = { each, distance, shared: sharedBeginning(written, other) };
    if (!best || isNearer(near, best)) best = near;
  }
  return best?.each;
}

/** Among equally near words the one that begins alike is meant: `$neq` is `$ne`, not `$eq`. */
function isNearer(a: Near, b: Near): boolean {
  return a.distance < b.distance || (a.distance === b.distance && a.shared > b.shared);
}

function sharedBeginning(a: string, b: string): number {
  let end = 0;
  while (end < a.length && a[end] === b[end]) end += 1;
  return end;
}

/**
 * Letters put in, left out, exchanged, or swapped with their neighbour, if no more than `most`. Only what is so near the
 * diagonal is looked at: anybody may type the word, and a whole table for each of many long keys takes seconds.
 */
function editDistance(a: string, b: string, most: number): number | undefined {
  if (Math.abs(a.length - b.length) > most) return undefined;
  const far = most + 1;
  const emptyRow = () => new Array<number>(b.length + 2).fill(far);
  let [before, row, next] = [emptyRow(), emptyRow(), emptyRow()];
  for (let j = 0; j <= Math.min(b.length, most); j += 1) row[j] = j;
  for (let i = 1; i <= a.length; i += 1) {
    const from = Math.max(1, i - most);
    const to = Math.min(b.length, i + most);
    next[from - 1] = from === 1 ? i : far;
    let least = next[from - 1] ?? far;
    const letter = a.charCodeAt(i - 1);
    for (let j = from; j <= to; j += 1) {
      const isSame = letter === b.charCodeAt(j - 1);
      let ways = Math.min((row[j] ?? far) + 1, (next[j - 1] ?? far) + 1, (row[j - 1] ?? far) + (isSame ? 0 : 1));
      const isSwapped =
        !isSame && j > 1 && letter === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (isSwapped) ways = Math.min(ways, (before[j - 2] ?? far) + 1);
      next[j] = ways;
      least = Math.min(least, ways);
    }
    next[to + 1] = far;
    if (least > most) return undefined;
    [before, row, next] = [row, next, before];
  }
  const distance = row[b.length] ?? far;
  return distance <= most ? distance : undefined;
}
