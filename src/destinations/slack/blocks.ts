import type { Message } from '../../domain/message/message.ts';
import type { Actions } from './buttons.ts';
import { buttonsOf } from './buttons.ts';
import { colour, headline } from './headline.ts';
import { escaped, fittingLines, moment } from './mrkdwn.ts';
import { providersTable } from './providers-table.ts';

/** A message as both Slack destinations send it; in its short form, text alone. */
export type SlackRendering = { text: string; blocks?: Block[]; attachments?: Attachment[] };

export type FullRendering = Required<SlackRendering>;

type Attachment = { color: string; blocks: Block[] };
type Block = { type: 'section'; text: Mrkdwn } | { type: 'context'; elements: [Mrkdwn] } | Actions;
/** Verbatim: a bare address or name from outside is not made a link. */
type Mrkdwn = { type: 'mrkdwn'; text: string; verbatim: true };

/**
 * What is known beside the message, links as markup. `before`: to what was told of the episode before. `former`: to
 * what was told of this one, and cannot be changed any more. `buttons`: the id of what is told, where somebody hears what
 * is pressed.
 */
export type Surroundings = {
  before?: string | undefined;
  former?: string | undefined;
  anew?: boolean;
  buttons?: string | undefined;
};

/**
 * How long each part may be as sent. With the title (twice) and the table of providers all stays well below 9,000
 * characters of text and 15,000 of JSON, beyond which Slack was seen to answer `msg_blocks_too_long`
 * (https://github.com/slackapi/bolt-js/issues/2867), and each below the 3,000 of a text object and the 4,000 of an
 * update's `text`.
 */
const most = {
  end: 500,
  text: 2_000,
  line: 1_900,
  facts: 1_800,
  fact: 400,
  name: 100,
  auth: 400,
  person: 100,
  comment: 300,
  origin: 200,
  key: 300,
};

/**
 * The headline as a block, and as the text that a phone's notification shows; all else in an attachment, the only thing
 * with a colour bar. With blocks an edited message bears no "(edited)". Every text from outside is escaped and cut.
 */
export function renderForSlack(message: Message, around: Surroundings = {}): FullRendering {
  const { state, title } = headline(message, around.anew);
  const paragraphs = [
    ending(message),
    standing(message, around),
    ownWords(message),
    findings(message),
    placements(message),
  ];
  const sections = paragraphs.filter((lines) => lines.length > 0).map(section);
  return {
    text: `${state} ${title}`,
    blocks: [section([`*${state}* ${title}`])],
    attachments: [{ color: colour(message), blocks: [...sections, origin(message)] }, ...pressed(message, around)],
  };
}

/** By themselves: Slack folds a long attachment, and what is to be pressed would be hidden with its end. */
function pressed(message: Message, { buttons }: Surroundings): Attachment[] {
  const actions = buttons === undefined ? undefined : buttonsOf(message, buttons);
  return actions ? [{ color: colour(message), blocks: [actions] }] : [];
}

function ending({ end }: Message): string[] {
  if (!end) return [];
  return [
    `*Ended:* ${escaped(end.words, most.end)}`,
    `*Lasted:* ${end.lasted}, until ${moment(end.at)}`,
    ...(end.comment ? [`*Comment:* ${escaped(end.comment, most.comment)}`] : []),
  ];
}

function standing(message: Message, { before, former }: Surroundings): string[] {
  const { state, number, standsInFor, keyless } = message;
  const lines: string[] = [];
  if (standsInFor !== undefined) {
    lines.push(`*Stands in for* ${escaped(standsInFor, most.person)}, which could not be told.`);
  }
  if (number > 1 && state !== 'notice') lines.push(`*Reopened:* episode ${number}${before ? `, after ${before}` : ''}`);
  if (former) lines.push(`*Told anew:* ${former} cannot be edited any more.`);
  if (state === 'open') lines.push(...people(message));
  if (keyless) lines.push(':warning: Its key had a missing value: it goes by its default key.');
  return lines;
}

/** Who has it, and who wants to hear of it later. */
function people({ acknowledged, snoozed }: Message): string[] {
  const who = ({ by, comment }: { by: string; comment?: string }, when: string) =>
    `${escaped(by, most.person)}${when}${comment ? `: ${escaped(comment, most.comment)}` : ''}`;
  return [
    ...(acknowledged ? [`*Acknowledged* by ${who(acknowledged, `, ${moment(acknowledged.at)}`)}`] : []),
    ...(snoozed ? [`*Snoozed* by ${who(snoozed, ` until ${moment(snoozed.until)}`)}`] : []),
  ];
}

/** What the rule says of it, with its line breaks. */
function ownWords({ text = '' }: Message): string[] {
  const lines = text.split('\n').map((line) => escaped(line, most.line));
  if (lines.every((line) => line === '')) return [];
  return fittingLines(lines, { units: most.text, lines: 20 });
}

/** What was heard of it last; once it is over, while it was not. */
function findings({ facts, failedAuth, end }: Message): string[] {
  const lines = facts.map(({ name, value }) => `*${escaped(name, most.name)}:* ${escaped(value, most.fact)}`);
  const auth = failedAuth.length === 0 ? [] : [`*Authentication:* ${escaped(failedAuth.join(', '), most.auth)}`];
  const found = [...fittingLines(lines, { units: most.facts, lines: 20 }), ...auth];
  return end && found.length > 0 ? ['_Before it ended:_', ...found] : found;
}

function placements({ counts, providers }: Message): string[] {
  const table = providersTable(providers);
  if (!counts) return table;
  const promo = counts.promo === undefined ? [] : [`*Promo* ${counts.promo}`];
  const four = [`*Inbox* ${counts.inbox}`, ...promo, `*Spam* ${counts.spam}`, `*Missing* ${counts.missing}`];
  return [`${four.join(' · ')} of ${counts.total}`, ...table];
}

/** Where it came from; and the key, by which people take it in hand from the command line. */
function origin(message: Message): Block {
  const { state, key, source, occurredAt, deliveryId } = message;
  const at = moment(Date.parse(occurredAt));
  const lines =
    source === 'tocsin'
      ? [source, at]
      : [
          escaped(`${source}${rulesIn(message)}`, most.origin),
          `${at} · delivery ${escaped(deliveryId, most.origin)}`,
          ...(state === 'notice' ? [] : [`key ${escaped(key, most.key)}`]),
        ];
  return { type: 'context', elements: [mrkdwn(lines)] };
}

function rulesIn({ rules }: Message): string {
  return rules.length === 0 ? '' : ` · ${rules.length === 1 ? 'rule' : 'rules'} ${rules.join(', ')}`;
}

function section(lines: string[]): Block {
  return { type: 'section', text: mrkdwn(lines) };
}

function mrkdwn(lines: string[]): Mrkdwn {
  return { type: 'mrkdwn', text: lines.join('\n'), verbatim: true };
}
