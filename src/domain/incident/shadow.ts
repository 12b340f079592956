import type { Judgement } from '../judge.ts';
import type { Judged } from '../routing.ts';
import { disarmed } from './absence.ts';
import { compareMarks, isOnce, latest } from './cause.ts';
import type { Cause, Incident } from './incident.ts';
import { freshIncident } from './settle.ts';
import { withWake } from './with-wake.ts';

type Incidents = ReadonlyMap<string, Incident>;

/**
 * The keys where the causes of a delivery may have been before their rules were turned, live or shadow: to be read too.
 * Where the incident of its own key knows what a cause heard, there is nothing to look for.
 */
export function twinsOf(judged: Judged, incidents: Incidents): string[] {
  return judged.judgements.flatMap((each) => {
    const { key, twin } = each;
    if (key === undefined || twin === undefined || !isTold(each)) return [];
    return isBlank(incidents.get(key), each, judged) ? [twin] : [];
  });
}

/**
 * The incidents that change because a cause that was apart is heard under its own key now: there it goes on with what
 * it counted, and nothing of it fires, so that the next match opens. A live cause that fires stays until it ends as an
 * orphan: whoever was rung is told.
 */
export function withMoved(judged: Judged, incidents: Incidents): Map<string, Incident> {
  const changed = new Map<string, Incident>();
  const at = (key: string) => changed.get(key) ?? incidents.get(key);
  for (const judgement of judged.judgements) {
    const { key, twin, rule } = judgement;
    const from = twin === undefined ? undefined : at(twin);
    if (key === undefined || !from || !isTold(judgement) || !isBlank(at(key), judgement, judged)) continue;
    const moving = causesOf(from, judgement, judged).filter(({ firing }) => !firing || !rule.shadow);
    if (moving.length === 0) continue;
    changed.set(from.key, { ...from, causes: from.causes.filter((cause) => !moving.includes(cause)) });
    const to = at(key) ?? freshIncident(key);
    changed.set(
      key,
      moving.reduce((joined, cause) => withCause(joined, cause, rule.shadow ? from.key : undefined), to),
    );
  }
  return changed;
}

/** The incident without what waits in shadow for a rule that is live now, and the live one, which waits for it instead. */
export function broughtLive(
  incident: Incident,
  live: Incident,
  isTurned: (cause: Cause) => boolean,
): { shadow: Incident; live: Incident } {
  const turned = incident.causes.filter(isTurned);
  const isKnown = ({ rule }: Cause) => live.causes.some((each) => each.rule === rule && !isIdle(each));
  const moving = turned.map((cause) => (isKnown(cause) ? disarmed(cause) : cause));
  const changed = ({ revision, ...rest }: Incident) => withWake({ ...rest, revision: revision + 1 });
  return {
    shadow: changed({ ...incident, causes: incident.causes.filter((cause) => !turned.includes(cause)) }),
    live: changed(moving.reduce((joined, cause) => withCause(joined, cause, undefined), live)),
  };
}

/** A verdict that a cause takes up, also one that was not heard before. */
function isTold({ rule, verdict }: Judgement): boolean {
  if (rule.notice) return false;
  return rule.baseline !== undefined || (verdict !== 'unknown' && (verdict !== 'neither' || !isOnce(rule.counting)));
}

function isBlank(incident: Incident | undefined, judgement: Judgement, judged: Judged): boolean {
  if (!incident) return true;
  return causesOf(incident, judgement, judged).every((cause) => isIdle(cause) && cause.ring.length === 0);
}

function isIdle({ firing, absent }: Cause): boolean {
  return !firing && absent === undefined;
}

/** What is absent is waited for by key, whoever the source. */
function causesOf({ causes }: Incident, { rule }: Judgement, { normalised }: Judged): Cause[] {
  const { source } = normalised.event;
  return causes.filter((cause) => cause.rule === rule.id && (rule.absentMs !== undefined || cause.source === source));
}

/**
 * The incident with the cause among its own, with all it remembers: what counts, and what is usual. One that is there
 * and not idle stays, and is only deaf to as much.
 */
function withCause(incident: Incident, cause: Cause, liveKey: string | undefined): Incident {
  const isSame = (each: Cause) => each.rule === cause.rule && each.source === cause.source;
  const known = incident.causes.find(isSame);
  const { shadow: _shadow, resolveAfterMs: _resolve, orphan: _orphan, said, absent, floor: before, ...rest } = cause;
  // The episode that the floor speaks of is not one of this incident.
  const floors = before ? [{ at: before.at, ends: before.ends, seq: before.seq }] : [];
  const floor = latest([...[known?.floor, incident.floor].flatMap((each) => each ?? []), ...floors]);
  const newer = cause.ring.filter((entry) => !floor || compareMarks(entry, floor) > 0);
  const moved: Cause = {
    ...rest,
    firing: false,
    ring: newer.map((entry) => ({ ...entry, firing: false, stale: true })),
    heardAt: Math.max(cause.heardAt, known?.heardAt ?? 0),
    ...(absent && said ? { absent, said } : {}),
    ...(liveKey === undefined ? {} : { shadow: liveKey }),
  };
  const after = { ...(known && !isIdle(known) ? known : moved), ...(floor ? { floor } : {}) };
  return { ...incident, causes: [...incident.causes.filter((each) => each !== known), after] };
}
