import type { Message } from '../../domain/message/message.ts';
import { escaped } from './mrkdwn.ts';

const severityWords = { critical: 'Critical', error: 'Error', warning: 'Warning', info: 'Info' } as const;
const severityColours = { critical: '#a30200', error: '#e01e5a', warning: '#ecb22e', info: '#36c5f0' } as const;
const green = '#2eb67d';
const grey = '#868686';
const mostTitle = 600;

/** How it stands and what it is about, escaped: `Critical: …`. `anew`: another message said it was less, or more. */
export function headline(message: Message, anew = false): { state: string; title: string } {
  const word = anew ? `Now ${stateWord(message).toLowerCase()}` : stateWord(message);
  return { state: `${message.test ? '[TEST] ' : ''}${word}:`, title: escaped(message.title, mostTitle) };
}

function stateWord({ state, severity, end }: Message): string {
  if (state === 'notice') return 'Notice';
  if (state === 'open') return severityWords[severity];
  return isUnconfirmed(end) ? 'Ended' : 'Resolved';
}

/** By severity; green once it is over, grey where that is not confirmed. */
export function colour({ state, severity, end }: Message): string {
  if (state !== 'resolved') return severityColours[severity];
  return isUnconfirmed(end) ? grey : green;
}

function isUnconfirmed(end: Message['end']): boolean {
  return end !== undefined && !end.confirmed;
}
