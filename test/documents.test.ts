import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { traitsByType } from '../src/compose.ts';
import { parseRules } from '../src/config/load-rules.ts';
import { rulesFileSchema } from '../src/config/rules-file.ts';
import { runCli } from './cli/run-cli.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const documents = globSync(['*.md', 'docs/*.md'], { cwd: root }).filter((each) => each !== 'CHANGELOG.md');

describe.each(documents)('%s', (document) => {
  const text = read(document);

  test('names only paths that exist', () => {
    const named = [...text.matchAll(/(?<![\w/.-])(?:src|test|scripts|docs|bench)\/[\w./-]*\w/g)].map(([path]) => path);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('links only to what is there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([\w-]+))?\)/g)];
    const broken = links.filter(([, path = '', anchor]) => {
      const target = path === '' ? document : join(dirname(document), path);
      return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsOf(read(target)).includes(anchor));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  test('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...text.matchAll(/npm run (?:-s )?([\w-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test.each(commandsIn(text))('%s: is a command with these options', async (_, words, options) => {
    const { code, out } = await runCli([...words, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: tocsin ${words.join(' ')}`);
    const known = [...out.matchAll(/^ +(?:-\w, )?(--[\w-]+)/gm)].map(([, option]) => option);
    expect(known).toEqual(expect.arrayContaining(options));
  });
});

// The pieces of rules in docs/rules.md are loaded, and their tests run, by a test of its own.
test.each(documents.filter((each) => each !== 'docs/rules.md'))('%s shows only JSON that loads', (document) => {
  const shown = fencesIn(read(document)).filter(({ of }) => of === 'json');
  const loaded = shown.map(({ inner }) => parseRules(JSON.stringify(rulesFileWith(JSON.parse(inner))), traitsByType));
  expect(loaded.filter(({ ok }) => !ok)).toEqual([]);
});

function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** A whole file, some of one, or one rule. */
function rulesFileWith(shown: Record<string, unknown>) {
  const { destinations, ...rest } = 'id' in shown ? { rules: [shown] } : shown;
  const example = JSON.parse(read('rules.example.json'));
  return { ...example, ...rest, destinations: { ...example.destinations, ...(destinations ?? {}) } };
}

const topics = 'deliveries|incidents|notifications|silence';
const command = new RegExp(
  `(?:^|tocsin -- |tocsin |main\\.js )((?:serve|fire|check|explain|test|backtest|schema|reload|redeliver|(?:${topics}) [a-z]+)(?= |$).*)$`,
);

/** Each command as it is written, in a block or between backticks; its words, and its options. */
function commandsIn(text: string): [string, string[], string[]][] {
  const lines = fencesIn(text).flatMap(({ of, inner }) =>
    inner.split('\n').filter((line) => of !== 'console' || line.startsWith('$ ')),
  );
  const spans = text.replace(fence, '').matchAll(/`([^`]+)`/g);
  const written = [...lines, ...[...spans].map(([, span = '']) => span.replaceAll('\n', ' '))];
  const said = written
    .flatMap((line) => line.split(' | '))
    .flatMap((line) => command.exec(line.trim())?.[1]?.replace(/ +# .*/, '') ?? []);
  return [...new Set(said)].map((each) => {
    const [first = '', second = ''] = each.split(' ');
    const words = topics.split('|').includes(first) ? [first, second] : [first];
    const options = [...each.replace(/'[^']*'|"[^"]*"/g, '').matchAll(/--[\w-]+/g)].map(([option]) => option);
    return [each, words, options];
  });
}

const fence = /^ *```(\w*)\n(.*?)^ *```$/gms;

function fencesIn(text: string): { of: string; inner: string }[] {
  return [...text.matchAll(fence)].map(([, of = '', inner = '']) => ({ of, inner }));
}

test('README.md shows what stands in Slack at the end of the incident that it tells of', () => {
  const [shown] = fencesIn(read('README.md')).filter(({ of }) => of === 'text');
  const [headline, ...below] = linesOf('4-resolved');
  const replies = ['2-edited-reply', '3-acknowledged-reply', '4-resolved-reply'].flatMap(linesOf);
  const lines = [headline, ...below.map((line) => `┃ ${line}`), ...replies.map((line) => `    ↳ ${line}`)];
  expect(shown?.inner).toBe(`${lines.join('\n')}\n`);
});

/** A message of the incident's life, as a person reads it. */
function linesOf(name: string): string[] {
  const { blocks, attachments = [] } = JSON.parse(read(`docs/incident-life/${name}.json`));
  const all = [blocks, ...attachments.map((each: { blocks: object[] }) => each.blocks)].flat();
  return all
    .flatMap(({ text, elements: [element] = [{ text: '' }] }) => (text ? text.text : element.text).split('\n'))
    .filter((line: string) => line !== '```')
    .map((line: string) =>
      line
        .replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '$1')
        .replace(/[*_]([^*_]+)[*_](?= |$)/g, '$1')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&'),
    );
}

test('docs/operations.md quotes only words that are said', () => {
  const said = globSync('src/**/*.ts', { cwd: root }).map(read).join('\n');
  const rows = read('docs/operations.md').matchAll(/^\| `([^`|]*…[^`|]*|no rule sends[^`]*)` \|/gm);
  const parts = [...rows].flatMap(([, quoted = '']) =>
    quoted.split(/…|;/).map((part) => part.replace(/^[\W]+|[\W]+$/g, '')),
  );
  expect(parts.length).toBeGreaterThan(10);
  expect(parts.filter((part) => !said.includes(part))).toEqual([]);
});

describe('the tables name every key there is, and no other', () => {
  test('at the top of the file', () => {
    const apart = ['$schema', 'sources', 'destinations', 'rules'];
    const keys = Object.keys(rulesFileSchema.shape).filter((key) => !apart.includes(key));
    expect(keysIn('README.md', '| key | default | |').sort()).toEqual(keys.sort());
  });

  test('of a destination', () => {
    const { properties } = JSON.parse(read('rules.schema.json'));
    const { oneOf, anyOf = oneOf } = properties.destinations.additionalProperties;
    const keys = new Set(anyOf.flatMap((each: { properties: object }) => Object.keys(each.properties)));
    keys.delete('type');
    expect(new Set(keysIn('docs/destinations.md', '| key | of | default | |'))).toEqual(keys);
  });
});

/** What stands between backticks in the first column of the table with that head. */
function keysIn(document: string, head: string): string[] {
  const [, table = ''] = read(document).split(`\n${head}\n`);
  const rows = table.split('\n\n')[0]?.split('\n') ?? [];
  return rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, key = '']) => key));
}
