import { mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fileChanges } from '../../src/config/watch-file.ts';

async function openFolder(): Promise<(name: string) => string> {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-watch-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return (name) => join(dir, name);
}

/** Looks that begin when the file has been the same for two of them. */
async function lookAt(...paths: string[]) {
  const changed = fileChanges();
  await changed(paths);
  await changed(paths);
  expect(await changed(paths)).toBe(false);
  return () => changed(paths);
}

test('a file never looked at before counts as changed: what was read of it may be old', async () => {
  const at = await openFolder();
  await writeFile(at('rules'), 'one');
  expect(await fileChanges()([at('rules')])).toBe(true);
});

test.each<[string, (at: (name: string) => string) => Promise<void>]>([
  ['an edit in place', (at) => writeFile(at('rules'), 'two')],
  [
    'another file of the same size and times under its name',
    async (at) => {
      await writeFile(at('new'), 'two');
      await utimes(at('new'), 1, 1);
      await rename(at('new'), at('rules'));
    },
  ],
  ['a file that is taken away', (at) => rm(at('rules'))],
  [
    'another file behind its link',
    async (at) => {
      await writeFile(at('two'), 'one');
      await symlink(at('two'), at('turned'));
      await rename(at('turned'), at('link'));
    },
  ],
])('%s is seen, once more at the next look, and then no more', async (_, change) => {
  const at = await openFolder();
  await writeFile(at('rules'), 'one');
  await utimes(at('rules'), 1, 1);
  await symlink(at('rules'), at('link'));
  const changed = await lookAt(at('rules'), at('link'));
  await change(at);
  expect([await changed(), await changed(), await changed()]).toEqual([true, true, false]);
});

test('a file that is not there yet is seen when it comes', async () => {
  const at = await openFolder();
  const changed = await lookAt(at('rules'));
  await writeFile(at('rules'), 'one');
  expect(await changed()).toBe(true);
});
