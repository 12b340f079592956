import { durationWords } from '../domain/message/duration.ts';
import { openKeysLike } from '../pipeline/people.ts';
import type { Asking } from './changing.ts';
import { changing, codeOf, unknownKeyWords } from './changing.ts';
import type { Verb } from './command.ts';
import { keysMeant } from './command-text.ts';
import type { Desk } from './desk.ts';
import type { Command } from './payload.ts';
import { byWords } from './payload.ts';
import type { Wrong } from './wrong-words.ts';
import { timed } from './wrong-words.ts';

/** `/tocsin ack <key> [comment]`. */
export const ackCommand: Verb = (rest, command, desk) =>
  onKey(rest, { command, desk, what: 'acknowledge', done: 'is acknowledged' });

/** `/tocsin resolve <key> [comment]`. */
export const resolveCommand: Verb = (rest, command, desk) =>
  onKey(rest, { command, desk, what: 'resolve', done: 'is resolved' });

type OnKey = { command: Command; desk: Desk; what: 'acknowledge' | 'resolve'; done: string };

async function onKey(rest: string, { command, desk, what, done }: OnKey): Promise<string | Wrong> {
  const meant = keysMeant(rest);
  if (meant.length === 0) return { wrong: 'Say which: its key.' };
  const known = await desk.ledger.readIncidents(meant.map(({ key }) => key));
  const chosen = meant.find(({ key }) => known.has(key));
  // A word alone may be meant as a key, and the rest as a comment.
  if (!chosen) return unknown(meant.at(-1)?.key ?? '', desk);
  const asking = { what, ...personsAct(command, chosen.rest) };
  return acting(desk, { command, key: chosen.key, asking, done });
}

const longestMs = 365 * 86_400_000;

/** `/tocsin snooze <key> <duration> [comment]`. */
export const snoozeCommand: Verb = async (rest, command, desk) => {
  if (rest === '') return { wrong: 'Say what is to be snoozed, and for how long.' };
  const asked = timed(rest, 'key');
  if ('wrong' in asked) return asked;
  const { before: key, forMs, after } = asked;
  if (forMs > longestMs) return 'A snooze may last a year at the most.';
  const until = (await desk.ledger.now()) + forMs;
  const asking = { what: 'snooze' as const, ...personsAct(command, after), until };
  return acting(desk, { command, key, asking, done: `is snoozed for ${durationWords(forMs)}` });
};

function personsAct({ user }: Command, comment: string) {
  return { by: byWords(user), ...(comment === '' ? {} : { comment }) };
}

type Acting = { command: Command; key: string; asking: Asking; done: string };

async function acting(desk: Desk, { command, key, asking, done }: Acting): Promise<string> {
  const incident = (await desk.ledger.readIncidents([key])).get(key);
  if (!incident) return unknown(key, desk);
  const told = incident.rung.map((each) => each.address);
  const refusal = await desk.operators.refusalAtAll(command.user.id, told);
  if (refusal !== undefined) return refusal;
  return (await changing(desk, key, asking)) ?? `\`${codeOf(key)}\` ${done}.`;
}

async function unknown(key: string, { ledger }: Desk): Promise<string> {
  return unknownKeyWords(key, await openKeysLike(ledger, key));
}
