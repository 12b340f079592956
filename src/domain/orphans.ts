import type { Cause, Incident } from './incident.ts';
import type { Rule } from './rule-set.ts';
import { withWake } from './settle.ts';
import { withoutOrphan } from './waking.ts';

/** What one serving process goes by: its rules' fingerprints by id, and its sources. */
export type Feeding = { rules: Readonly<Record<string, string>>; sources: readonly string[] };

/** Of the rules in force, those that feed incidents: a notice feeds none. */
export function fingerprintsOf(rules: readonly Pick<Rule, 'id' | 'fingerprint' | 'notice'>[]): Record<string, string> {
  return Object.fromEntries(rules.filter((rule) => !rule.notice).map(({ id, fingerprint }) => [id, fingerprint]));
}

/**
 * Whether none of the processes has both its source and a rule of its id with the same key and types. Where none is
 * known, nothing is known of it.
 */
export function isOrphan({ rule, source, fingerprint }: Cause, feeding: readonly Feeding[]): boolean {
  if (feeding.length === 0) return false;
  return !feeding.some(({ rules, sources }) => rules[rule] === fingerprint && sources.includes(source));
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

/** The keys of the open incidents that no rule would feed any more. */
export function wouldOrphan(incidents: readonly Incident[], feeding: readonly Feeding[]): string[] {
  const orphaned = incidents.filter(
    ({ open, causes }) => open && causes.every((cause) => !cause.firing || isOrphan(cause, feeding)),
  );
  return orphaned.map(({ key }) => key);
}

/** More than half of what is open, and more than three: such a file is a mistake more often than not. */
export function isTooMany(orphaned: number, open: number): boolean {
  return orphaned > 3 && orphaned > open / 2;
}
