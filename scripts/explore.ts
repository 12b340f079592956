import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Runs the property tests with one new seed after another, for so many minutes or until something fails: `npm run explore -- 30`. */
const root = join(import.meta.dirname, '..');
const minutes = Number(process.argv[2] ?? '10');
if (!(minutes > 0)) throw new Error(`"${process.argv[2]}" is no number of minutes, such as 30`);

const files = globSync('test/**/*.test.ts', { cwd: root }).filter((file) =>
  readFileSync(join(root, file), 'utf8').includes("from 'fast-check'"),
);
const vitest = join(root, 'node_modules', '.bin', 'vitest');
const until = Date.now() + minutes * 60_000;
let seeds = 0;

for (; Date.now() < until && process.exitCode === undefined; seeds += 1) {
  const TOCSIN_SEED = String(randomInt(2 ** 31));
  const env = { ...process.env, TOCSIN_SEED };
  const { status, stdout, stderr } = spawnSync(vitest, ['run', ...files], { cwd: root, env, encoding: 'utf8' });
  if (status === 0) continue;
  process.stdout.write(`${stdout}${stderr}\nTo see it again: TOCSIN_SEED=${TOCSIN_SEED} npx vitest run <the file>\n`);
  process.exitCode = 1;
}
process.stdout.write(`${seeds} seeds tried, ${files.length} files each\n`);
