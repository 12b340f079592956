import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startService } from './e2e/running-service.ts';

const root = join(import.meta.dirname, '..');
const dir = mkdtempSync(join(tmpdir(), 'tocsin-package-'));
const checkout = join(dir, 'checkout');
const notSources = ['.git', 'node_modules', 'dist', 'data', 'coverage'];

/** First of all the Node that runs this test. */
const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);

const run = (command: string, args: string[], cwd: string, env = process.env) =>
  execFileSync(command, args, { cwd, env: { ...env, PATH }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

type Packed = { filename: string; files: { path: string; mode: number }[] };
let packed: Packed | undefined;

/** In a copy: packing builds, and others may be reading `dist`. */
beforeAll(() => {
  mkdirSync(checkout);
  for (const name of readdirSync(root)) {
    if (!notSources.includes(name)) cpSync(join(root, name), join(checkout, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  const said = run('npm', ['pack', '--json', '--pack-destination', dir], checkout);
  packed = JSON.parse(said.slice(said.indexOf('[')))[0];
}, 60_000);

afterAll(() => rmSync(dir, { recursive: true }));

test('the package holds what runs and what one reads, and nothing else', () => {
  const code = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:ts|lua)$/.test(path))
    .map((path) => `dist/${path.replace(/\.ts$/, '.js')}`);
  const beside = [
    'package.json',
    'README.md',
    'LICENSE',
    'rules.example.json',
    'rules.example.tests.json',
    'rules.schema.json',
  ];
  expect(packed?.files.map(({ path }) => path).sort()).toEqual([...code, ...beside].sort());
  expect(packed?.files.find(({ path }) => path === 'dist/main.js')?.mode).toBe(0o755);
});

test('installed in an empty folder, it rings by the command it prints', async () => {
  const cwd = join(dir, 'installed');
  mkdirSync(cwd);
  run(
    'npm',
    ['install', '--prefix', cwd, '--prefer-offline', '--no-audit', '--no-fund', join(dir, `${packed?.filename}`)],
    cwd,
  );
  const service = await startService({
    command: [join(cwd, 'node_modules', '.bin', 'tocsin'), 'serve', '--preview'],
    env: { PATH },
    cwd,
  });
  onTestFinished(async () => void (await service.stop()));

  expect((await fetch(`http://127.0.0.1:${service.port}/readyz`)).status).toBe(200);
  const printed = service.lines
    .map(({ text }) => String(text).trim())
    .find((text) => text.startsWith('npx tocsin fire'));
  expect(run('sh', ['-c', `${printed}`], cwd, { HOME: process.env.HOME })).toMatch(/^200 .*"accepted"/);
  expect(await service.said('attempt.told')).toMatchObject({ text: expect.stringContaining('act=open') });
  expect(await service.stop()).toBe(0);
}, 60_000);
