import { parseDuration } from '../domain/message/duration.ts';
import { codeOf } from './changing.ts';
import { aroundDuration, firstWords } from './command-text.ts';

/** A command that is not as it should be: in words which of its words is wrong. */
export type Wrong = { wrong: string };

type Timed = { before: string; forMs: number; after: string };

/** `<first> <duration> <more>`; `first`: what the first is called. */
export function timed(text: string, first: string): Timed | Wrong {
  const { text: word } = firstWords(text);
  const asked = aroundDuration(text);
  if (parseDuration(word) !== undefined && !asked) {
    return { wrong: `\`${word}\` stands first, where I look for the ${first}: the duration comes after it.` };
  }
  return asked ?? { wrong: noDurationWords(text) };
}

/** As people write it who have not read what it takes: `2 h`, `2 Hours`, `90min`. */
const loosely = /(?:^|\s)(\d{1,6})\s*(s|m|h|d)(?:ec|in|r|ay|our|econd|inute)?s?(?=\s|$)/i;

/** Which word may have been meant as the duration, which is none. */
export function noDurationWords(text: string): string {
  const none = text.split(/\s+/).find((word) => parseDuration(word) === 0);
  if (none !== undefined) return `\`${none}\` is no time at all.`;
  const [, count, unit] = loosely.exec(text) ?? [];
  return count === undefined || unit === undefined
    ? `I do not see a duration such as \`2h\` in \`${codeOf(text)}\`.`
    : `I do not see a duration in \`${codeOf(text)}\`: is \`${count}${unit.toLowerCase()}\` meant?`;
}
