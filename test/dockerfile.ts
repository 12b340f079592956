import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The Dockerfile, read as far as ours goes: no engine that builds images is needed. */
export type Stage = { name: string; image: string; instructions: { word: string; rest: string }[] };

const root = join(import.meta.dirname, '..');

export const stages = stagesOf(readFileSync(join(root, 'Dockerfile'), 'utf8'));

/** The last stage is the image. */
export const image: Stage = stages.at(-1) ?? { name: '', image: '', instructions: [] };

function stagesOf(dockerfile: string): Stage[] {
  const joined = dockerfile.replace(/^\s*#.*\n/gm, '').replace(/\\\n\s*/g, '');
  const found: Stage[] = [];
  for (const [, word = '', rest = ''] of joined.matchAll(/^(\w+)\s+(.*)$/gm)) {
    const [from = '', , name = ''] = rest.split(' ');
    if (word === 'FROM') found.push({ name, image: from, instructions: [] });
    else found.at(-1)?.instructions.push({ word, rest });
  }
  return found;
}

/** What follows each instruction of this kind. */
export function all({ instructions }: Stage, word: string): string[] {
  return instructions.filter((each) => each.word === word).map(({ rest }) => rest);
}

/** The last of a kind is in force. */
export function inForce(stage: Stage, word: string): string {
  return all(stage, word).at(-1) ?? '';
}

export function environmentOf(stage: Stage): Record<string, string> {
  const pairs = all(stage, 'ENV').flatMap((rest) => rest.split(/\s+/).map((pair) => pair.split('=')));
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value]));
}

export type Copy = { from: string | undefined; sources: string[]; to: string };

export function copyOf(rest: string): Copy {
  const [, from, paths = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(rest) ?? [];
  const words = paths.split(/\s+/);
  return { from, sources: words.slice(0, -1), to: words.at(-1) ?? '' };
}

/** Of .dockerignore we use names, and the star that stands for all; the last line that speaks of a path decides. */
export function isInContext(path: string): boolean {
  const lines = readFileSync(join(root, '.dockerignore'), 'utf8').trim().split('\n');
  const speaking = lines.filter((line) => {
    const name = line.replace(/^!/, '');
    return name === '*' || path === name || path.startsWith(`${name}/`);
  });
  return speaking.at(-1)?.startsWith('!') ?? true;
}
