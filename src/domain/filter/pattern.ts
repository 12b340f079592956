import { RE2JS } from 're2js';
import type { Place } from './filter.ts';
import type { Question } from './question.ts';

/** Longer values are not looked at: matching is linear in the length, and is to stay short. */
const maxValueBytes = 4 * 1024;
const maxPattern = 1_000;

/** `$regex`: RE2's syntax, unanchored; matched in linear time, so that no value can hold up the others. */
export function regexText(expected: unknown, place: Place): Question {
  return matching(expected, place, (text) => RE2JS.compile(text));
}

/** `$glob`: the whole text; `*` is any run of characters, `?` any one, and a backslash takes the next one as it is. */
export function globText(expected: unknown, place: Place): Question {
  return matching(expected, place, (text) => RE2JS.compile(`^(?:${globPattern(text)})$`, RE2JS.DOTALL));
}

function matching(expected: unknown, place: Place, compile: (text: string) => RE2JS): Question {
  const pattern = compiled(expected, place, compile);
  return (value) => {
    if (!pattern || typeof value !== 'string' || Buffer.byteLength(value) > maxValueBytes) return 'unknown';
    return pattern.matcher(value).find() ? 'match' : 'no-match';
  };
}

function compiled(expected: unknown, place: Place, compile: (text: string) => RE2JS): RE2JS | undefined {
  const fault = (message: string) => {
    place.problems.push({ path: place.at, message });
    return undefined;
  };
  if (typeof expected !== 'string' || expected === '') return fault('takes a text of at least one character');
  if (expected.length > maxPattern) return fault(`takes at most ${maxPattern} characters`);
  try {
    return compile(expected);
  } catch (error) {
    return fault(`${error instanceof Error ? error.message : String(error)}; what stands there is RE2's syntax`);
  }
}

function globPattern(glob: string): string {
  return glob.replace(/\\(.)|[\s\S]/gu, (part, escaped?: string) => {
    if (escaped !== undefined) return RE2JS.quote(escaped);
    if (part === '*') return '.*';
    return part === '?' ? '.' : RE2JS.quote(part);
  });
}
