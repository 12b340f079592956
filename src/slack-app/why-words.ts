import { escaped, fittingLines, inTheirZone, moment } from '../destinations/slack/mrkdwn.ts';
import type { Episode } from '../domain/incident/incident.ts';
import { messageOf } from '../domain/message/message.ts';
import { comparisonWords } from '../domain/message/value-words.ts';
import { heldBy } from '../domain/telling/holding.ts';
import { compileSilences } from '../domain/telling/silence.ts';
import type { NotificationHistory } from '../ledger/history.ts';
import type { Ledger } from '../ledger/ledger.ts';

const most = { wrong: 160, person: 60, name: 64, reason: 100, told: 300, held: 160 };

/** How it stands, for somebody with a phone in their hand: what is wrong, who has it, who was told, what holds it back. */
export async function whyWords(
  ledger: Pick<Ledger, 'listSilences' | 'now'>,
  episode: Episode,
  told: readonly NotificationHistory[],
): Promise<string[]> {
  return [wrongLine(episode), ...inHand(episode), toldLine(told), ...(await heldBack(ledger, episode))];
}

function wrongLine(episode: Episode): string {
  const { said, kind, end } = episode;
  const { title, rules, source, occurredAt } = messageOf(episode);
  const what = said.tripped.length === 0 ? title : said.tripped.map(comparisonWords).join(', ');
  const name = kind === 'notice' ? 'What it is about' : end ? 'What was wrong' : 'What is wrong';
  const by = escaped(`${rules.length === 1 ? 'rule' : 'rules'} ${rules.join(', ')}`, most.name);
  const heard = `${escaped(source, most.name)}, ${moment(Date.parse(occurredAt))}`;
  return `*${name}:* ${escaped(what, most.wrong)} (${by}; heard of ${heard})`;
}

function inHand({ kind, end, acknowledged }: Episode): string[] {
  if (kind === 'notice' || end) return [];
  const who = acknowledged && `${escaped(acknowledged.by, most.person)}, since ${moment(acknowledged.at)}`;
  return [`*In hand:* ${who ?? 'nobody has acknowledged it'}`];
}

function toldLine(told: readonly NotificationHistory[]): string {
  if (told.length === 0) return '*Told:* nobody';
  const stands = told.map((each) => ({ name: escaped(each.destination, most.name), how: standing(each) }));
  const isCurrent = stands.every(({ how }) => how === upToDate);
  const each = stands.map(({ name, how }) => (isCurrent ? name : `${name} (${how})`));
  const names = fittingLines(each, { units: most.told, lines: each.length }).join(', ');
  if (!isCurrent) return `*Told:* ${names}`;
  return `*Told:* ${names}: ${stands.length === 1 ? upToDate : `all of them ${upToDate}`}`;
}

const upToDate = 'up to date';

function standing({ state, told, reason = '' }: NotificationHistory): string {
  const why = reason === '' ? '' : `: ${inTheirZone(escaped(reason, most.reason))}`;
  switch (state) {
    case 'settled':
      return told.opened === 'no' ? 'nothing was told there' : upToDate;
    case 'dead':
      return `could not be told${why}`;
    default:
      return `${told.opened === 'no' ? 'not told yet' : 'not up to date yet'}${why}`;
  }
}

async function heldBack(ledger: Pick<Ledger, 'listSilences' | 'now'>, episode: Episode): Promise<string[]> {
  if (episode.end) return [];
  const [silences, now] = await Promise.all([ledger.listSilences({ over: false }), ledger.now()]);
  const begun = silences.filter(({ startsAt }) => startsAt <= now);
  const held = heldBy(episode, compileSilences(begun), now);
  return held ? [`*Held back:* nothing new rings about it: ${inTheirZone(escaped(held.why, most.held))}`] : [];
}
