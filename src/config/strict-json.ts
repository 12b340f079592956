import { printParseErrorCode, visit } from 'jsonc-parser';
import type { Problem } from '../domain/filter/filter.ts';

/** A JSON text read with its faults, and the line (from 1) on which each path stands. */
export type StrictJson = { value: unknown; problems: Problem[]; lines: ReadonlyMap<string, number> };

/**
 * Reads JSON and finds what `JSON.parse` passes over in silence: a key that stands twice (the last would win), and
 * `__proto__`. `value` is `undefined` when the text is no JSON.
 */
export function readStrictJson(text: string): StrictJson {
  const tooMuch = tooMuchIn(text);
  if (tooMuch) return { value: undefined, problems: [{ path: 'the file', message: tooMuch }], lines: new Map() };
  const problems: Problem[] = [];
  const lines = new Map<string, number>();
  const open: Map<string, number>[] = [];
  const keepLine = (path: string, line: number) => void lines.set(path, lines.get(path) ?? line + 1);
  visit(
    text,
    {
      onObjectBegin: (_offset, _length, line, _column, path) => {
        keepLine(pathText(path()), line);
        open.push(new Map());
      },
      onObjectEnd: () => void open.pop(),
      onArrayBegin: (_offset, _length, line, _column, path) => keepLine(pathText(path()), line),
      onObjectProperty: (name, _offset, _length, line, _column, path) => {
        const at = pathText([...path(), name]);
        const keys = open.at(-1);
        const before = keys?.get(name);
        if (before !== undefined)
          problems.push({ path: at, message: `stands twice (line ${before + 1} too): leave one out` });
        if (name === '__proto__') problems.push({ path: at, message: 'is no key that can be used' });
        keys?.set(name, line);
        lines.set(at, line + 1);
      },
      onLiteralValue: (_value, _offset, _length, line, _column, path) => keepLine(pathText(path()), line),
      onError: (code, _offset, _length, line, column) => {
        const words = printParseErrorCode(code)
          .replace(/([a-z])([A-Z])/g, '$1 $2')
          .toLowerCase();
        problems.push({ path: `line ${line + 1}, column ${column + 1}`, message: `this is no JSON: ${words}` });
      },
    },
    { disallowComments: true, allowTrailingComma: false },
  );
  return { value: parsed(text), problems, lines };
}

/** Ten thousand rules take some 5 MiB; what is larger, or nested deeper than any rule, would hold up all else. */
const mostCharacters = 16 * 1024 * 1024;
const mostLevels = 100;

function tooMuchIn(text: string): string | undefined {
  if (text.length > mostCharacters) return `is longer than ${mostCharacters / 1024 / 1024} MiB`;
  let levels = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{}]/gs)) {
    if (token === '[' || token === '{') levels += 1;
    else if (token === ']' || token === '}') levels -= 1;
    if (levels > mostLevels) return `is nested deeper than ${mostLevels} levels`;
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A path as people write it: `rules[0].when.inboxRate`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}
