import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const src = join(root, 'src');

type File = { path: string; room: string; text: string; imports: string[] };

const files: File[] = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => {
    const path = relative(src, join(entry.parentPath, entry.name));
    const text = readFileSync(join(src, path), 'utf8');
    return { path, room: roomOf(path), text, imports: importsOf(text) };
  });

function roomOf(path: string): string {
  const [first = '', ...rest] = path.split('/');
  return rest.length === 0 ? first.replace('.ts', '') : first;
}

function importsOf(text: string): string[] {
  return [...text.matchAll(/^(?:import|export|\}).* from '([^']+)';$|\bimport\('([^']+)'\)/gm)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
}

/** Rooms that a room may import from; `compose` joins everything. */
const allowedRooms: Record<string, string[]> = {
  main: ['cli'],
  compose: [
    'config',
    'destinations',
    'domain',
    'http',
    'ledger',
    'pipeline',
    'runtime',
    'sources',
    'compose-destinations',
    'compose-pipeline',
    'compose-slack-app',
    'compose-workers',
    'in-force',
  ],
  'compose-slack-app': ['config', 'ledger', 'slack-app', 'in-force'],
  'compose-pipeline': [
    'config',
    'ledger',
    'pipeline',
    'runtime',
    'compose-destinations',
    'compose-workers',
    'in-force',
    'reload',
  ],
  'compose-workers': ['config', 'domain', 'ledger', 'pipeline', 'compose-destinations', 'in-force', 'reload'],
  'compose-destinations': ['config', 'destinations', 'domain', 'ledger', 'in-force'],
  'compose-rehearsal': ['compose', 'config', 'domain', 'pipeline'],
  'in-force': ['config', 'destinations', 'domain', 'ledger', 'sources'],
  reload: ['config'],
  cli: [
    'compose',
    'compose-destinations',
    'compose-rehearsal',
    'config',
    'domain',
    'ledger',
    'pipeline',
    'runtime',
    'sources',
  ],
  'slack-app': ['destinations', 'domain', 'ledger', 'pipeline', 'runtime', 'sources'],
  http: ['domain', 'ledger', 'pipeline', 'sources', 'runtime'],
  pipeline: ['domain', 'ledger', 'sources', 'destinations', 'runtime'],
  config: ['domain'],
  ledger: ['domain'],
  sources: ['domain'],
  destinations: ['domain'],
  runtime: [],
  domain: [],
};

/** Adapters' own folders: what stands beside the ports is shared by them. */
const ports = [
  'ledger/ledger.ts',
  'ledger/inbox.ts',
  'ledger/outbox.ts',
  'ledger/history.ts',
  'ledger/silences.ts',
  'ledger/workers.ts',
  'sources/source.ts',
  'destinations/destination.ts',
];

/** Which room may import a package; the first part of a path decides. */
const owners: Record<string, string[]> = {
  ioredis: ['ledger/redis'],
  'node:sqlite': ['ledger/sqlite'],
  '@slack/web-api': ['destinations/slack', 'slack-app'],
  '@slack/bolt': ['slack-app'],
  undici: ['destinations/slack'],
  '@pagerduty/pdjs': ['destinations/pagerduty'],
  express: ['http'],
  commander: ['cli'],
  zod: ['domain', 'config', 'slack-app'],
  re2js: ['domain'],
  liquidjs: ['domain'],
  pino: ['runtime', 'pipeline', 'http', 'slack-app', 'cli', 'compose', 'reload'],
  'prom-client': ['runtime'],
  'jsonc-parser': ['config'],
};

/** Pure parts of Node: they look at nothing but what they are given. */
const pureForDomain = ['zod', 're2js', 'liquidjs', 'node:crypto', 'node:util'];

/** Whose folders are adapters, which do not know one another; other rooms' folders are parts of one thing. */
const roomsOfAdapters = ['sources', 'destinations', 'ledger'];

const maxLines = 250;
const maxFunctionLines = 40;

