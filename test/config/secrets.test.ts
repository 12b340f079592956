import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SecretReader } from '../../src/config/secrets.ts';
import { generousReader, secretReader } from '../../src/config/secrets.ts';
import type { Problem } from '../../src/domain/filter/filter.ts';

function ask(reader: SecretReader, ref: Parameters<SecretReader>[0]): { secret: string; problems: string[] } {
  const problems: Problem[] = [];
  const secret = reader(ref, 'sources.ic.secrets[0]', problems);
  return { secret, problems: problems.map(({ path, message }) => `${path}: ${message}`) };
}

async function secretFile(content: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-secret-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const file = join(dir, 'secret');
  await writeFile(file, content);
  return file;
}

describe('a secret', () => {
  const read = secretReader({ KEY: 'whsec_1', BLANK: ' \t\n', NONE: '', PADDED: ' whsec_2\n' });

  test('comes from a variable, without the white space around it', () => {
    expect(ask(read, { env: 'KEY' })).toEqual({ secret: 'whsec_1', problems: [] });
    expect(ask(read, { env: 'PADDED' })).toEqual({ secret: 'whsec_2', problems: [] });
  });

  test('comes from a file, without its last line end', async () => {
    const file = await secretFile('whsec_3\r\n');
    expect(ask(read, { file })).toEqual({ secret: 'whsec_3', problems: [] });
  });

  test('that is not set is a problem by its name', () => {
    expect(ask(read, { env: 'MISSING' }).problems).toEqual(['sources.ic.secrets[0]: the variable MISSING is not set']);
  });

  test.each(['BLANK', 'NONE'])('that is empty is refused: %s', (env) => {
    expect(ask(read, { env })).toEqual({
      secret: '',
      problems: [`sources.ic.secrets[0]: the variable ${env} is empty: an empty secret proves nothing`],
    });
  });

  test('whose file is empty is refused', async () => {
    const file = await secretFile('\n');
    expect(ask(read, { file }).problems).toEqual([expect.stringContaining('is empty: an empty secret proves')]);
  });

  test('whose file is not there is a problem', () => {
    expect(ask(read, { file: '/nowhere/secret' }).problems).toEqual([
      'sources.ic.secrets[0]: the file /nowhere/secret cannot be read (ENOENT)',
    ]);
  });

  test.each(['constructor', 'toString', '__proto__'])('is not what every object has: %s', (env) => {
    expect(ask(read, { env }).problems).toEqual([`sources.ic.secrets[0]: the variable ${env} is not set`]);
  });
});

describe('in preview a secret', () => {
  const read = generousReader({ KEY: 'whsec_1', NONE: '' }, (name) => `made for ${name}`);

  test('that is set is taken', () => {
    expect(ask(read, { env: 'KEY' })).toEqual({ secret: 'whsec_1', problems: [] });
  });

  test('that is missing is made', () => {
    expect(ask(read, { env: 'MISSING' })).toEqual({ secret: 'made for MISSING', problems: [] });
    expect(ask(read, { file: '/nowhere/secret' })).toEqual({ secret: 'made for /nowhere/secret', problems: [] });
  });

  test('that is set but empty is a problem all the same', () => {
    expect(ask(read, { env: 'NONE' }).problems).toEqual([expect.stringContaining('the variable NONE is empty')]);
  });
});
