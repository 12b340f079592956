import type { Episode } from '../domain/incident/incident.ts';
import type { Notification } from '../domain/telling/notification.ts';
import type { Attempt, NotificationHistory } from '../ledger/history.ts';
import { moment } from './table.ts';

/** What became of one thing to tell, indented as it stands below its episode. */
export function notificationText(notification: NotificationHistory, episode?: Episode): string {
  const { destination, address, state, id, reason, attempts } = notification;
  const standIn = episode?.standIns?.find((each) => each.address === address);
  const instead = standIn ? `, stands in for ${standIn.standsInFor}` : '';
  const head = `    ${destination}${instead}: ${state}${reason ? ` (${reason})` : ''}  [${id}]`;
  return [head, ...attempts.map((each) => `      ${attemptText(each)}`)].join('\n');
}

/** One attempt in one line. */
export function attemptText({ number, startedAt, act, result, reason, late }: Attempt): string {
  const outcome = result === undefined ? 'outcome unknown' : `${act} ${result === 'none' ? '' : result}`.trim();
  return `${number}. ${moment(startedAt)} ${outcome}${late ? ' (late)' : ''}${reason ? `: ${reason}` : ''}`;
}

/** What is there at the destination, as far as it is known. */
export function toldWords({ told }: Pick<Notification, 'told'>): string {
  if (told.opened === 'no') return 'nothing was told there';
  if (told.opened === 'maybe') return 'it may have been told there: nobody knows';
  const refs = told.parts.map((part) => part.ref).join(', ');
  const form = told.short ? ', in the short form' : '';
  const key = told.ownKey === undefined ? '' : `, under the key ${told.ownKey}`;
  return `told there${refs ? ` (${refs})` : ''}${form}${key}`;
}

/** As JSON, with moments that people read. */
export function withMoments<T extends Pick<Notification, 'owedSince' | 'dueAt'>>(notification: T) {
  const { owedSince, dueAt, ...rest } = notification;
  return { ...rest, owedSince: new Date(owedSince).toISOString(), dueAt: new Date(dueAt).toISOString() };
}
