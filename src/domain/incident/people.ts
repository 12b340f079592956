import { momentWords } from '../message/moment-words.ts';
import { emptied, floorAt } from './cause.ts';
import type { ByPerson, EndReason, Episode, Incident, Mark, Rung } from './incident.ts';
import { fittingText } from './said.ts';
import type { Settled } from './settle.ts';
import { episodeOf, isRung, settle, withChange } from './settle.ts';

/** What a person does, and when; `episode` is the one they looked at, left out for the open one. */
export type PersonsAct = ByPerson & { episode?: number };

/**
 * What people do to an open incident: the change, or, in words, why there is none. Twice, or by two people at once, it
 * has one effect.
 */
export function acknowledge(incident: Incident, act: PersonsAct): Settled | string {
  const refusal = refusalOf(incident, act);
  if (refusal) return refusal;
  const { acknowledged } = incident;
  if (acknowledged) return `already acknowledged by ${acknowledged.by} at ${momentWords(acknowledged.at)}`;
  const person = personOf(act);
  const changes = noted(incident, { what: 'acknowledged', ...person });
  return changed(incident, { acknowledged: { ...person, ...thereOf(act) }, changes }, act.at);
}

/** Nobody has it in hand any more. */
export function unacknowledge(incident: Incident, act: PersonsAct): Settled | string {
  const refusal = refusalOf(incident, act);
  if (refusal) return refusal;
  if (!incident.acknowledged) return 'not acknowledged';
  const { acknowledged: _acknowledged, ...rest } = incident;
  return settle(incident, rest, untouched(act.at));
}

/** Nothing rings until then; a later word replaces an earlier one. */
export function snooze(incident: Incident, act: PersonsAct & { until: number }): Settled | string {
  const refusal = refusalOf(incident, act);
  if (refusal) return refusal;
  const { until, at } = act;
  const { snoozed } = incident;
  if (until <= at) return `${momentWords(until)} is over already: a snooze ends in the future`;
  if (snoozed?.until === until) return `already snoozed by ${snoozed.by} until ${momentWords(until)}`;
  const person = { ...personOf(act), until };
  return changed(incident, { snoozed: person, changes: noted(incident, { what: 'snoozed', ...person }) }, at);
}

/** Ends the episode: whatever happened until now is over, for every rule, also for those that were not heard yet. */
export function resolveByHand(incident: Incident, act: PersonsAct): Settled | string {
  const refusal = refusalOf(incident, act);
  if (refusal) return refusal;
  const { at: _at, ...person } = personOf(act);
  const now: Mark = { at: act.at, ends: true, seq: Number.MAX_SAFE_INTEGER };
  const over = {
    ...incident,
    floor: floorAt(now, incident.episode),
    causes: incident.causes.map((cause) => emptied(cause, incident.episode, now)),
  };
  return settle(incident, over, { ...untouched(act.at), end: { why: 'by-hand', ...person, ...thereOf(act) } });
}

/** What a person asks for, once more. */
export type Asked = PersonsAct & ({ what: 'acknowledge' | 'resolve' } | { what: 'snooze'; until: number });

/** For so long the same word by the same person is taken for one that came twice. */
const sameWordMs = 600_000;

/**
 * It is so already, by themself and a moment ago: it came twice, by way of another process perhaps, and there is nothing
 * to tell them. Not where they said something about it that was not kept.
 */
export function standsAlready({ acknowledged, snoozed, open, last, episode }: Incident, asked: Asked): boolean {
  if (asked.episode !== undefined && asked.episode !== episode) return false;
  const { comment } = personOf(asked);
  const isTheirs = (act: ByPerson | undefined) =>
    act !== undefined && act.by === personOf(asked).by && act.comment === comment && asked.at - act.at < sameWordMs;
  switch (asked.what) {
    case 'acknowledge':
      return open && isTheirs(acknowledged);
    case 'snooze':
      return open && snoozed?.until === asked.until && isTheirs(snoozed);
    case 'resolve':
      return !open && last?.by !== undefined && isTheirs({ by: last.by, at: last.endedAt });
  }
}

/**
 * The open incident with somebody who is told instead of one that could not be, and its episode, which is the same to
 * everybody else; `undefined` where nothing is open or that address is told already.
 */
export function addStandIn(incident: Incident, rung: Rung): { incident: Incident; episode: Episode } | undefined {
  if (!incident.open || isRung(incident, rung)) return undefined;
  const { revision, shown = revision } = incident;
  const after = { ...incident, revision: revision + 1, shown, rung: [...incident.rung, rung] };
  return { incident: after, episode: episodeOf(after) };
}

function refusalOf(incident: Incident, { episode }: PersonsAct): string | undefined {
  if (episode !== undefined && episode > incident.episode) return `there is no episode ${episode} under this key`;
  if (episode !== undefined && episode < incident.episode) return `already over: episode ${episode}`;
  if (incident.open) return undefined;
  const { last } = incident;
  if (!last) return 'nothing is open under this key';
  const over = `episode ${incident.episode} ${endWords[last.why]}${last.by ? ` by ${last.by}` : ''} at ${momentWords(last.endedAt)}`;
  return episode === undefined ? `nothing is open under this key: ${over}` : `already over: ${over}`;
}

const endWords: Record<EndReason, string> = {
  cleared: 'ended',
  quiet: 'ended by quiet',
  'by-hand': 'was resolved',
  orphaned: 'ended, since no rule feeds it any more,',
};

const untouched = (now: number) => ({ now, joining: [], keyless: false, end: { why: 'by-hand' as const } });

function changed(incident: Incident, done: Partial<Incident>, at: number): Settled {
  return settle(incident, { ...incident, ...done }, untouched(at));
}

/** At the revision that the incident will have. */
function noted(incident: Incident, change: Parameters<typeof withChange>[1]) {
  return withChange({ ...incident, revision: incident.revision + 1 }, change);
}

/** What people write is kept with the open incident, which has to stay small. */
const longestName = 100;
const longestComment = 300;

const thereOf = ({ there }: ByPerson) => (there === undefined ? {} : { there });

function personOf({ by, at, comment }: PersonsAct): ByPerson {
  const said = comment ? { comment: fittingText(comment, longestComment) } : {};
  return { by: fittingText(by.replace(/\s+/g, ' '), longestName), at, ...said };
}
