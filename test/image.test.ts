import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readEnvironment } from '../src/config/environment.ts';
import type { Copy, Stage } from './dockerfile.ts';
import { all, copyOf, environmentOf, image, inForce, isInContext, stages } from './dockerfile.ts';
import { startService } from './e2e/running-service.ts';

/** Without an engine that builds images: what the Dockerfile says, done in a folder. */
const root = join(import.meta.dirname, '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const manifest = JSON.parse(read('package.json'));

describe('the Dockerfile', () => {
  test('takes Node as new as the checkout has it, in every stage', () => {
    const [major] = manifest.devDependencies.node.split('.');
    for (const stage of stages) expect(stage.image).toBe(`node:${major}-slim`);
  });

  const copies = stages.flatMap((stage, i) => all(stage, 'COPY').map((rest) => ({ rest, i, ...copyOf(rest) })));

  test.each(copies.filter(({ from }) => from === undefined))('COPY $rest: is there, and let through', ({ sources }) => {
    for (const source of sources) {
      expect(existsSync(join(root, source)), source).toBe(true);
      expect(isInContext(source), `${source} in .dockerignore`).toBe(true);
    }
  });

  test.each(copies.filter(({ from }) => from !== undefined))('COPY $rest: from an earlier stage', ({ from, i }) => {
    expect(stages.slice(0, i).map(({ name }) => name)).toContain(from);
  });

  test('lets nothing else into the build: no secrets, no ledger, no history', () => {
    for (const path of [
      '.env',
      '.git/config',
      'data/tocsin.db',
      'node_modules/a',
      'rules.json',
      'dist/main.js',
      'test',
    ])
      expect(isInContext(path), path).toBe(false);
  });

  test('runs as somebody who is not root, to whom the data belongs', () => {
    const user = inForce(image, 'USER');
    expect(user).toMatch(/^(?!root$|0$)\w+$/);
    expect(inForce(image, 'RUN')).toContain(`chown ${user}:${user} ${inForce(image, 'VOLUME')}`);
    expect(dirname(environmentOf(image).TOCSIN_DATA ?? '')).toBe(inForce(image, 'VOLUME'));
  });

  test('exposes the port that is the default', () => {
    const environment = readEnvironment({});
    expect(environment.ok && environment.environment.PORT).toBe(Number(inForce(image, 'EXPOSE')));
  });
});

describe('the image', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-image-'));
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const rootOf = (stage: Stage) => join(dir, stage.name || 'image');
  const workdir = (stage: Stage) => join(rootOf(stage), inForce(stage, 'WORKDIR'));

  /** What each RUN does, where nobody is root and the packages are already here. */
  const steps: Record<string, (stage: Stage) => void> = {
    'npm ci --ignore-scripts': (stage) => symlinkSync(join(root, 'node_modules'), join(workdir(stage), 'node_modules')),
    'node scripts/build.ts': (stage) =>
      void execFileSync('node', ['scripts/build.ts'], { cwd: workdir(stage), env: { ...process.env, PATH } }),
    'npm prune --omit=dev --ignore-scripts': (stage) => linkProduction(join(workdir(stage), 'node_modules')),
    'mkdir /data': (stage) => void mkdirSync(join(rootOf(stage), 'data')),
    'chown node:node /data': () => undefined,
  };

  function linkProduction(modules: string): void {
    rmSync(modules);
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { dev?: boolean }> };
    for (const [path, { dev }] of Object.entries(packages)) {
      const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
      if (name === undefined || dev || !existsSync(join(root, path))) continue;
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(root, path), join(modules, name));
    }
  }

  function make(stage: Stage): void {
    mkdirSync(workdir(stage), { recursive: true });
    for (const { word, rest } of stage.instructions) {
      if (word === 'COPY') copy(stage, copyOf(rest));
      if (word !== 'RUN') continue;
      for (const command of rest.split(' && ')) {
        const step = steps[command];
        if (!step) throw new Error(`this test does not know how to do: RUN ${command}`);
        step(stage);
      }
    }
  }

  function copy(stage: Stage, { from, sources, to }: Copy): void {
    for (const source of sources) {
      const origin = stages.find(({ name }) => name === from);
      const isFolder = to.endsWith('/');
      const target = isFolder ? join(to, basename(source)) : to;
      const path = origin ? join(rootOf(origin), source) : join(root, source);
      cpSync(path, join(workdir(stage), target), { recursive: true, verbatimSymlinks: true });
    }
  }

  const env: Record<string, string> = { PATH, HOST: '127.0.0.1', PORT: '0' };

  beforeAll(() => {
    for (const stage of stages) make(stage);
    for (const [name, value = ''] of Object.entries(environmentOf(image)))
      env[name] = value.startsWith('/') ? join(rootOf(image), value) : value;
    mkdirSync(dirname(env.TOCSIN_RULES ?? ''), { recursive: true });
    cpSync(join(root, 'rules.example.json'), env.TOCSIN_RULES ?? '');
  }, 60_000);

  afterAll(() => rmSync(dir, { recursive: true }));

  test('starts, is healthy by its own check, and ends politely by its own signal', async () => {
    const command = [...JSON.parse(inForce(image, 'ENTRYPOINT')), ...JSON.parse(inForce(image, 'CMD'))];
    const secrets = { IC_WEBHOOK_SECRET: 'a', REACHSCORE_WEBHOOK_SECRET: 'b', SLACK_BOT_TOKEN: 'xoxb-c', PD_KEY: 'd' };
    const service = await startService({ command, env: { ...env, ...secrets }, cwd: workdir(image) });
    onTestFinished(async () => void (await service.stop()));
    const [, check = '[]'] = /CMD (\[.*\])$/.exec(inForce(image, 'HEALTHCHECK')) ?? [];
    const [program = '', ...args] = JSON.parse(check);
    const health = () => spawnSync(program, args, { env: { ...env, PORT: String(service.port) } }).status;

    expect(health()).toBe(0);
    expect(existsSync(env.TOCSIN_DATA ?? '')).toBe(true);
    expect(inForce(image, 'STOPSIGNAL')).toBe('SIGTERM');
    expect(await service.stop()).toBe(0);
    expect(health()).toBe(1);
  }, 60_000);
});
