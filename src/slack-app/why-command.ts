import { refOf } from '../destinations/slack/message-ref.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Verb } from './command.ts';
import { firstWords } from './command-text.ts';
import { addressOf } from './press.ts';
import { whyText } from './why.ts';

/** `/tocsin why <key or link to a message>`. */
export const whyCommand: Verb = async (rest, _command, { ledger }) => {
  if (rest === '') return { wrong: 'Say of what: a key, or a link to a message.' };
  const link = linkIn(rest);
  if (!link) return whyText(ledger, { key: firstWords(rest).isQuoted ? firstWords(rest).text : rest });
  const told = await toldAs(link, ledger);
  if (told) return whyText(ledger, { key: told.key, number: told.number });
  return 'That is no message of mine, or one that I have forgotten. `/tocsin status` shows what is open.';
};

/** As Slack copies it: https://docs.slack.dev/reference/methods/chat.getPermalink. A reply names its root. */
const form = /^<?https:\/\/[\w.-]+\/archives\/(\w+)\/p(\d+)(\d{6})(?:\?(?:[^\s>|]*&)?thread_ts=(\d+\.\d+))?/;

type Link = { channel: string; ts: string };

function linkIn(text: string): Link | undefined {
  const [, channel, seconds, micros, root] = form.exec(text) ?? [];
  return channel === undefined ? undefined : { channel, ts: root ?? `${seconds}.${micros}` };
}

const pageSize = 100;
/** Older ones are asked for by their key. */
const mostPages = 20;

async function toldAs({ channel, ts }: Link, ledger: Ledger) {
  const address = addressOf(channel);
  const ref = refOf({ channel, ts });
  let after: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const { items, next } = await ledger.listNotifications({
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    });
    const found = items.find(({ told, ...each }) => {
      return each.address === address && [...told.parts, ...(told.replies ?? [])].some((part) => part.ref === ref);
    });
    if (found || next === undefined) return found;
    after = next;
  }
  return undefined;
}
