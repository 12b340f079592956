import type { View } from '@slack/web-api';
import { cutText, oneLine } from '../destinations/plain-text.ts';
import { valueFor } from '../destinations/slack/buttons.ts';
import { escaped } from '../destinations/slack/mrkdwn.ts';
import type { Desk } from './desk.ts';
import { overWords } from './over-words.ts';
import type { Press } from './payload.ts';
import { snoozeForm } from './payload.ts';
import type { ToldThere } from './press.ts';

const hourS = 3_600;
const quarterS = 900;
const longestComment = 300;
/** A plain text in a section: https://docs.slack.dev/reference/block-kit/blocks/section-block */
const longestText = 1_000;

/** Asks until when, in a form; or says why there is none. Slack takes it for three seconds after the press. */
export async function openSnoozeForm(
  press: Press,
  { key, address, end }: ToldThere,
  desk: Desk,
): Promise<string | undefined> {
  if (end) return overWords(key, end, desk);
  const { ledger, channels, ask } = desk;
  const token = channels().get(address)?.token;
  if (token === undefined) return 'Nothing was changed: no destination in the rules file leads here any more.';
  const view = formFor(press, key, await ledger.now());
  const opened = await ask(token, (client) => client.views.open({ trigger_id: press.interaction, view }));
  if (opened.ok) return undefined;
  const instead = '`/tocsin snooze <key> <duration>` does the same';
  return `Nothing was changed: the form could not be opened (${escaped(opened.reason, 300)}). ${instead}.`;
}

function formFor({ about, channel }: Press, key: string, now: number): View {
  const soon = Math.ceil((now / 1_000 + hourS) / quarterS) * quarterS;
  const { callbackId, until, comment } = snoozeForm;
  return {
    type: 'modal',
    callback_id: callbackId,
    private_metadata: `${channel} ${valueFor(about)}`,
    title: { type: 'plain_text', text: 'Snooze' },
    submit: { type: 'plain_text', text: 'Snooze' },
    close: { type: 'plain_text', text: 'Cancel' },
    blocks: [
      { type: 'section', text: { type: 'plain_text', text: cutText(oneLine(key), longestText) } },
      {
        type: 'input',
        block_id: until,
        label: { type: 'plain_text', text: 'Nothing about it rings until' },
        element: { type: 'datetimepicker', action_id: until, initial_date_time: soon },
      },
      {
        type: 'input',
        block_id: comment,
        optional: true,
        label: { type: 'plain_text', text: 'A word about it, for the others' },
        element: { type: 'plain_text_input', action_id: comment, max_length: longestComment },
      },
    ],
  };
}

/** What takes the form's place when it was not done. `words` are markup. */
export function insteadOfForm(words: string): View {
  return {
    type: 'modal',
    title: { type: 'plain_text', text: 'Snooze' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text: words } }],
  };
}

/** Acknowledged alone, the form would close as if it had been done. */
export const insteadOfUnreadable = {
  response_action: 'update' as const,
  view: insteadOfForm(
    'This form could not be read: nothing was changed. `/tocsin snooze &lt;key&gt; &lt;duration&gt;` does the same.',
  ),
};
