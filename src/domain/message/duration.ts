const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const form = /^(?:\d+(?:ms|[smhd]))+$/;

/** Milliseconds of a text such as `90s`, `6h` or `1h30m`; `undefined` when it is none. */
export function parseDuration(text: string): number | undefined {
  if (!form.test(text) || text.length > 30) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhd])/g)) {
    total += Number(count) * unitMs[unit as keyof typeof unitMs];
  }
  return Number.isSafeInteger(total) ? total : undefined;
}

const year = 365 * 86_400;

/** A duration for people, in its two largest units: `6 h`, `2 min 30 s`; a year has 365 days. */
export function durationWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const parts = [
    { count: Math.floor(seconds / year), word: 'y' },
    { count: Math.floor((seconds % year) / 86_400), word: 'd' },
    { count: Math.floor(seconds / 3_600) % 24, word: 'h' },
    { count: Math.floor(seconds / 60) % 60, word: 'min' },
    { count: seconds % 60, word: 's' },
  ];
  const first = parts.findIndex((part) => part.count > 0);
  if (first < 0) return '0 s';
  const shown = parts.slice(first, first + 2).filter((part) => part.count > 0);
  return shown.map((part) => `${part.count} ${part.word}`).join(' ');
}
