import { expect, test } from 'vitest';
import { Misuse } from '../../src/cli/misuse.ts';
import { playedBeside } from '../../src/cli/played-beside.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { openLedgerFile } from './open-ledger-file.ts';
import { temporaryFile } from './temporary-file.ts';

async function openAsked(rulesFile: string) {
  const { path } = await openLedgerFile(0);
  const read = readEnvironment({ TOCSIN_DATA: path });
  if (!read.ok) throw new Error('no environment');
  const rules = await temporaryFile('rules.json', rulesFile);
  return { rules, environment: read.environment, ledger: path, sinceMs: 1_000, until: 1_000 };
}

test('a file that was changed meanwhile and cannot be used is said to be so, and where to look', async () => {
  const asked = await openAsked('{');
  const played = playedBeside(asked, new AbortController().signal);
  await expect(played).rejects.toThrow(Misuse);
  await expect(played).rejects.toThrow(`${asked.rules} was changed meanwhile, and cannot be used. tocsin check says`);
});

test('a file is played no further once nobody waits for it', async () => {
  const ending = new AbortController();
  const played = playedBeside(await openAsked('{}'), ending.signal);
  ending.abort();
  await expect(played).rejects.toThrow('without an answer');
});
