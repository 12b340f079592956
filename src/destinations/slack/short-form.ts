import type { Message } from '../../domain/message/message.ts';
import { momentWords } from '../../domain/message/moment-words.ts';
import type { SlackRendering, Surroundings } from './blocks.ts';
import { headline } from './headline.ts';
import { escaped } from './mrkdwn.ts';

/** Together with the title far below the 4,000 that an update's `text` may have. */
const mostLine = 400;

/** A few plain lines, for when the full form was refused: nothing but text, and hardly any markup in it. */
export function shortForm(message: Message, { before, former, anew }: Surroundings = {}): SlackRendering {
  const { state, title } = headline(message, anew);
  const lines = plainLines(message).map((line) => escaped(line, mostLine));
  const reopened =
    message.number > 1 ? [`Reopened: episode ${message.number}${before ? `, after ${before}` : ''}`] : [];
  const again = former ? [`Told anew: ${former} cannot be edited any more`] : [];
  return { text: [`${state} ${title}`, ...reopened, ...again, ...lines].join('\n') };
}

function plainLines(message: Message): string[] {
  const { state, end, acknowledged, snoozed, standsInFor, keyless, key, source, deliveryId } = message;
  const said = (comment: string | undefined) => (comment ? `: ${comment}` : '');
  const lines: string[] = [];
  if (end) lines.push(`Ended after ${end.lasted}: ${end.words}`);
  if (end?.comment) lines.push(`Comment: ${end.comment}`);
  if (state === 'open' && acknowledged) lines.push(`Acknowledged by ${acknowledged.by}${said(acknowledged.comment)}`);
  if (state === 'open' && snoozed) {
    lines.push(`Snoozed by ${snoozed.by} until ${momentWords(snoozed.until)}${said(snoozed.comment)}`);
  }
  if (standsInFor !== undefined) lines.push(`Stands in for ${standsInFor}, which could not be told`);
  if (keyless) lines.push('Its key had a missing value: it goes by its default key');
  return source === 'tocsin' ? lines : [...lines, `key ${key} · delivery ${deliveryId}`];
}
