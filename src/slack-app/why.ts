import { cutText } from '../destinations/plain-text.ts';
import { escaped, fittingLines, inTheirZone, moment } from '../destinations/slack/mrkdwn.ts';
import type { Episode } from '../domain/incident/incident.ts';
import type { Message } from '../domain/message/message.ts';
import { messageOf } from '../domain/message/message.ts';
import type { Trace } from '../domain/trace.ts';
import { traceText } from '../domain/trace-text.ts';
import type { Attempt, NotificationHistory } from '../ledger/history.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openKeysLike } from '../pipeline/people.ts';
import { codeOf, unknownKeyWords } from './changing.ts';
import { whyWords } from './why-words.ts';

/** "Recommended" for a message's text are 4,000: https://docs.slack.dev/reference/methods/chat.postMessage */
const most = { whole: 3_900, title: 250, key: 200, trace: 1_700, traceLine: 160, told: 1_200, reason: 120, name: 64 };
/** Of all destinations together, so that each has its place. */
const shownAttempts = 12;
const mostAttempts = 5;

export type WhyLedger = Pick<Ledger, 'findIncident' | 'findDeliveries' | 'listIncidents' | 'listSilences' | 'now'>;

/** Why it rang: in words first; then what tripped, what each rule made of it, and what each destination answered. */
export async function whyText(ledger: WhyLedger, about: { key: string; number?: number }): Promise<string> {
  const found = await ledger.findIncident(about.key);
  const episode = found?.episodes.find((each) => about.number === undefined || each.number === about.number);
  if (!found || !episode) return unknownKeyWords(about.key, await openKeysLike(ledger, about.key));
  const message = messageOf(episode);
  const told = found.notifications.filter((each) => each.number === episode.number);
  const above = [
    `*${escaped(message.title, most.title)}*`,
    headOf(episode, message),
    ...(await whyWords(ledger, episode, told)),
  ].join('\n');
  const below = fittingLines(told.flatMap(toldLinesOf(told.length)), { units: most.told, lines: 40 }).join('\n');
  const trace = [...trippedLines(episode), ...traceLines(episode, await traceOf(ledger, episode))];
  const units = Math.min(most.trace, most.whole - above.length - below.length);
  return [above, ...fixedWidth(trace, units), ...(below === '' ? [] : [below])].join('\n');
}

function headOf({ key, number, kind, openedAt }: Episode, { end }: Message): string {
  const what = kind === 'notice' ? 'a notice' : `episode ${number}`;
  const over = end && `ended ${moment(end.at)}: ${escaped(end.words, most.reason)}`;
  const state = over ?? (kind === 'notice' ? 'told once' : 'open');
  return `\`${codeOf(cutText(key, most.key))}\`, ${what}, ${moment(openedAt)}, ${state}`;
}

/** The event that last matched; the ids of two senders may be the same. */
async function traceOf(ledger: Pick<Ledger, 'findDeliveries'>, { said }: Episode): Promise<Trace | undefined> {
  const { id, source } = said.event;
  return (await ledger.findDeliveries(id)).find((each) => each.source === source)?.trace;
}

function trippedLines({ said }: Episode): string[] {
  return said.tripped.map(({ path, op, expected, actual }) => {
    return `tripped: ${path} ${op} ${JSON.stringify(expected)}, is ${JSON.stringify(actual)}`;
  });
}

function traceLines({ said }: Episode, trace: Trace | undefined): string[] {
  const { id, source } = said.event;
  const head = `delivery ${id} of ${source}:`;
  return trace ? [head, ...traceText(trace).split('\n')] : [head, '  (no trace: its details are forgotten)'];
}

/** No backtick: three of them would end the block. */
function fixedWidth(lines: string[], units: number): string[] {
  const shown = lines.map((line) => {
    const [indent = ''] = /^ */.exec(line) ?? [];
    return `${indent}${escaped(line.replaceAll('`', "'"), most.traceLine)}`;
  });
  return ['```', ...fittingLines(shown, { units, lines: 40 }), '```'];
}

function toldLinesOf(destinations: number): (told: NotificationHistory) => string[] {
  const shown = Math.max(1, Math.min(mostAttempts, Math.floor(shownAttempts / destinations)));
  return ({ destination, state, reason, attempts }) => {
    const why = reason ? ` (${inTheirZone(escaped(reason, most.reason))})` : '';
    const skipped = attempts.length - shown;
    return [
      `*${escaped(destination, most.name)}*: ${state}${why}`,
      ...(skipped > 0 ? [`    ${skipped} earlier ${skipped === 1 ? 'attempt' : 'attempts'}`] : []),
      ...attempts.slice(-shown).map(attemptLine),
    ];
  };
}

function attemptLine({ number, startedAt, act, result, reason, late }: Attempt): string {
  const outcome = result === undefined ? 'outcome unknown' : `${act} ${result === 'none' ? '' : result}`.trim();
  const why = reason ? `: ${inTheirZone(escaped(reason, most.reason))}` : '';
  return `    ${number}. ${moment(startedAt)} ${outcome}${late ? ' (late)' : ''}${why}`;
}
