import type { z } from 'zod';
import type { Problem } from '../domain/filter.ts';
import { nearest } from '../domain/nearest.ts';
import { knownKeys } from './json-schema.ts';
import { pathText } from './strict-json.ts';

type Issue = z.core.$ZodIssue;

/** What a schema found, with the paths and in the words of a rules file. */
export function problemsOf(error: z.ZodError, base: PropertyKey[] = []): Problem[] {
  return error.issues.flatMap((issue) => problemsIn(issue, base));
}

function problemsIn(issue: Issue, base: PropertyKey[]): Problem[] {
  const at = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, at));
  const meant = issue.code === 'invalid_union' ? meantBranch(issue.errors) : undefined;
  if (meant) return meant.flatMap((inner) => problemsIn(inner, at));
  // The name of a source or a destination: what it should be is said one level deeper.
  const told = issue.code === 'invalid_key' ? (issue.issues[0] ?? issue) : issue;
  return [{ path: pathText(at) || 'the file', message: messageOf(told.message) }];
}

/** Of several forms that a value may have, the one that it has, with faults inside; where that is plain. */
function meantBranch(branches: Issue[][]): Issue[] | undefined {
  const [meant, ...others] = branches.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  return others.length === 0 ? meant : undefined;
}

function unknownKey(key: string, at: PropertyKey[]): Problem {
  const hint = nearest(key, knownKeys());
  const message = `there is no key "${key}" here${hint ? `: did you mean "${hint}"?` : ''}`;
  return { path: pathText([...at, key]), message };
}

function messageOf(message: string): string {
  if (message.endsWith('received undefined')) return 'is missing';
  return message.charAt(0).toLowerCase() + message.slice(1);
}
