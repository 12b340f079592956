import { escaped } from '../destinations/slack/mrkdwn.ts';
import type { PersonsChange } from '../pipeline/people.ts';
import { changeIncident } from '../pipeline/people.ts';
import type { Desk } from './desk.ts';

export const longestKey = 300;
const longestWhy = 500;

/** Does it; or says, in words for the one who asked, why nothing was changed. */
export async function changing(
  { ledger, log }: Pick<Desk, 'ledger' | 'log'>,
  key: string,
  { change, ...about }: { change: PersonsChange; act: string; by: string },
): Promise<string | undefined> {
  const answer = await changeIncident(ledger, key, change);
  log.info({ key, ...about, answer: answer.kind }, 'slack-app.acted');
  switch (answer.kind) {
    case 'changed':
      return undefined;
    case 'unchanged':
      return `Nothing was changed: ${escaped(answer.why, longestWhy)}.`;
    case 'unknown':
      return `There is no incident \`${codeOf(key)}\`.`;
    case 'busy':
      return `\`${codeOf(key)}\` changes all the time: nothing was done. Try it again.`;
  }
}

/** As it may stand between backticks. */
export function codeOf(text: string): string {
  return escaped(text.replaceAll('`', "'"), longestKey);
}

/** `like`: what is open and may be meant. */
export function unknownKeyWords(key: string, like: readonly string[]): string {
  const shown = like.map((each) => `\`${codeOf(each)}\``).join(', ');
  return `There is no incident \`${codeOf(key)}\`. ${shown === '' ? '`/tocsin status` shows what is open.' : `Open is: ${shown}`}`;
}
