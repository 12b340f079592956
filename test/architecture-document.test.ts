import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { notificationStates } from '../src/domain/notification.ts';
import { deliveryStates } from '../src/ledger/history.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const architecture = read('ARCHITECTURE.md');

const documents = ['ARCHITECTURE.md', 'README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/operations.md'];

describe.each(documents)('%s', (document) => {
  const text = read(document);

  test('names only paths that exist', () => {
    const named = [...text.matchAll(/(?<![\w/.-])(?:src|test|scripts|docs|bench)\/[\w./-]*\w/g)].map(([path]) => path);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...text.matchAll(/npm run (?:-s )?([\w-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

describe('the states drawn in ARCHITECTURE.md', () => {
  const diagrams = new Map(
    [...architecture.matchAll(/^(A \w+)[^\n]*:\n\n```mermaid\n(.*?)```/gms)].map(([, of = '', drawn = '']) => [
      of,
      drawn,
    ]),
  );
  const statesOf = (drawn = '') =>
    new Set(
      [...drawn.matchAll(/^ *(\S+) --> ([^\s:]+)/gm)].flatMap(([, from, to]) => [from, to]).filter((s) => s !== '[*]'),
    );

  test.each([
    ['A delivery', deliveryStates],
    ['A notification', notificationStates],
  ])('%s: are those that are kept', (of, states) => {
    expect(statesOf(diagrams.get(of))).toEqual(new Set(states));
  });
});

test('every room is in the table of ARCHITECTURE.md', () => {
  const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const table = architecture.split('\n').filter((line) => line.startsWith('| `src/'));
  const described = table.flatMap((line) =>
    [...(line.split('|')[1] ?? '').matchAll(/`src\/(\w+)`/g)].map(([, room]) => room),
  );
  expect(described.sort()).toEqual(rooms.map(({ name }) => name).sort());
});
