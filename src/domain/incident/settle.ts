import { isDeepStrictEqual } from 'node:util';
import { emptied, emptiedUpTo, endOf } from './cause.ts';
import type { Cause, End, Episode, EpisodeChange, Incident, Rung } from './incident.ts';
import { severities } from './incident.ts';
import { isTestKey } from './lane.ts';
import { withWake } from './with-wake.ts';

/** What may have changed an incident, besides what stands in it. */
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
 * The incident after its causes, or what people did to it, became as in `next`: open while any cause fires. Its
 * revision is one higher than before, always: what settles is stored.
 */
export function settle(before: Incident, next: Incident, settling: Settling): Settled {
  const after = { ...next, revision: before.revision + 1 };
  const lead = leadOf(after.causes);
  if (!lead) return before.open ? ended(before, after, settling) : unchanged(after);
  if (!before.open) return seen(opened(after, settling), 'opened', [...settling.joining]);
  const joined = settling.joining.filter((each) => !isRung(before, each));
  const incident = calmed({ ...after, rung: [...after.rung, ...joined] }, before, settling.now);
  if (!isDeepStrictEqual(heardOf(before), heardOf(incident))) return seen(incident, 'updated', joined);
  if (joined.length === 0 && isDeepStrictEqual(peopleOf(before), peopleOf(incident))) return unchanged(incident);
  return seen(incident, 'updated', joined, before.heardRevision ?? before.shown);
}

function unchanged(incident: Incident): Settled {
  return { incident: withWake(incident), change: 'none', joined: [] };
}

function seen(changed: Incident, change: Change, joined: Rung[], heardRevision = changed.revision): Settled {
  const incident = withWake({ ...changed, shown: changed.revision, heardRevision });
  return { incident, change, joined, episode: episodeOf(incident) };
}

export function isRung(incident: Incident, { address }: Pick<Rung, 'address'>): boolean {
  return incident.rung.some((each) => each.address === address);
}

function opened(after: Incident, { now, joining, keyless }: Settling): Incident {
  const { last: _l, ...rest } = withoutEpisode(after);
  const episode = after.episode + 1;
  return { ...rest, open: true, episode, openedAt: now, rung: [...joining], ...(keyless ? { keyless } : {}) };
}

/** The end of an episode empties every ring: what was heard until now is over. */
function ended(before: Incident, after: Incident, settling: Settling): Settled {
  const end: End = { at: settling.now, ...settling.end };
  const { why, by, comment } = end;
  const changes = withChange(after, {
    at: end.at,
    what: 'ended',
    ...(by === undefined ? {} : { by }),
    ...(comment === undefined ? {} : { comment }),
  });
  const was = { ...after, causes: before.causes, shown: after.revision, changes };
  const episode: Episode = { ...episodeOf(was), end };
  const { severity, openedAt } = episode;
  const incident: Incident = {
    ...withoutEpisode(after),
    open: false,
    last: { severity, openedAt, endedAt: end.at, why, ...(by === undefined ? {} : { by }) },
    causes: why === 'cleared' ? over(after) : after.causes.map((cause) => emptied(cause, after.episode)),
    rung: [],
  };
  return { incident: withWake(incident), change: 'ended', episode, joined: [] };
}

/** What happened after the event that ended it, and was only heard before that, is not over with it. */
function over({ causes, episode }: Incident): Cause[] {
  const end = endOf(causes);
  return causes.map((cause) => (end ? emptiedUpTo(end, cause, episode) : emptied(cause, episode)));
}

/** Without what is only of the open episode. */
function withoutEpisode(incident: Incident): Incident {
  const { openedAt: _o, shown: _sh, heardRevision: _h, changes: _c, ...rest } = incident;
  const { acknowledged: _a, snoozed: _s, keyless: _k, wakeAt: _w, ...kept } = rest;
  return kept;
}

const mostChanges = 20;

/** The incident's changes and one more, at the revision it has. */
export function withChange(incident: Incident, change: Omit<EpisodeChange, 'revision'>): EpisodeChange[] {
  return [...(incident.changes ?? []), { revision: incident.revision, ...change }].slice(-mostChanges);
}

/** A rise in severity ends acknowledgement and snooze: it is another trouble than the one somebody has in hand. */
function calmed(incident: Incident, before: Incident, at: number): Incident {
  const was = leadOf(before.causes);
  const is = leadOf(incident.causes);
  if (!was || !is || rankOf(is) >= rankOf(was)) return incident;
  const { acknowledged: _a, snoozed: _s, ...rest } = incident;
  return { ...rest, changes: withChange(incident, { at, what: 'raised', from: was.severity, to: is.severity }) };
}

/** What people see of it: who fires, how severe it is, and what there is to say of it. */
function heardOf({ causes }: Incident) {
  const firing = byPrecedence(causes).map(({ rule, source, severity }) => [rule, source, severity]);
  return { firing, said: leadOf(causes)?.said };
}

/** And who has it. */
function peopleOf({ acknowledged, snoozed }: Incident) {
  return { acknowledged, snoozed };
}

/** The firing cause that speaks for the incident: the highest severity, then the earlier in the file. */
export function leadOf(causes: readonly Cause[]): Cause | undefined {
  return byPrecedence(causes)[0];
}

function byPrecedence(causes: readonly Cause[]): Cause[] {
  const firing = causes.filter((cause) => cause.firing);
  return firing.sort((a, b) => rankOf(a) - rankOf(b) || a.order - b.order || newestOf(b) - newestOf(a));
}

/** Of one rule that hears several sources, the newest word. */
const newestOf = (cause: Cause): number => cause.ring.at(-1)?.at ?? 0;

const rankOf = (cause: Cause): number => severities.indexOf(cause.severity);

/** The open episode, as people see it. */
export function episodeOf(incident: Incident): Episode {
  const { key, acknowledged, snoozed, changes } = incident;
  const lead = leadOf(incident.causes);
  if (!lead?.said) throw new Error(`nothing to say of the open incident ${key}`);
  const standIns = incident.rung.flatMap(({ address, standsInFor }) => (standsInFor ? [{ address, standsInFor }] : []));
  return {
    key,
    number: incident.episode,
    kind: 'incident',
    revision: incident.shown ?? incident.revision,
    ...(incident.heardRevision === undefined ? {} : { heardRevision: incident.heardRevision }),
    openedAt: incident.openedAt ?? 0,
    severity: lead.severity,
    said: lead.said,
    firing: byPrecedence(incident.causes).map(({ rule, source }) => ({ rule, source })),
    test: isTestKey(key),
    keyless: incident.keyless === true,
    ...(acknowledged ? { acknowledged } : {}),
    ...(snoozed ? { snoozed } : {}),
    ...(changes ? { changes } : {}),
    ...(standIns.length > 0 ? { standIns } : {}),
  };
}
