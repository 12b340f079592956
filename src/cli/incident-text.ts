import type { ByPerson, Cause, Episode, Incident, Page } from '../domain/incident/incident.ts';
import { isShadowKey } from '../domain/incident/lane.ts';
import { quietMsOf } from '../domain/incident/quiet.ts';
import { leadOf } from '../domain/incident/settle.ts';
import { changeWords } from '../domain/message/change-words.ts';
import { messageOf } from '../domain/message/message.ts';
import { periodWords } from '../domain/message/value-words.ts';
import type { NotificationHistory } from '../ledger/history.ts';
import { notificationText } from './notification-text.ts';
import { moment } from './table.ts';

/** `resolved` once an episode ended; `quiet` while nothing ever opened it. */
export function summary(incident: Incident) {
  const { key, open, episode, last, rung, acknowledged, snoozed } = incident;
  const severity = leadOf(incident.causes)?.severity ?? last?.severity;
  const openedAt = incident.openedAt ?? last?.openedAt;
  return {
    key,
    state: open ? 'open' : episode > 0 ? 'resolved' : 'quiet',
    episode,
    ...(isShadowKey(key) ? { shadow: true } : {}),
    ...(severity ? { severity } : {}),
    ...(openedAt === undefined ? {} : { openedAt: new Date(openedAt).toISOString() }),
    ...(last ? { endedAt: new Date(last.endedAt).toISOString(), why: last.why } : {}),
    ...(acknowledged ? { acknowledged: { ...acknowledged, at: new Date(acknowledged.at).toISOString() } } : {}),
    ...(snoozed ? { snoozed: snoozeMoments(snoozed) } : {}),
    told: rung.map((each) => each.destination),
  };
}

function snoozeMoments({ at, until, ...rest }: NonNullable<Incident['snoozed']>) {
  return { ...rest, at: new Date(at).toISOString(), until: new Date(until).toISOString() };
}

/** What people did to it goes before the plain `open`. Of what is in shadow nobody is told. */
export function stateWords({ key, open, episode, acknowledged, snoozed }: Incident): string {
  const shadow = isShadowKey(key) ? ' (shadow)' : '';
  if (!open) return `${episode > 0 ? 'resolved' : 'quiet'}${shadow}`;
  const done = [acknowledged ? ['acknowledged'] : [], snoozed ? ['snoozed'] : []].flat().join(', ');
  return `${done || 'open'}${shadow}`;
}

/** An incident as a person reads it: who has it, what feeds it, each episode and what was told of it. */
export function incidentText(key: string, found: Shown): string {
  const { incident, episodes, notifications } = found;
  return [
    incident ? `${key}: ${stateWords(incident)}` : `${key}: a notice`,
    ...(incident?.acknowledged ? [`  acknowledged ${byWords(incident.acknowledged)}`] : []),
    ...(incident?.snoozed ? [`  snoozed until ${moment(incident.snoozed.until)} ${byWords(incident.snoozed)}`] : []),
    ...(incident?.pages ?? []).filter(({ episode }) => episode === incident?.episode).map(pageLine),
    ...(incident?.causes ?? []).flatMap(causeLines),
    ...episodes.flatMap((episode) => [
      ...episodeLines(episode),
      ...notifications.filter((each) => each.number === episode.number).map((each) => notificationText(each, episode)),
    ]),
  ].join('\n');
}

type Shown = { incident: Incident | undefined; episodes: Episode[]; notifications: NotificationHistory[] };

function pageLine({ id, number, priority, assigned, url }: Page): string {
  const words = [
    `PagerDuty: ${number === undefined ? '' : `#${number} `}(${id})`,
    ...(priority === undefined ? [] : [`priority ${priority}`]),
    ...(assigned === undefined ? [] : [`assigned to ${assigned}`]),
    ...(url === undefined ? [] : [url]),
  ];
  return `  ${words.join(', ')}`;
}

function causeLines(cause: Cause): string[] {
  const { firing, rule, source, ring, orphan, absent, heardAt } = cause;
  const heard = ring.map((entry) => entry.verdict).join(', ') || 'nothing since it was last over';
  const line = `  ${firing ? 'fires' : 'quiet'}: rule ${rule} on ${source} (heard: ${heard})`;
  const waits = `${firing ? 'is given up' : 'opens'} when nothing is heard for ${periodWords(quietMsOf(cause))}`;
  const absence = absent ? [`    ${waits}; heard last at ${moment(heardAt)}`] : [];
  if (!orphan) return [line, ...absence];
  const since = `no rule in force feeds it since ${moment(orphan.since)}`;
  const end = `it is ended at ${moment(orphan.until)} unless the rule comes back`;
  return [line, ...absence, `    orphan: ${since}; ${end}`];
}

function episodeLines(episode: Episode): string[] {
  const message = messageOf(episode);
  const { title, end } = message;
  const over = end ? `, ended ${moment(end.at)}: ${end.words}` : ', open';
  const what = episode.kind === 'notice' ? 'notice' : `episode #${episode.number}`;
  const comment = episode.end?.comment === undefined ? [] : [`    "${episode.end.comment}"`];
  return [
    `  ${what} (${episode.severity}), ${moment(episode.openedAt)}${over}`,
    ...comment,
    `    ${title}`,
    // How it ended is said above.
    ...(episode.changes ?? [])
      .filter((change) => change.what !== 'ended')
      .map((change) => `    ${moment(change.at)} ${changeWords(change, message)}`),
  ];
}

function byWords({ by, at, comment }: ByPerson): string {
  return `by ${by}, ${moment(at)}${comment === undefined ? '' : `: "${comment}"`}`;
}
