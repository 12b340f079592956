import type { Episode } from '../incident/incident.ts';
import { doubted, withoutDoubt } from './doubt.ts';
import type { Part, Stray, Told, Ways } from './notification.ts';
import { mostLooks } from './notification.ts';
import type { Telling } from './telling.ts';
import { owedReplies, withReply } from './thread.ts';

/** What nobody recorded at the time. */
export type Unrecorded = { interrupted: boolean; strays: Stray[]; episode: Episode; now: number };

/**
 * The record with what nobody recorded: an attempt that was begun and never ended may have arrived, and what late
 * holders told stands there until it is brought to the truth.
 */
export function absorb(told: Told, unrecorded: Unrecorded, ways: Ways): Told {
  const { interrupted, strays, episode, now } = unrecorded;
  const known = withoutDoubt(told, { now, isOver: episode.end !== undefined }, ways);
  const before = interrupted ? interruptedRecord(known, episode, ways) : known;
  return strays.reduce((record, stray) => {
    const after = absorbStray(record, stray, { episode, ways });
    return stray.ref === undefined ? doubted(after, stray, now) : after;
  }, before);
}

function interruptedRecord(told: Told, episode: Episode, ways: Ways): Told {
  const [root] = told.parts;
  if (!root) return told.opened === 'no' ? { ...told, opened: 'maybe' } : told;
  if (!ways.edits) return hasVaried(root, episode) ? postedOver(told) : told;
  if (!ways.threads) return told;
  const unheardOf = owedReplies(told, episode).filter(({ reply }) => !reply);
  return unheardOf.reduce((record, { change }) => withReply(record, { of: change.revision }, episode), told);
}

/** It is as severe as it was told to be, and was not in between: that may have been told since. */
function hasVaried(root: Part, { severity, changes = [] }: Episode): boolean {
  return (
    severity === root.severity && changes.some(({ what, revision }) => what === 'raised' && revision > root.revision)
  );
}

/** The record where a later message may stand below the one we know of, and nobody knows what it says. */
function postedOver(told: Told): Told {
  const [root, ...copies] = told.parts;
  return root ? { ...told, parts: [{ ...root, revision: -1 }, ...copies] } : told;
}

function absorbStray(told: Told, stray: Stray, { episode, ways }: { episode: Episode; ways: Ways }): Told {
  const { act, ref, revision, severity } = stray;
  const [root, ...copies] = told.parts;
  if (act === 'reply') return root ? withStrayReply(told, stray, episode) : told;
  // Told at a moment nobody knows: mended without delay.
  const there = { revision, severity, at: 0 };
  if (!root) {
    const mayBeOfAnother = ways.folds && act !== 'notice';
    if (mayBeOfAnother || ref === undefined) return { ...told, opened: 'maybe' };
    return { ...told, opened: 'yes', parts: [{ ref, ...there }], since: told.since ?? revision };
  }
  if (!ways.folds && ways.edits && ref !== undefined && ref !== root.ref) {
    const known = copies.filter((copy) => copy.ref !== ref);
    return { ...told, parts: [root, ...known, { ref, ...there }] };
  }
  // An end of the episode before: what is open there now, if anything, is not what was told, and nobody has acknowledged it.
  if (act === 'resolve' && !episode.end) {
    const { acknowledged: _a, ...closed } = root;
    return { ...told, parts: [{ ...closed, ...there, revision: -1 }, ...copies] };
  }
  // Which of two posts came later nobody knows; an edit or a trigger is made again, and is then the last.
  const isKnown = ways.edits || severity === root.severity;
  const afterIt = (part: Part) => ({ ...part, ...there, revision: isKnown ? Math.min(part.revision, revision) : -1 });
  // Without a reference it may have been any of them that was edited: each is as old as it may be.
  return { ...told, parts: [afterIt(root), ...(ref === undefined ? copies.map(afterIt) : copies)] };
}

function withStrayReply(told: Told, { ref, revision: of }: Stray, episode: Episode): Told {
  const known = told.replies?.find((each) => each.of === of);
  if (known?.ref !== undefined) return told;
  return withReply(told, ref === undefined ? { of } : { of, ref }, episode);
}

