import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attemptsKept } from '../history.ts';

/** A Lua script and the columns it touches, in the order of its KEYS. */
export type Script = { name: string; lua: string; keys: readonly string[] };

/**
 * Reads a script that stands next to this file. Its header says which columns it touches (`-- KEYS: …`, which become
 * the fields of `key`) and what is put before it (`-- WITH: …`), so that header and call cannot differ.
 */
export function loadScript(name: string): Script {
  const texts = [...new Set(['prelude', ...withFragments(name)])].map(readLua);
  const keys = [...new Set(texts.flatMap((text) => headerWords(text, 'KEYS')))];
  const fields = keys.map((key, i) => `${key} = KEYS[${i + 1}]`);
  const given = [`local key = { ${fields.join(', ')} }`, `local attemptsKept = ${attemptsKept}`];
  return { name, keys, lua: [...given, ...texts].join('\n') };
}

/** What a script needs, and it, each after what it needs itself. */
function withFragments(name: string): string[] {
  return [...headerWords(readLua(name), 'WITH').flatMap(withFragments), name];
}

function readLua(name: string): string {
  return readFileSync(join(import.meta.dirname, `${name}.lua`), 'utf8');
}

function headerWords(lua: string, word: 'KEYS' | 'WITH'): string[] {
  return [...lua.matchAll(new RegExp(`^-- ${word}: (.+)$`, 'gm'))].flatMap(([, words = '']) => words.trim().split(' '));
}
