import { escaped, moment } from '../destinations/slack/mrkdwn.ts';
import type { Ending } from '../domain/message/message.ts';
import type { Desk } from './desk.ts';

const longestEnd = 300;

/** Nothing can be done to it any more: how it ended, and whether there is something else to act on. */
export async function overWords(key: string, { words, at }: Ending, { ledger }: Pick<Desk, 'ledger'>) {
  const isOpen = (await ledger.readIncidents([key])).get(key)?.open;
  const later = isOpen ? ' It is open again, and that is told in a later message.' : '';
  return `Nothing was changed: already over: ${escaped(words, longestEnd)}, ${moment(at)}.${later}`;
}
