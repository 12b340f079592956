import type { Episode } from '../incident/incident.ts';
import type { Told } from './notification.ts';
import { lookAgainMs, mostLooks } from './notification.ts';
import type { Telling } from './telling.ts';
import { withoutReply, withReply } from './thread.ts';

type Look = Extract<Telling, { act: 'find' }>;

type Standing = { refs: readonly [string, ...string[]]; episode: Episode };

/** The record after it was found: it stands there, and what a root and its copies say is brought to the truth next. */
export function foundRecord(told: Told, { reply }: Look, { refs, episode }: Standing): Told {
  if (reply) return withReply(told, { of: reply.change.revision, ref: refs[0] }, episode);
  const { sought: _s, soughtAt: _at, mayHaveCopies: _c, parts, ...rest } = told;
  const unknown = refs.filter((ref) => parts.every((part) => part.ref !== ref));
  const found = unknown.map((ref) => ({ ref, revision: -1, severity: episode.severity, at: 0 }));
  return { ...rest, opened: 'yes', parts: [...parts, ...found], since: told.since ?? 0 };
}

/** The record after a look in vain, and when to look again. What was not there twice did not arrive. */
export function absentRecord(
  told: Told,
  { reply }: Look,
  { episode, at }: { episode: Episode; at: number },
): { told: Told; afterMs: number } {
  if (!reply && told.parts.length > 0) return { told: withoutCopies(told), afterMs: 0 };
  if (!reply) {
    const { sought = 0, soughtAt: _at, ...rest } = told;
    if (sought + 1 < mostLooks) return { told: { ...told, sought: sought + 1, soughtAt: at }, afterMs: lookAgainMs };
    return { told: { ...rest, opened: 'no' }, afterMs: 0 };
  }
  const of = reply.change.revision;
  const sought = (told.replies?.find((each) => each.of === of)?.sought ?? 0) + 1;
  if (sought < mostLooks) return { told: withReply(told, { of, sought, soughtAt: at }, episode), afterMs: lookAgainMs };
  return { told: withoutReply(told, of), afterMs: 0 };
}

/** The record where it cannot be looked for: it is told again, rather than not at all. */
export function unfindableRecord(told: Told, { reply }: Look, episode: Episode): Told {
  if (reply) return withReply(told, { of: reply.change.revision, sought: mostLooks }, episode);
  return told.parts.length > 0 ? withoutCopies(told) : { ...told, sought: mostLooks };
}

/** The record where no copies are looked for any more. */
export function withoutCopies({ mayHaveCopies: _c, ...told }: Told): Told {
  return told;
}