describe('imports', () => {
  test.each(files)('of $path run one way', ({ path, room, imports }) => {
    const local = imports.filter((each) => each.startsWith('.'));
    const foreign = local
      .map((each) => relative(src, resolve(src, dirname(path), each)))
      .filter((each) => roomOf(each) !== room);
    const wrong = foreign.filter((each) => !(allowedRooms[room] ?? []).includes(roomOf(each)));
    expect(wrong).toEqual([]);
    expect(local.every((each) => each.endsWith('.ts'))).toBe(true);
  });

  test.each(files)('of packages by $path are its own', ({ path, imports }) => {
    const packages = imports.filter((each) => !each.startsWith('.'));
    const wrong = packages.filter((each) => {
      const may = owners[each];
      return may ? !may.some((room) => path.startsWith(room)) : !each.startsWith('node:');
    });
    expect(wrong).toEqual([]);
  });

  test.each(files.filter(({ room }) => room === 'pipeline' || room === 'http'))(
    'of $path reach ports, not engines',
    ({ path, imports }) => {
      const reached = imports
        .filter((each) => each.startsWith('.'))
        .map((each) => relative(src, resolve(src, dirname(path), each)));
      const behind = reached.filter((each) => /^(?:ledger|sources|destinations)\//.test(each) && !ports.includes(each));
      expect(behind).toEqual([]);
    },
  );

  test.each(files.filter(({ room }) => room === 'slack-app'))(
    'of $path reach ports, and what else is made for Slack',
    ({ path, imports }) => {
      const reached = imports
        .filter((each) => each.startsWith('.'))
        .map((each) => relative(src, resolve(src, dirname(path), each)));
      const shared = ['destinations/plain-text.ts', 'sources/signature.ts'];
      const behind = reached.filter((each) => /^(?:ledger|sources|destinations)\/(?!slack\/)/.test(each));
      expect(behind.filter((each) => !ports.includes(each) && !shared.includes(each))).toEqual([]);
    },
  );

  const adapters = files.filter(({ path, room }) => roomsOfAdapters.includes(room) && path.split('/').length === 3);
  test.each(adapters)('of the adapter $path stay among its own', ({ path, imports }) => {
    const folder = dirname(path);
    const reached = imports
      .filter((each) => each.startsWith('.'))
      .map((each) => relative(src, resolve(src, folder, each)));
    const isAdapter = (each: string) => roomsOfAdapters.includes(roomOf(each)) && each.split('/').length === 3;
    const neighbours = reached.filter((each) => isAdapter(each) && dirname(each) !== folder);
    expect(neighbours).toEqual([]);
  });
});

describe('the domain', () => {
  test.each(files.filter(({ room }) => room === 'domain'))('is pure in $path', ({ text, imports }) => {
    expect(imports.filter((each) => !each.startsWith('.') && !pureForDomain.includes(each))).toEqual([]);
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    expect(code.match(/Date\.now|new Date\(\)|Math\.random|\bprocess\b|randomUUID|randomBytes|setTimeout/g)).toBeNull();
  });
});

describe('files', () => {
  const banned =
    /(?:^|\/)(?:utils?|helpers?|common|services|managers?|shared|lib|core|types|interfaces|index)(?:\.ts$|\/)/;

  test.each(files)('$path has a name that says what it is', ({ path }) => {
    expect(path).not.toMatch(banned);
    expect(path).toMatch(/^[a-z0-9/-]+\.ts$/);
  });

  test.each(files)(`$path has at most ${maxLines} lines`, ({ text }) => {
    expect(text.split('\n').length).toBeLessThanOrEqual(maxLines);
  });

  test.each(files)(`functions of $path have at most ${maxFunctionLines} lines, unless they hold others`, ({ text }) => {
    expect(longFunctions(text)).toEqual([]);
  });

  test.each(files)('$path exports by name', ({ text }) => {
    expect(text).not.toMatch(/export default|export \*/);
  });
});

/**
 * Functions by their indentation, as the formatter leaves it. A factory that holds further functions is as long as
 * these are; its own statements are what counts.
 */
function longFunctions(text: string): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, start) => {
    const opens = /^(\s*)(?:export )?(?:async )?function (\w+)/.exec(line);
    if (!opens) return [];
    const [, indent = '', name = ''] = opens;
    const length = lines.slice(start).indexOf(`${indent}}`) + 1;
    const body = lines.slice(start + 1, start + length - 1);
    return ownLines(body) > maxFunctionLines ? [`${name}: ${ownLines(body)} lines`] : [];
  });
}

function ownLines(body: string[]): number {
  let own = 0;
  let inside: string | undefined;
  for (const line of body) {
    const opens =
      /^(\s*)(?:(?:async )?function \w+|(?:async )?\w+\(.*\) (?:: .* )?\{$|return \{$|const \w+ = (?:async )?\(.*\).* => \{$)/.exec(
        line,
      );
    if (inside === undefined && opens && line.endsWith('{')) inside = opens[1] ?? '';
    if (inside === undefined) own += 1;
    else if (line.startsWith(`${inside}}`)) inside = undefined;
  }
  return own;
}
