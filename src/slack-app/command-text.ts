import { parseDuration } from '../domain/message/duration.ts';

const quoted = /^(["“”„`'])(.+?)["“”`'](?=\s|$)/s;

/** A key as people paste it, with what follows: in quotes as it is, otherwise perhaps several words. */
export type Words = { text: string; isQuoted: boolean; rest: string };

export function firstWords(text: string): Words {
  const [whole = '', , inner] = quoted.exec(text) ?? [];
  if (inner !== undefined) return { text: inner, isQuoted: true, rest: text.slice(whole.length).trim() };
  const [first = ''] = /^\S+/.exec(text) ?? [];
  return { text: first, isQuoted: false, rest: text.slice(first.length).trim() };
}

/** Everything that may be meant by a key at the beginning, the longest first, with what then follows. */
export function keysMeant(text: string): { key: string; rest: string }[] {
  const first = firstWords(text);
  if (first.isQuoted) return [{ key: first.text, rest: first.rest }];
  const ends = [...text.matchAll(/\S(?=\s|$)/g)].slice(0, mostWords).map(({ index }) => index + 1);
  return ends.toReversed().map((end) => ({ key: text.slice(0, end), rest: text.slice(end).trim() }));
}

const mostWords = 30;

/** What stands before the first duration, the duration, and what stands behind it. */
export function aroundDuration(text: string): { before: string; forMs: number; after: string } | undefined {
  const first = firstWords(text);
  const from = first.isQuoted ? text.length - first.rest.length : first.text.length;
  for (const { 0: word, index } of text.slice(from).matchAll(/\S+/g)) {
    const forMs = parseDuration(word) ?? 0;
    if (forMs <= 0) continue;
    const before = first.isQuoted ? first.text : text.slice(0, from + index).trim();
    return { before, forMs, after: text.slice(from + index + word.length).trim() };
  }
  return undefined;
}

/** The JSON object at the beginning, and what follows; curly quotes, which keyboards make, are as good as straight ones. */
export function leadingJson(typed: string): { json: string; rest: string } | undefined {
  const text = typed.replace(/[“”„]/g, '"');
  let depth = 0;
  for (const { 0: part, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    if (part === '{') depth += 1;
    if (part === '}') depth -= 1;
    if (depth === 0) return { json: text.slice(0, index + 1), rest: text.slice(index + 1).trim() };
  }
  return undefined;
}
