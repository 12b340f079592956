/** Further off no moment can be written: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const furthestMs = 8.64e15;

/** A moment in UTC, to the minute: `2026-08-01 11:59 UTC`. */
export function momentWords(atMs: number): string {
  return new Date(Math.min(furthestMs, Math.max(-furthestMs, atMs)))
    .toISOString()
    .replace('T', ' ')
    .replace(/:\d\d\.\d+Z$/, ' UTC');
}
