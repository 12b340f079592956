import type { z } from 'zod';
import type { Problem } from '../domain/filter/filter.ts';
import { schemaAt } from './schema-at.ts';
import { takesWords, unknownKeyWords } from './schema-words.ts';
import { pathText } from './strict-json.ts';

type Issue = z.core.$ZodIssue;

/** What a schema was asked of: a value, and where in the rules file it stands. */
export type Asked = { value: unknown; base?: readonly PropertyKey[] };

/** What a schema found, with the paths and in the words of a rules file. */
export function problemsOf(error: z.ZodError, { value, base = [] }: Asked): Problem[] {
  return error.issues.flatMap((issue) => problemsIn(issue, [], { value, base }));
}

function problemsIn(issue: Issue, above: PropertyKey[], asked: Required<Asked>): Problem[] {
  const at = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const part = partAt(at, asked);
    return issue.keys.map((key) => ({
      path: pathText([...asked.base, ...at, key]),
      message: unknownKeyWords(key, part),
    }));
  }
  const meant = issue.code === 'invalid_union' ? meantBranch(issue.errors) : undefined;
  if (meant) return meant.flatMap((inner) => problemsIn(inner, at, asked));
  // The name of a source or a destination: what it should be is said one level deeper.
  const told = issue.code === 'invalid_key' ? (issue.issues[0] ?? issue) : issue;
  const message = messageOf(told.message, () => takesWords(partAt(at, asked)));
  return [{ path: pathText([...asked.base, ...at]) || 'the file', message }];
}

/** A file of tests may be the list alone. */
function partAt(at: readonly PropertyKey[], { value, base }: Required<Asked>) {
  const whole = typeof base[0] === 'number' ? ['tests', ...base] : base;
  return schemaAt([...whole, ...at], (steps) => valueBelow(value, at.slice(0, steps - whole.length)));
}

function valueBelow(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (found, step) => (typeof found === 'object' && found !== null ? Reflect.get(found, step) : undefined),
    value,
  );
}

/** Of several forms that a value may have, the one that it has, with faults inside; where that is plain. */
function meantBranch(branches: Issue[][]): Issue[] | undefined {
  const [meant, ...others] = branches.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  return others.length === 0 ? meant : undefined;
}

/** How the library itself begins what a schema has no words for. */
const unworded = /^(?:Invalid |Too (?:small|big)|Unrecognized )/;

function messageOf(message: string, takes: () => string): string {
  if (message.endsWith('received undefined')) return 'is missing';
  return unworded.test(message) ? takes() : message;
}
