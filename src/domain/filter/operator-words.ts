import { nearest } from './nearest.ts';

/** The same in other languages of filters, as MongoDB's and Hookdeck's. */
const elsewhere: Readonly<Record<string, string>> = {
  ...{ $le: '$lte', $ge: '$gte', $neq: '$ne', $notin: '$nin', $size: '$count', $length: '$count', $match: '$regex' },
  ...{ $matches: '$regex', $equals: '$eq', $equal: '$eq', $is: '$eq', $like: '$glob', $some: '$any', $every: '$all' },
  ...{ $lessthan: '$lt', $greaterthan: '$gt', $less: '$lt', $greater: '$gt', $nor: '$not', $exist: '$exists' },
};

const escaped = (text: string) => text.replace(/[*?\\]/g, '\\$&');

/** What takes more than another name. */
const rewritten: Readonly<Record<string, (expected: unknown) => unknown>> = {
  $startswith: (text) => ({ $glob: typeof text === 'string' ? `${escaped(text)}*` : 'x*' }),
  $endswith: (text) => ({ $glob: typeof text === 'string' ? `*${escaped(text)}` : '*x' }),
  $contains: (text) => ({ $glob: typeof text === 'string' ? `*${escaped(text)}*` : '*x*' }),
  $elemmatch: (filter) => filter,
};

/** That there is no such operator, and what is meant by it. */
export function noOperatorWords(op: string, expected: unknown, known: readonly string[]): string {
  const written = op.toLowerCase();
  const none = `there is no operator ${op}`;
  const rewrite = Object.hasOwn(rewritten, written) ? rewritten[written] : undefined;
  if (rewrite) return `${none}: write ${JSON.stringify(rewrite(expected))}`;
  const meant = Object.hasOwn(elsewhere, written) ? elsewhere[written] : nearest(op, known);
  return `${none}: ${meant ? `did you mean ${meant}?` : `there are ${known.join(', ')}`}`;
}
