import { describe, expect, test } from 'vitest';
import { runCli } from './run-cli.ts';
import { temporaryFile } from './temporary-file.ts';

const commands = [
  ['serve'],
  ['fire'],
  ['check'],
  ['deliveries'],
  ['deliveries', 'list'],
  ['deliveries', 'show'],
  ['incidents'],
  ['incidents', 'list'],
  ['incidents', 'show'],
  ['incidents', 'ack'],
  ['incidents', 'resolve'],
  ['incidents', 'snooze'],
  ['silence'],
  ['silence', 'add'],
  ['silence', 'list'],
  ['silence', 'expire'],
  ['notifications'],
  ['notifications', 'list'],
  ['notifications', 'show'],
  ['redeliver'],
  ['reload'],
  ['schema'],
];

describe('the command line', () => {
  test.each([[], ...commands])('%s --help exits with 0 and says what it is for', async (...command) => {
    const { code, out, err } = await runCli([...command, '--help']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`Usage: ${['tocsin', ...command].join(' ')}`);
  });

  test('--help names every command', async () => {
    const { out } = await runCli(['--help']);
    for (const [name] of commands) expect(out).toMatch(new RegExp(`^ +${name}\\b`, 'm'));
  });

  test.each([
    [['serv'], "unknown command 'serv'"],
    [['check', '--rule', 'x'], "unknown option '--rule'"],
    [['check', 'rules.json'], 'too many arguments'],
    [['check', '--rules'], 'argument missing'],
    [['deliveries', 'lst'], "unknown command 'lst'"],
    [['deliveries', 'show'], 'missing required argument'],
    [['deliveries', 'list', '--limit', '0'], 'Give a number from 1 to 1000.'],
    [['incidents', 'list', '--limit', 'x'], 'Give a number from 1 to 1000.'],
    [['incidents', 'ack'], 'missing required argument'],
    [['incidents', 'ack', 'a', 'b'], 'too many arguments'],
    [['incidents', 'acknowledge', 'a'], "unknown command 'acknowledge'"],
    [['silence', 'expire'], 'missing required argument'],
    [['notifications', 'show'], 'missing required argument'],
    [['reload', '--force'], "unknown option '--force'"],
    [['fire'], 'missing required argument'],
    [
      ['serve', '--port', '70000', '--preview', '--rules', 'rules.example.json'],
      '--port takes a number from 0 to 65535',
    ],
  ])('%j exits with 2 and says what is wrong', async (args, words) => {
    const { code, err } = await runCli(args);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });

  test('a variable that cannot be used exits with 2, by its name', async () => {
    const { code, err } = await runCli(['check'], { PORT: 'http', LOG_LEVEL: 'loud' });
    expect(code).toBe(2);
    expect(err).toMatch(/^PORT: .*\nLOG_LEVEL: .*\n$/);
  });
});

describe('a look at the ledger', () => {
  test('where there is none exits with 2 and says how it is named', async () => {
    const TOCSIN_DATA = await temporaryFile('none.db');
    const { code, err } = await runCli(['deliveries', 'list'], { TOCSIN_DATA });
    expect(code).toBe(2);
    expect(err).toBe(`There is no ledger at ${TOCSIN_DATA}: TOCSIN_DATA names the file, REDIS_URL a Redis.\n`);
  });

  test('at a file that is none exits with 1 and says so', async () => {
    const TOCSIN_DATA = await temporaryFile('ledger.db', 'This is a letter, and no ledger.'.repeat(200));
    const { code, err } = await runCli(['incidents', 'list'], { TOCSIN_DATA });
    expect(code).toBe(1);
    expect(err).toMatch(/^The ledger does not answer: .+\n$/);
  });

  test('on a Redis that is not there exits with 1, and shows no password', async () => {
    const REDIS_URL = 'redis://somebody:hunter2@127.0.0.1:1/0';
    const { code, out, err } = await runCli(['deliveries', 'list'], { REDIS_URL });
    expect(code).toBe(1);
    expect(err).toMatch(/^The ledger does not answer: /);
    expect(out + err).not.toContain('hunter2');
  });

  test('on a Redis whose URL cannot be read exits with 1, and shows no password', async () => {
    const { code, out, err } = await runCli(['deliveries', 'list'], { REDIS_URL: 'http://somebody:hunter2@' });
    expect(code).toBe(1);
    expect(out + err).not.toContain('hunter2');
  });
});
