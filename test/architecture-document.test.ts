import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const architecture = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');

test('every room is in the table of ARCHITECTURE.md', () => {
  const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const table = architecture.split('\n').filter((line) => line.startsWith('| `src/'));
  const described = table.flatMap((line) =>
    [...(line.split('|')[1] ?? '').matchAll(/`src\/([\w-]+)`/g)].map(([, room]) => room),
  );
  expect(described.sort()).toEqual(rooms.map(({ name }) => name).sort());
});

test('every diagram of ARCHITECTURE.md has its arrows taken by a test', () => {
  const drawn = [...architecture.matchAll(/^### ([^\n]+)\n(?:(?!^#).)*?```mermaid/gms)].map(([, heading]) => heading);
  const tests = readdirSync(import.meta.dirname).filter((name) => /^architecture-.*\.test\.ts$/.test(name));
  const texts = tests.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')).join('');
  const taken = [...texts.matchAll(/drawnUnder\('([^']+)'\)/g)].map(([, heading]) => heading);
  expect(drawn).toHaveLength(architecture.split('```mermaid').length - 1);
  expect(new Set(taken)).toEqual(new Set(drawn));
});
