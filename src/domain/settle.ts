import { emptied } from './cause.ts';
import type { Cause, End, Episode, Incident, Rung } from './incident.ts';
import { severities } from './incident.ts';

/** What may have changed an incident, besides its causes. */
export type Settling = {
  now: number;
  /** Addresses that a firing cause's rule sends to now. */
  joining: readonly Rung[];
  /** The match had no key of its own. */
  keyless: boolean;
  /** How it ends, if no cause fires any more. */
  end: Omit<End, 'at'>;
};

export type Change = 'opened' | 'updated' | 'ended' | 'none';

export type Settled = {
  incident: Incident;
  change: Change;
  /** The episode that was changed for people to see. */
  episode?: Episode;
  /** Addresses that are owed their first word about this episode. */
  joined: Rung[];
};

/** An incident nobody heard of yet. */
export function freshIncident(key: string): Incident {
  return { key, revision: 0, open: false, episode: 0, causes: [], rung: [] };
}

/**
 * The incident after its causes changed: open while any of them fires. Its revision is one higher than before, always:
 * what settles is stored.
 */
export function settle(before: Incident, causes: Cause[], settling: Settling): Settled {
  const revision = before.revision + 1;
  const lead = leadOf(causes);
  if (!lead) return before.open ? ended(before, causes, settling) : unchanged({ ...before, causes, revision });
  const joined = settling.joining.filter((each) => !before.open || !isRung(before, each));
  const base = before.open ? { ...before, causes, revision } : opened(before, causes, settling);
  const rung = before.open ? [...before.rung, ...joined] : [...joined];
  const incident = withWake(calmed({ ...base, rung }, before));
  if (before.open && joined.length === 0 && !looksOther(before, causes)) return unchanged(incident);
  return { incident, change: before.open ? 'updated' : 'opened', joined, episode: episodeOf(incident, lead) };
}

function unchanged(incident: Incident): Settled {
  return { incident: withWake(incident), change: 'none', joined: [] };
}

function isRung(incident: Incident, rung: Rung): boolean {
  return incident.rung.some((each) => each.address === rung.address);
}

function opened(before: Incident, causes: Cause[], settling: Settling): Incident {
  const { acknowledged: _a, snoozed: _s, keyless: _k, last: _l, ...rest } = before;
  return {
    ...rest,
    revision: before.revision + 1,
    open: true,
    episode: before.episode + 1,
    openedAt: settling.now,
    causes,
    ...(settling.keyless ? { keyless: true } : {}),
  };
}

/** The end of an episode empties every ring: what was heard until now is over. */
function ended(before: Incident, causes: Cause[], settling: Settling): Settled {
  const revision = before.revision + 1;
  const over = { ...before, revision };
  const end: End = { at: settling.now, ...settling.end };
  const episode = { ...episodeOf(over, leadOf(before.causes)), end };
  const { openedAt: _o, acknowledged: _a, snoozed: _s, keyless: _k, wakeAt: _w, ...rest } = over;
  const { severity, openedAt } = episode;
  const last = { severity, openedAt, endedAt: end.at, why: end.why };
  const incident: Incident = { ...rest, open: false, last, causes: causes.map((cause) => emptied(cause)), rung: [] };
  return { incident, change: 'ended', episode, joined: [] };
}

/** A rise in severity ends acknowledgement and snooze: it is another trouble than the one somebody has in hand. */
function calmed(incident: Incident, before: Incident): Incident {
  const was = leadOf(before.causes);
  const is = leadOf(incident.causes);
  if (!before.open || !was || !is || rankOf(is) >= rankOf(was)) return incident;
  const { acknowledged: _a, snoozed: _s, ...rest } = incident;
  return rest;
}

/** What people see changed: who fires, how severe it is, or what there is to say of it. */
function looksOther(before: Incident, causes: Cause[]): boolean {
  const firing = (all: Cause[]) =>
    JSON.stringify(byPrecedence(all).map(({ rule, source, severity }) => [rule, source, severity]));
  return firing(before.causes) !== firing(causes) || leadOf(before.causes)?.said !== leadOf(causes)?.said;
}

/** The firing cause that speaks for the incident: the highest severity, then the earlier in the file. */
export function leadOf(causes: readonly Cause[]): Cause | undefined {
  return byPrecedence(causes)[0];
}

function byPrecedence(causes: readonly Cause[]): Cause[] {
  const firing = causes.filter((cause) => cause.firing);
  return firing.sort((a, b) => rankOf(a) - rankOf(b) || a.order - b.order || heardOf(b) - heardOf(a));
}

/** Of one rule that hears several sources, the newest word. */
const heardOf = (cause: Cause): number => cause.ring.at(-1)?.at ?? 0;

const rankOf = (cause: Cause): number => severities.indexOf(cause.severity);

function episodeOf(incident: Incident, lead: Cause | undefined): Episode {
  if (!lead?.said) throw new Error(`nothing to say of the open incident ${incident.key}`);
  return {
    key: incident.key,
    number: incident.episode,
    kind: 'incident',
    revision: incident.revision,
    openedAt: incident.openedAt ?? 0,
    severity: lead.severity,
    said: lead.said,
    firing: byPrecedence(incident.causes).map(({ rule, source }) => ({ rule, source })),
    test: incident.key.startsWith('test:'),
    keyless: incident.keyless === true,
    ...(incident.acknowledged ? { acknowledged: incident.acknowledged } : {}),
    ...(incident.snoozed ? { snoozed: incident.snoozed } : {}),
  };
}

/** When the first of the firing causes would have been quiet long enough. */
function withWake(incident: Incident): Incident {
  const { wakeAt: _w, ...rest } = incident;
  const moments = incident.causes
    .filter((cause) => cause.firing && cause.resolveAfterMs !== undefined)
    .map((cause) => cause.heardAt + (cause.resolveAfterMs ?? 0));
  return moments.length === 0 ? rest : { ...rest, wakeAt: Math.min(...moments) };
}
