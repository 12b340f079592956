/**
 * Text from outside as one line: what would break a line, hide, turn the reading direction round, or is no Unicode at
 * all (a lone surrogate makes a form body impossible) becomes a space or a replacement character.
 */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\s\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim();
}

/** At most `max` UTF-16 units, never half a code point; what was cut ends in an ellipsis. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const kept = text.slice(0, max - 1);
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}

/** A sender's `data` may be nested so deep that writing it as JSON again would overflow the stack. */
const mostLevels = 50;

/** The same JSON without lone surrogates, which strict readers of JSON refuse, and without what is nested too deep. */
export function wellFormed(value: unknown, levels = mostLevels): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return '…';
  if (Array.isArray(value)) return value.map((each) => wellFormed(each, levels - 1));
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, each]) => [name.toWellFormed(), wellFormed(each, levels - 1)]));
}
