import { changeWords } from '../../domain/message/change-words.ts';
import type { Order } from '../destination.ts';
import { renderForSlack, type SlackRendering } from './blocks.ts';
import { permalink, readRef } from './message-ref.ts';
import { escaped } from './mrkdwn.ts';
import { shortForm } from './short-form.ts';

/** A reply is one paragraph. */
const mostReply = 900;

/**
 * What is sent for an order: the message, in its full or its short form, or a reply about one change. `workspace` is
 * what links begin with; `anew`: the severity is another than in the message that was posted before; `buttons`: what is
 * pressed is heard.
 */
export function renderOrder(
  order: Order,
  how: { workspace?: string | undefined; anew?: boolean; buttons?: boolean } = {},
): SlackRendering {
  const { act, message, change, short } = order;
  if (act === 'reply' && change) return { text: escaped(changeWords(change, message), mostReply) };
  const buttons = how.buttons ? order.notificationId : undefined;
  const { before, former } = order;
  const around = {
    before: before && linkTo(before.ref, `episode ${before.number}`, how.workspace),
    former: linkTo(former, 'the message before', how.workspace),
    anew: how.anew ?? false,
    buttons,
  };
  return short ? shortForm(message, around) : renderForSlack(message, around);
}

function linkTo(ref: string | undefined, words: string, workspace: string | undefined): string | undefined {
  const told = readRef(ref);
  return told && workspace !== undefined ? `<${permalink(told, workspace)}|${words}>` : undefined;
}
