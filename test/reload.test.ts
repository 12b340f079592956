import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { ResolvedRules, RulesReading } from '../src/config/read-rules.ts';
import { LedgerUnavailable } from '../src/ledger/ledger.ts';
import { reloader } from '../src/reload.ts';
import { configOf, rulesFile } from './config/made-rules.ts';

function rulesOf(file: string): ResolvedRules {
  return { file, mark: `mark of ${file}`, config: configOf(rulesFile()), sources: [], destinations: [] };
}
const good = (file: string): RulesReading => ({ ok: true, files: [], file, rules: rulesOf(file) });
const bad = (...messages: string[]): RulesReading => {
  return {
    ok: false,
    of: 'file',
    files: ['rules.json'],
    file: 'bad',
    problems: messages.map((message) => ({ path: 'rules', message })),
  };
};

/** A reloader on virtual time; the file is read when it is asked for. */
function openReload(first = 'first') {
  let reading = good(first);
  let current = rulesOf(first);
  let nowMs = 0;
  let refusal: () => Promise<string | undefined> = async () => undefined;
  const confirmed = new Set<string>();
  const lines: Record<string, unknown>[] = [];
  const heard: boolean[] = [];
  const reload = reloader({
    read: async () => reading,
    current: () => current,
    replace: (rules) => {
      current = rules;
    },
    refusal: async ({ file }) => (confirmed.has(file) ? undefined : refusal()),
    isConfirmed: async (file) => confirmed.has(file),
    heard: (isInForce) => void heard.push(isInForce),
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    elapsedMs: () => nowMs,
  });
  return {
    ...reload,
    lines,
    heard,
    confirmed,
    file: () => current.file,
    refuse: (why: () => Promise<string | undefined>) => {
      refusal = why;
    },
    said: (message: string) => lines.filter(({ msg }) => msg === message),
    /** The file is so from now on, and is asked for. */
    give(next: RulesReading) {
      reading = next;
      reload.ask();
    },
    /** The file is so from now on. */
    write(next: RulesReading) {
      reading = next;
    },
    /** Turns until so much time is over. */
    async pass(ms: number) {
      for (const until = nowMs + ms; nowMs < until; ) nowMs += Math.min(await reload.turn(), until - nowMs);
    },
  };
}

test('a file that fails for less than a second is taken as if it had never been seen', async () => {
  const { give, write, pass, lines, file, refused } = openReload();
  await pass(1_000);
  give(bad('half of it'));
  await pass(900);
  expect(lines).toEqual([]);
  write(good('second'));
  await pass(100);
  expect(file()).toBe('second');
  expect(refused()).toBeUndefined();
});

test('a failure that stands is said once with all that is wrong, and again to who asks', async () => {
  const { give, pass, said, file, refused, ask, heard } = openReload();
  await pass(1_000);
  give(bad('one', 'two'));
  await pass(5_000);
  expect(said('rules.refused')).toMatchObject([
    { path: 'rules.json', file: 'bad', problems: ['rules: one', 'rules: two'] },
  ]);
  expect(refused()).toEqual({ file: 'bad', why: 'rules: one; rules: two' });
  expect(file()).toBe('first');
  expect(heard.at(-1)).toBe(false);
  ask();
  await pass(5_000);
  expect(said('rules.refused')).toHaveLength(2);
});

test('the file that is in force, given again after a bad one, mends it', async () => {
  const { give, pass, refused, said, heard } = openReload();
  give(bad('one'));
  await pass(2_000);
  give(good('first'));
  await pass(1_000);
  expect(refused()).toBeUndefined();
  expect(heard.at(-1)).toBe(true);
  expect(said('rules.reloaded')).toEqual([]);
});

test('a file that is refused for what it would end is taken within two seconds of being confirmed', async () => {
  const { give, pass, refuse, refused, confirmed, file } = openReload();
  refuse(async () => 'too much');
  give(good('second'));
  await pass(5_000);
  expect(refused()).toEqual({ file: 'second', why: 'too much' });
  expect(file()).toBe('first');
  confirmed.add('second');
  await pass(2_000);
  expect(file()).toBe('second');
  expect(refused()).toBeUndefined();
});

test('a ledger that does not answer keeps a change waiting, and does not lose it', async () => {
  const { give, pass, refuse, turn, file } = openReload();
  await pass(1_000);
  refuse(async () => {
    throw new LedgerUnavailable('gone');
  });
  give(good('second'));
  await expect(turn()).rejects.toThrow('gone');
  await expect(turn()).rejects.toThrow('gone');
  refuse(async () => undefined);
  await turn();
  expect(file()).toBe('second');
});

test('what is asked for while a file is being judged is another reading', async () => {
  const { give, refuse, turn, file, ask, write } = openReload();
  const begun = Promise.withResolvers<void>();
  const judged = Promise.withResolvers<undefined>();
  refuse(() => {
    begun.resolve();
    return judged.promise;
  });
  give(good('second'));
  const first = turn();
  await begun.promise;
  write(good('third'));
  ask();
  judged.resolve(undefined);
  await first;
  expect(file()).toBe('second');
  await turn();
  expect(file()).toBe('third');
});
