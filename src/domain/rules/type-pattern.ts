/** Whether an event type is one of these: exact types, `alert.*`, or `*`. Left out: all are. */
export function isOn(on: readonly string[] | undefined, type: string): boolean {
  return on === undefined || on.some((pattern) => covers(pattern, type));
}

export function covers(pattern: string, type: string): boolean {
  return pattern === '*' || pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)));
}

/** Whether a type that the pattern covers may begin so, as `alert.` does. */
export function mayBegin(pattern: string, beginning: string): boolean {
  if (pattern === '*') return true;
  const fixed = pattern.endsWith('.*') ? pattern.slice(0, -1) : pattern;
  return fixed.startsWith(beginning) || (fixed !== pattern && beginning.startsWith(fixed));
}
