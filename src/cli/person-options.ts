import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { Misuse } from './misuse.ts';

/** Who did it, and what they say of it. */
export type PersonOptions = { by?: string; comment?: string };

/** As the incident keeps them: what is longer would be cut. */
const longest = { by: 100, comment: 300 };

export function withPersonOptions(command: Command): Command {
  return command
    .option('--by <name>', 'who does it (the user of this machine)')
    .option('--comment <text>', 'a word about it, for the others');
}

/** The words as they are kept. */
export function personOf({ by, comment }: PersonOptions): { by: string; comment?: string } {
  const name = fitting('by', by ?? userOfMachine());
  if (name === '') throw new Misuse('--by is empty: who does it?');
  const words = fitting('comment', comment ?? '');
  return { by: name, ...(words === '' ? {} : { comment: words }) };
}

function fitting(option: keyof typeof longest, text: string): string {
  const words = text.trim().toWellFormed();
  if (words.length <= longest[option]) return words;
  throw new Misuse(`--${option} takes at most ${longest[option]} characters, not ${words.length}`);
}

/** A container may run under a number that no name belongs to. */
function userOfMachine(): string {
  try {
    return userInfo().username;
  } catch {
    return 'command line';
  }
}
