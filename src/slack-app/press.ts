import type { About } from '../destinations/slack/buttons.ts';
import type { Ending } from '../domain/message/message.ts';
import { messageOf } from '../domain/message/message.ts';
import type { Asking } from './changing.ts';
import { changing } from './changing.ts';
import type { Desk } from './desk.ts';
import { overWords } from './over-words.ts';
import type { Press, Submission } from './payload.ts';
import { byWords } from './payload.ts';
import { snoozeEnd } from './snooze-end.ts';
import { openSnoozeForm } from './snooze-form.ts';
import { whyText } from './why.ts';

const unknownMessage =
  'This message is about something that I do not know, or have forgotten: nothing was changed. `/tocsin status` shows what is open.';

/** What somebody pressed is done; what there is to say to them alone, if anything. */
export async function pressed(press: Press, desk: Desk): Promise<string | undefined> {
  const told = await toldThere(press, desk);
  if (!told) return unknownMessage;
  const { key, number: episode } = told;
  if (press.action === 'why') return whyText(desk.ledger, { key, number: episode });
  const refusal = await desk.operators.refusalAt(press.user.id, told.address);
  if (refusal !== undefined) return refusal;
  if (press.action !== 'snooze') {
    return acting(told, desk, { what: press.action, by: byWords(press.user), episode });
  }
  return press.choice === 'other' ? openSnoozeForm(press, told, desk) : snoozePressed(press, told, desk);
}

/** A button says what it is about; it counts for what the ledger knows to have been told there. */
async function toldThere(
  { about, channel }: { about: About; channel: string },
  { ledger }: Desk,
): Promise<ToldThere | undefined> {
  const found = await ledger.findNotification(about.notificationId);
  if (!found) return undefined;
  const { key, number, address } = found.notification;
  return number === about.number && address === addressOf(channel)
    ? { key, number, address, end: messageOf(found.episode).end }
    : undefined;
}

export type ToldThere = { key: string; number: number; address: string; end: Ending | undefined };

/** As `changing`; who presses on the message of what has ended is told how it did. */
async function acting({ key, end }: ToldThere, desk: Desk, asking: Asking): Promise<string | undefined> {
  const words = await changing(desk, key, asking);
  return words !== undefined && end ? overWords(key, end, desk) : words;
}

export function addressOf(channel: string): string {
  return `slack:${channel}`;
}

async function snoozePressed(
  press: Extract<Press, { action: 'snooze' }>,
  told: ToldThere,
  desk: Desk,
): Promise<string | undefined> {
  const { until, note } = await snoozeEnd(press, told.address, desk);
  const asking = { what: 'snooze', by: byWords(press.user), until, episode: told.number } as const;
  return (await acting(told, desk, asking)) ?? note;
}

/** A form that was filled in: what there is to say about it, if it was not done; `until` is wrong. */
export type Submitted = { until: string } | { words: string } | undefined;

const longestMs = 365 * 86_400_000;

export async function submitted(submission: Submission, desk: Desk): Promise<Submitted> {
  const told = await toldThere(submission, desk);
  if (!told) return { words: unknownMessage };
  const refusal = await desk.operators.refusalAt(submission.user.id, told.address);
  if (refusal !== undefined) return { words: refusal };
  const { until, comment } = submission;
  const now = await desk.ledger.now();
  if (until === undefined) return { until: 'Say until when.' };
  if (until <= now) return { until: 'That is over already: a snooze ends in the future.' };
  if (until - now > longestMs) return { until: 'A snooze may last a year at the most.' };
  const by = byWords(submission.user);
  const said = comment === '' ? {} : { comment };
  const words = await acting(told, desk, { what: 'snooze', by, until, episode: told.number, ...said });
  return words === undefined ? undefined : { words };
}
