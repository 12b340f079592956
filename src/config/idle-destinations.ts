import type { Problem } from '../domain/filter/filter.ts';
import type { PlacedRule } from '../domain/rules/rule-set.ts';
import { labelsIn } from '../domain/rules/severity-of.ts';
import type { DestinationText } from './rules-file.ts';

/** Destinations that nobody sends to, and what of them says nothing. */
export function idleDestinations(
  rules: readonly PlacedRule[],
  destinations: ReadonlyMap<string, DestinationText>,
  owner: string | undefined,
): Problem[] {
  const used = new Set(rules.filter(({ text }) => text.enabled).flatMap(({ text }) => labelsIn(text.to)));
  if (owner) used.add(owner);
  // What is added on the way is visited too: the fallback of a fallback is used.
  for (const name of used) {
    const fallback = destinations.get(name)?.fallback;
    if (fallback !== undefined) used.add(fallback);
  }
  return [...destinations].flatMap(([name, text]) => {
    const at = `destinations.${name}`;
    const isMute = text.type === 'slack' && text.broadcastResolve && text.threads === 'none';
    return [
      ...(used.has(name) ? [] : [{ path: at, message: 'no rule sends to this destination' }]),
      ...(isMute ? [{ path: `${at}.broadcastResolve`, message: 'shows a reply, and "threads": "none" has none' }] : []),
    ];
  });
}
