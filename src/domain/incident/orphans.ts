import type { Rule } from '../rules/rule-set.ts';
import type { Cause, Incident } from './incident.ts';
import { isShadowKey } from './lane.ts';
import { withoutOrphan } from './waking.ts';
import { withWake } from './with-wake.ts';

/** What one serving process goes by: its rules' fingerprints by id, and its sources. */
export type Feeding = { rules: Readonly<Record<string, string>>; sources: readonly string[] };

/** Of the rules in force, those that feed incidents: a notice feeds none, and who is in shadow none that is live. */
export function fingerprintsOf(
  rules: readonly Pick<Rule, 'id' | 'fingerprint' | 'notice' | 'shadow'>[],
): Record<string, string> {
  const feeding = rules.filter((rule) => !rule.notice);
  return Object.fromEntries(feeding.map(({ id, fingerprint, shadow }) => [shadow ? inShadow(id) : id, fingerprint]));
}

/** Such as no rule can be called. */
const inShadow = (id: string): string => `shadow:${id}`;

/**
 * Whether none of the processes has both its source and a rule of its id with the same key and types. Where none is
 * known, nothing is known of it. What is in shadow waits there for a rule that was turned live, until it hears it.
 */
export function isOrphan({ rule, source, fingerprint, shadow }: Cause, feeding: readonly Feeding[]): boolean {
  if (feeding.length === 0) return false;
  const names = shadow === undefined ? [rule] : [rule, inShadow(rule)];
  return !feeding.some(
    ({ rules, sources }) => names.some((name) => rules[name] === fingerprint) && sources.includes(source),
  );
}

/**
 * The incident with its firing orphans marked, and those whose rule came back no more; `undefined` where the marks are
 * right. Nobody sees it: the episode stays as it is.
 */
export function markOrphans(
  incident: Incident,
  feeding: readonly Feeding[],
  { now, graceMs }: { now: number; graceMs: number },
): Incident | undefined {
  const causes = incident.causes.map((cause) => {
    const isNow = cause.firing && isOrphan(cause, feeding);
    if (isNow === (cause.orphan !== undefined)) return cause;
    return isNow ? { ...cause, orphan: { since: now, until: now + graceMs } } : withoutOrphan(cause);
  });
  if (causes.every((cause, i) => cause === incident.causes[i])) return undefined;
  return withWake({ ...incident, revision: incident.revision + 1, causes });
}

/** The keys of the open incidents that no rule would feed any more; of what is in shadow nobody was told. */
export function wouldOrphan(incidents: readonly Incident[], feeding: readonly Feeding[]): string[] {
  const orphaned = incidents.filter(
    ({ key, open, causes }) =>
      open && !isShadowKey(key) && causes.every((cause) => !cause.firing || isOrphan(cause, feeding)),
  );
  return orphaned.map(({ key }) => key);
}

/** More than half of what is open, and more than three: such a file is a mistake more often than not. */
export function isTooMany(orphaned: number, open: number): boolean {
  return orphaned > 3 && orphaned > open / 2;
}
