import { setTimeout as delay } from 'node:timers/promises';
import type { App, RespondFn, ViewResponseAction } from '@slack/bolt';
import { LedgerUnavailable } from '../ledger/ledger.ts';
import { wordsOf } from './bolt-log.ts';
import { commanded } from './command.ts';
import type { Desk } from './desk.ts';
import { once } from './once.ts';
import { readCommand, readPress, readSubmission, snoozeForm } from './payload.ts';
import type { Submitted } from './press.ts';
import { pressed, submitted } from './press.ts';
import { isResponseAddress } from './response-address.ts';
import { insteadOfForm, insteadOfUnreadable } from './snooze-form.ts';

/** Slack waits for three seconds; what takes longer is answered beside. */
const soonMs = 2_000;

/** Everything that Slack may tell an app is acknowledged; what is ours is done. */
export function listenTo(app: App, desk: Desk): void {
  const presses = once<string | undefined>();
  const commands = once<string>();
  const forms = once<Submitted>();

  app.action({}, async ({ body, ack, respond }) => {
    const press = readPress(body);
    if (!press) return ack();
    const { isFirst, answer } = presses(press.interaction, () => spoken(desk, () => pressed(press, desk)));
    await soon(answer);
    await ack();
    const words = await answer;
    if (isFirst && words !== undefined) await say(words, { respond, address: addressIn(body) }, desk);
  });

  app.command(/^/, async ({ body, ack, respond }) => {
    const command = readCommand(body);
    if (!command) return ack();
    const { isFirst, answer } = commands(command.interaction, () => spoken(desk, () => commanded(command, desk)));
    const words = await soon(answer);
    if (words !== undefined) return ack(toThemAlone(words));
    await ack();
    if (isFirst) await say(await answer, { respond, address: addressIn(body) }, desk);
  });

  app.view(/^/, async ({ body, ack }) => {
    const submission = readSubmission(body);
    if (!submission) return ack();
    if (submission === 'unreadable') {
      desk.log.warn({ what: 'form' }, 'slack-app.unreadable');
      return ack(insteadOfUnreadable);
    }
    const { answer } = forms(submission.interaction, () => filledIn(desk, () => submitted(submission, desk)));
    const answered = await soon(answer.then((refused) => ({ refused })));
    return ack(inPlaceOf(answered ? answered.refused : { words: slowWords }));
  });

  app.shortcut({}, async ({ ack }) => ack());
  app.options({}, async ({ ack }) => ack());
}

/** What the form is answered: nothing closes it. */
function inPlaceOf(refused: Submitted): ViewResponseAction | undefined {
  if (!refused) return undefined;
  if ('until' in refused) return { response_action: 'errors', errors: { [snoozeForm.until]: refused.until } };
  return { response_action: 'update', view: insteadOfForm(refused.words) };
}

const slowWords = 'This takes longer than it should: the message shows whether it was done.';
const failedWords = 'This failed on our side, and may not have been done. Try it again.';
const silentWords = 'The ledger does not answer: this may not have been done. Try it again.';

/** What it comes to; where it fails, words that say so. */
async function spoken<T>(desk: Pick<Desk, 'log'>, work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    const isSilent = error instanceof LedgerUnavailable;
    desk.log[isSilent ? 'warn' : 'error']({ err: error }, 'slack-app.failed');
    return isSilent ? silentWords : failedWords;
  }
}

async function filledIn(desk: Pick<Desk, 'log'>, work: () => Promise<Submitted>): Promise<Submitted> {
  const answer = await spoken(desk, work);
  return typeof answer === 'string' ? { words: answer } : answer;
}

/** What it comes to, if it comes soon. */
async function soon<T>(answer: Promise<T>): Promise<T | undefined> {
  const came = new AbortController();
  const late = delay(soonMs, undefined, came).catch(() => undefined);
  const first = await Promise.race([answer, late]);
  came.abort();
  return first;
}

function toThemAlone(text: string) {
  return { response_type: 'ephemeral' as const, text };
}

type Whom = { respond: RespondFn; address: string };

function addressIn(body: object): string {
  return 'response_url' in body ? String(body.response_url) : '';
}

/** The address to answer to is good for half an hour; what cannot be said is lost, and nothing else with it. */
async function say(text: string, { respond, address }: Whom, { apiUrl, log }: Desk): Promise<void> {
  if (!isResponseAddress(address, apiUrl)) {
    return log.warn({ host: URL.canParse(address) ? new URL(address).host : '' }, 'slack-app.unsaid');
  }
  try {
    await respond({ ...toThemAlone(text), replace_original: false });
  } catch (error) {
    log.warn({ bolt: wordsOf(error) }, 'slack-app.unsaid');
  }
}