/** The record of what is held back, or was until now. */
export function heldRecord(told: Told, heldMs: number, now: number): Told {
  if (heldMs > 0) return { ...told, heldUntil: now + heldMs };
  return (told.heldUntil ?? 0) > now ? { ...told, heldUntil: now } : told;
}

/** The record after the destination said that it was told. */
export function toldRecord(
  told: Told,
  telling: Telling,
  { ref, episode, at }: { ref: string; episode: Episode; at: number },
): Told {
  const { revision, severity } = episode;
  const part: Part = { ref, revision, severity, at };
  const known = 'part' in telling ? told.parts[telling.part] : undefined;
  if (telling.act === 'reply') return withReply(told, { of: telling.change.revision, ref }, episode);
  if (known && 'part' in telling) {
    return { ...told, opened: 'yes', parts: told.parts.with(telling.part, changedPart(known, part, telling, episode)) };
  }
  const { sought: _s, soughtAt: _at, replies: _r, heldUntil: _h, ...rest } = told;
  return { ...rest, opened: 'yes', parts: [part, ...told.parts.slice(1)], since: revision };
}

function changedPart(known: Part, part: Part, { act }: Telling, episode: Episode): Part {
  if (act === 'resolve') return part;
  const { acknowledged } = act === 'update' ? known : { acknowledged: episode.acknowledged?.at };
  const told = act === 'update' ? part : { ...known, at: part.at };
  return acknowledged === undefined ? told : { ...told, acknowledged };
}

/** The record after nobody knows whether a call arrived. `pendingAt`: when it ended, where it may still. */
export function maybeRecord(
  told: Told,
  telling: Telling,
  { episode, ways, pendingAt }: { episode: Episode; ways: Pick<Ways, 'edits'>; pendingAt?: number | undefined },
): Told {
  if (telling.act === 'reply') return withReply(told, { of: telling.change.revision }, episode);
  const { revision, severity } = episode;
  const record = pendingAt === undefined ? told : doubted(told, { ...telling, revision, severity }, pendingAt);
  if (record.parts[0]) return ways.edits ? record : postedOver(record);
  const { sought: _s, soughtAt: _at, ...rest } = record;
  return { ...rest, opened: 'maybe', since: record.since ?? episode.revision };
}

type Refused = { lost?: 'gone' | 'fixed'; content?: true };

/** The record after a refusal that leaves another way to tell it; `undefined` where it is final. */
export function refusedRecord(
  told: Told,
  telling: Telling,
  { result, ways, episode }: { result: Refused; ways: Ways; episode: Episode },
): Told | undefined {
  if (telling.act === 'reply') return droppedRecord(told, telling, episode);
  if (result.content && !told.short) return { ...told, short: true };
  if (!result.lost && !result.content) return undefined;
  if (telling.act !== 'update' && telling.act !== 'resolve') return undefined;
  if (telling.ref === undefined || ways.folds) return undefined;
  const after = lostRecord(told, telling.part);
  return result.lost === 'gone' || telling.part > 0 ? after : { ...after, former: telling.ref };
}

/** The record after something was given up that is not worth a dead letter, or that must not be in the way of others. */
export function droppedRecord(told: Told, telling: Telling, episode: Episode): Told {
  if (telling.act === 'reply') return withReply(told, { of: telling.change.revision, dropped: true }, episode);
  const [root, ...copies] = told.parts;
  const at = episode.acknowledged?.at;
  if (telling.act !== 'acknowledge' || !root || at === undefined) return told;
  return { ...told, parts: [{ ...root, acknowledged: at }, ...copies] };
}

/** What stood there is gone, or cannot be changed any more: it is told anew, not looked for, and its end is still owed. */
function lostRecord(told: Told, part: number): Told {
  const parts = told.parts.toSpliced(part, 1);
  if (parts.length > 0) return { ...told, parts };
  const { since: _s, replies: _r, ...rest } = told;
  return { ...rest, opened: 'maybe', parts, sought: mostLooks };
}
