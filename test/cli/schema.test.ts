import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from './run-cli.ts';

test('schema prints what is checked in', async () => {
  const { code, out, err } = await runCli(['schema']);
  expect([code, err]).toEqual([0, '']);
  expect(out).toBe(readFileSync(join(import.meta.dirname, '..', '..', 'rules.schema.json'), 'utf8'));
});
