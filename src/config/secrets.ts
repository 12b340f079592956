import { readFileSync } from 'node:fs';
import type { Problem } from '../domain/filter/filter.ts';
import type { SecretRef } from './rules-file.ts';

/** Turns the name of a secret into the secret, or says why it cannot. */
export type SecretReader = (ref: SecretRef, path: string, problems: Problem[]) => string;

/** Secrets from the environment and from files; white space around them (a file's last line end) is no part of them. */
export function secretReader(environment: Readonly<Record<string, string | undefined>>): SecretReader {
  return (ref, path, problems) => {
    if ('env' in ref) return checked(variable(environment, ref), { path, problems, name: `the variable ${ref.env}` });
    try {
      return checked(readFileSync(ref.file, 'utf8'), { path, problems, name: `the file ${ref.file}` });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      problems.push({ path, message: `the file ${ref.file} cannot be read (${code})` });
      return '';
    }
  };
}

/** In preview: a secret that is not there is made up by `make`, and `made` says for which name. */
export function generousReader(
  environment: Readonly<Record<string, string | undefined>>,
  make: (name: string) => string,
): SecretReader {
  const strict = secretReader(environment);
  return (ref, path, problems) => {
    const faults: Problem[] = [];
    const secret = strict(ref, path, faults);
    if (secret !== '') return secret;
    if ('file' in ref) return make(ref.file);
    if (variable(environment, ref) !== undefined) problems.push(...faults);
    return make(ref.env);
  };
}

/** Never what the environment's object inherits. */
function variable(environment: Readonly<Record<string, string | undefined>>, { env }: { env: string }) {
  return Object.hasOwn(environment, env) ? environment[env] : undefined;
}

function checked(value: string | undefined, place: { path: string; problems: Problem[]; name: string }): string {
  const secret = value?.trim() ?? '';
  const { path, problems, name } = place;
  if (value === undefined) problems.push({ path, message: `${name} is not set` });
  else if (secret === '') problems.push({ path, message: `${name} is empty: an empty secret proves nothing` });
  return secret;
}
