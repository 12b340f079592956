import { escaped } from '../destinations/slack/mrkdwn.ts';
import { nearest } from '../domain/filter/nearest.ts';
import { firstWords } from './command-text.ts';
import type { Desk } from './desk.ts';
import type { Command } from './payload.ts';
import { ackCommand, resolveCommand, snoozeCommand } from './person-command.ts';
import { silenceCommand } from './silence-command.ts';
import { statusText } from './status.ts';
import { testCommand } from './test-command.ts';
import { whyCommand } from './why-command.ts';
import type { Wrong } from './wrong-words.ts';

/** What a verb answers; or which of its words is wrong. */
export type Verb = (rest: string, command: Command, desk: Desk) => Promise<string | Wrong>;

const verbs: Readonly<Record<string, { run: Verb; takes: string; does: string }>> = {
  status: {
    run: (_rest, _command, desk) => statusText(desk),
    takes: '',
    does: 'what is open, dead letters, when each source was last heard',
  },
  why: { run: whyCommand, takes: '<key or link to a message>', does: 'why it rang, and what became of it' },
  ack: { run: ackCommand, takes: '<key> [comment]', does: 'says that you have it in hand' },
  silence: {
    run: silenceCommand,
    takes: '<filter> <duration> <comment>',
    does: 'nothing new rings that matches: a key such as `placement:*`, or JSON such as `{"event": {"domain": "a.example"}}`',
  },
  snooze: { run: snoozeCommand, takes: '<key> <duration> [comment]', does: 'nothing about it rings for so long' },
  resolve: { run: resolveCommand, takes: '<key> [comment]', does: 'over: whoever was told of it is told so' },
  test: { run: testCommand, takes: '<destination>', does: 'tells it a message that is marked as a test' },
  help: { run: async () => helpText(), takes: '', does: 'this' },
};

/** What `/tocsin …` answers, to whoever typed it alone. */
export async function commanded(command: Command, desk: Desk): Promise<string> {
  const { text: word, rest } = firstWords(command.text.trim());
  const name = word.toLowerCase();
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (!verb) return name === '' ? helpText() : `${unknownVerb(name)}\n${helpText()}`;
  const answer = await verb.run(rest, command, desk);
  return typeof answer === 'string' ? answer : `${answer.wrong}\n${usageOf(name)}`;
}

const longestWord = 40;

function unknownVerb(name: string): string {
  const meant = nearest(name, Object.keys(verbs));
  return `There is no "${escaped(name, longestWord)}"${meant ? `: did you mean "${meant}"?` : '.'}`;
}

function helpText(): string {
  return Object.keys(verbs).map(usageOf).join('\n');
}

function usageOf(name: string): string {
  const { takes = '', does = '' } = verbs[name] ?? {};
  return `\`/tocsin ${`${name} ${escaped(takes, longestTakes)}`.trim()}\` ${does}`;
}

const longestTakes = 100;
