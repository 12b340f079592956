import { durationWords } from '../../domain/duration.ts';
import type { Message } from '../../domain/message.ts';
import { escaped, fittingLines, moment } from './mrkdwn.ts';
import { providersTable } from './providers-table.ts';

/** A message as both Slack destinations send it. */
export type SlackRendering = { text: string; attachments: [{ color: string; blocks: Block[] }] };

type Block = { type: 'section'; text: Mrkdwn } | { type: 'context'; elements: [Mrkdwn] };
/** Verbatim: a bare address or name from outside is not made a link. */
type Mrkdwn = { type: 'mrkdwn'; text: string; verbatim: true };

/**
 * How long each part may be as sent. With the table of providers all stays well below 9,000 characters of text and
 * 15,000 of JSON, beyond which Slack was seen to answer `msg_blocks_too_long`
 * (https://github.com/slackapi/bolt-js/issues/2867), and each below the 3,000 of a text object and the 4,000 of an
 * update's `text`.
 */
const most = { title: 600, end: 500, facts: 1_800, fact: 400, name: 100, auth: 400, person: 100, origin: 200 };

/**
 * The title as text, which a phone's notification shows; all else in an attachment, the only thing with a colour bar.
 * Every text from outside is escaped and cut.
 */
export function renderForSlack(message: Message): SlackRendering {
  const paragraphs = [ending(message), findings(message), placements(message), standing(message)];
  const sections = paragraphs.filter((lines) => lines.length > 0).map(section);
  return {
    text: `${message.test ? '[TEST] ' : ''}${stateWord(message)}: ${escaped(message.title, most.title)}`,
    attachments: [{ color: colour(message), blocks: [...sections, origin(message)] }],
  };
}

const severityWords = { critical: 'Critical', error: 'Error', warning: 'Warning', info: 'Info' } as const;
const severityColours = { critical: '#a30200', error: '#e01e5a', warning: '#ecb22e', info: '#36c5f0' } as const;
const green = '#2eb67d';
const grey = '#868686';

function stateWord(message: Message): string {
  if (message.state === 'notice') return 'Notice';
  if (message.state === 'open') return severityWords[message.severity];
  return isConfirmed(message) ? 'Resolved' : 'Ended';
}

function colour(message: Message): string {
  if (message.state !== 'resolved') return severityColours[message.severity];
  return isConfirmed(message) ? green : grey;
}

/** Quiet, or a rule that is gone, does not say that the trouble is over. */
function isConfirmed({ end }: Message): boolean {
  return end?.why !== 'quiet' && end?.why !== 'orphaned';
}

function ending({ end, openedAt }: Message): string[] {
  if (!end) return [];
  return [
    `*Ended:* ${escaped(end.words, most.end)}`,
    `*Lasted:* ${durationWords(end.at - openedAt)}, until ${moment(end.at)}`,
  ];
}

function findings({ facts, failedAuth }: Message): string[] {
  const lines = facts.map(({ name, value }) => `*${escaped(name, most.name)}:* ${escaped(value, most.fact)}`);
  const auth = failedAuth.length === 0 ? [] : [`*Authentication:* ${escaped(failedAuth.join(', '), most.auth)}`];
  return [...fittingLines(lines, { units: most.facts, lines: 20 }), ...auth];
}

function placements({ counts, providers }: Message): string[] {
  const table = providersTable(providers);
  if (!counts) return table;
  const promo = counts.promo === undefined ? [] : [`*Promo* ${counts.promo}`];
  const four = [`*Inbox* ${counts.inbox}`, ...promo, `*Spam* ${counts.spam}`, `*Missing* ${counts.missing}`];
  return [`${four.join(' · ')} of ${counts.total}`, ...table];
}

function standing({ state, acknowledged, snoozed, keyless }: Message): string[] {
  const lines: string[] = [];
  if (state === 'open' && acknowledged) {
    lines.push(`*Acknowledged* by ${escaped(acknowledged.by, most.person)}, ${moment(acknowledged.at)}`);
  }
  if (state === 'open' && snoozed) {
    lines.push(`*Snoozed* by ${escaped(snoozed.by, most.person)} until ${moment(snoozed.until)}`);
  }
  if (keyless) lines.push(':warning: Its key had a missing value: it goes by its default key.');
  return lines;
}

function origin(message: Message): Block {
  const rules =
    message.rules.length === 0 ? '' : ` · ${message.rules.length === 1 ? 'rule' : 'rules'} ${message.rules.join(', ')}`;
  const lines = [
    escaped(`${message.source}${rules}`, most.origin),
    `${moment(Date.parse(message.occurredAt))} · delivery ${escaped(message.deliveryId, most.origin)}`,
  ];
  return { type: 'context', elements: [mrkdwn(lines)] };
}

function section(lines: string[]): Block {
  return { type: 'section', text: mrkdwn(lines) };
}

function mrkdwn(lines: string[]): Mrkdwn {
  return { type: 'mrkdwn', text: lines.join('\n'), verbatim: true };
}
