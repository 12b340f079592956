import { durationWords } from '../domain/duration.ts';
import { openKeysLike } from '../pipeline/people.ts';
import type { Asking } from './changing.ts';
import { changing, codeOf, unknownKeyWords } from './changing.ts';
import type { Verb } from './command.ts';
import { aroundDuration, keysMeant } from './command-text.ts';
import type { Desk } from './desk.ts';
import type { Command } from './payload.ts';
import { byWords } from './payload.ts';

/** `/tocsin resolve <key> [comment]`. */
export const resolveCommand: Verb = async (rest, command, desk) => {
  const meant = keysMeant(rest);
  if (meant.length === 0) return undefined;
  const known = await desk.ledger.readIncidents(meant.map(({ key }) => key));
  const chosen = meant.find(({ key }) => known.has(key));
  // A word alone may be meant as a key, and the rest as a comment.
  if (!chosen) return unknown(meant.at(-1)?.key ?? '', desk);
  const asking = { what: 'resolve' as const, ...personsAct(command, chosen.rest) };
  return acting(desk, { command, key: chosen.key, asking, done: 'is resolved' });
};

const longestMs = 365 * 86_400_000;

/** `/tocsin snooze <key> <duration> [comment]`. */
export const snoozeCommand: Verb = async (rest, command, desk) => {
  const asked = aroundDuration(rest);
  if (!asked || asked.before === '') return undefined;
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
