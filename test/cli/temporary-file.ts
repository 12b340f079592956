import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A path in a folder of its own, gone with the test; with the content, if any. */
export async function temporaryFile(name: string, content?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-cli-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, name);
  if (content !== undefined) await writeFile(path, content);
  return path;
}
