import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Problem } from '../domain/filter/filter.ts';
import type { Config, TraitsByType } from './load-rules.ts';
import { parseRules, unreadable } from './load-rules.ts';
import type { ResolvedDestination, ResolvedSource } from './resolve.ts';
import { resolveDestinations, resolveSources } from './resolve.ts';
import { readTestsBeside, testsPath } from './rules-tests.ts';
import type { SecretReader } from './secrets.ts';

/** A rules file with the secrets it names: what is put in force as one. */
export type ResolvedRules = {
  /** SHA-256 of the file, hex. */
  file: string;
  /** Another one when the file, the tests beside it or any of the secrets is. */
  mark: string;
  config: Config;
  sources: ResolvedSource[];
  /** None in preview, which needs none of their secrets. */
  destinations: ResolvedDestination[];
};

/** What was read, or everything that is wrong with it; and the files it was read from, there or not. */
export type RulesReading = { files: string[]; file?: string } & (
  | { ok: true; rules: ResolvedRules }
  | { ok: false; of: 'file' | 'secrets' | 'tests'; problems: Problem[] }
);

export type RulesPlace = {
  path: string;
  traits: TraitsByType;
  secret: SecretReader;
  preview: boolean;
};

/** Reads the rules file and every secret it names, as they are now. */
export function readRules({ path, traits, secret, preview }: RulesPlace): RulesReading {
  const files = [path, testsPath(path)];
  const text = textAt(path);
  if (typeof text !== 'string') return { ok: false, of: 'file', files, problems: [unreadable(path, text)] };
  const file = sha256(text);
  const beside = readTestsBeside(path);
  const loaded = parseRules(text, traits, beside);
  if (!loaded.ok) return { ok: false, of: 'file', files, file, problems: loaded.problems };
  const { config } = loaded;
  const problems: Problem[] = [];
  const secrets: string[] = [];
  const noting: SecretReader = (ref, at, found) => {
    if ('file' in ref) files.push(ref.file);
    const read = secret(ref, at, found);
    secrets.push(read);
    return read;
  };
  const sources = resolveSources(config, noting, problems);
  const destinations = preview ? [] : resolveDestinations(config, noting, problems);
  if (problems.length > 0) return { ok: false, of: 'secrets', files, file, problems };
  const mark = sha256(JSON.stringify([file, beside, ...secrets]));
  return { ok: true, files, file, rules: { file, mark, config, sources, destinations } };
}

function textAt(path: string): string | NodeJS.ErrnoException {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
