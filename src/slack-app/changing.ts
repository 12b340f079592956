import { escaped, inTheirZone } from '../destinations/slack/mrkdwn.ts';
import type { Incident } from '../domain/incident/incident.ts';
import type { Asked } from '../domain/incident/people.ts';
import { acknowledge, resolveByHand, snooze, standsAlready } from '../domain/incident/people.ts';
import type { Settled } from '../domain/incident/settle.ts';
import { changeIncident } from '../pipeline/people.ts';
import type { Desk } from './desk.ts';

const longestKey = 300;
const longestWhy = 500;

/** What somebody asks for; when, the ledger says. */
export type Asking = { by: string; episode?: number; comment?: string } & (
  | { what: 'acknowledge' | 'resolve' }
  | { what: 'snooze'; until: number }
);

/**
 * Does it; or says, in words for the one who asked, why nothing was changed. Nothing where it is as they asked for, and
 * by themself: Slack may say a thing twice, to two processes.
 */
export async function changing(
  { ledger, log }: Pick<Desk, 'ledger' | 'log'>,
  key: string,
  asking: Asking,
): Promise<string | undefined> {
  const { what: act, by } = asking;
  const answer = await changeIncident(ledger, key, (incident, at) => changed(incident, { ...asking, at }));
  log.info({ key, act, by, answer: answer.kind }, 'slack-app.acted');
  switch (answer.kind) {
    case 'changed':
      return undefined;
    case 'unchanged':
      if (standsAlready(answer.incident, { ...asking, at: await ledger.now() })) return undefined;
      return `Nothing was changed: ${inTheirZone(escaped(answer.why, longestWhy))}.`;
    case 'unknown':
      return `There is no incident \`${codeOf(key)}\`.`;
    case 'busy':
      return `\`${codeOf(key)}\` changes all the time: nothing was done. Try it again.`;
  }
}

function changed(incident: Incident, asked: Asked): Settled | string {
  switch (asked.what) {
    case 'acknowledge':
      return acknowledge(incident, asked);
    case 'resolve':
      return resolveByHand(incident, asked);
    case 'snooze':
      return snooze(incident, asked);
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
