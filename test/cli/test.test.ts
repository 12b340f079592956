import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testsPath } from '../../src/config/rules-tests.ts';
import { rule, rulesFile } from '../config/made-rules.ts';
import { runCli } from './run-cli.ts';
import { temporaryFile } from './temporary-file.ts';

const example = join(import.meta.dirname, '..', '..', 'rules.example.json');
const keyed = { ...rule, key: 'rate:{{ domain }}' };
const event = { source: 'inbox-check', fire: 'test.completed' };
const right = { name: 'a bad one is told', events: [event], expect: { told: ['chat'] } };
const wrong = {
  name: 'an unknown one is told',
  events: [{ ...event, set: { 'data.summary.inboxRate': '0.5' } }],
  expect: { incidents: { 'rate:news.example.com': 'open' }, told: ['chat'], verdicts: { r: 'match' } },
};

const rulesWith = (...tests: object[]) => temporaryFile('rules.json', rulesFile({ rules: [keyed], tests }));

describe('test', () => {
  test('runs every test of the example, needs no secret and exits with 0', async () => {
    const { code, out, err } = await runCli(['test', '--rules', example]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^(?:✓ .+\n)+\n\d+ tests pass\.\n$/);
  });

  test('shows of one that fails what was expected, what came, and why; and exits with 1', async () => {
    const { code, out } = await runCli(['test', '--rules', await rulesWith(right, wrong)]);
    expect(code).toBe(1);
    expect(out).toContain('✓ a bad one is told\n✗ an unknown one is told (tests[1])\n');
    expect(out).toContain('    incidents rate:news.example.com\n      - open\n      + none\n');
    expect(out).toContain('    told\n      - ["chat"]\n      + []\n');
    expect(out).toMatch(/ {4}verdicts r\n {6}- match\n {6}\+ unknown\n {6}rule r: unknown/);
    expect(out).toMatch(/inboxRate .*missing/);
    expect(out).toContain('    what was told:\n      nothing, to nobody\n');
    expect(out).toContain('\n1 of 2 tests fails: "-" was expected, "+" came.\n');
  });

  test('says who was told what and when, where that is not as expected', async () => {
    const expected = { ...right, expect: { told: { chat: [] } } };
    const { out } = await runCli(['test', '--rules', await rulesWith(expected)]);
    expect(out).toContain('      after 0 s: open to chat, about rate:news.example.com #1\n');
  });

  test('says that a rule does not hear an event, where it is expected to say something of it', async () => {
    const deaf = { ...right, events: [{ ...event, fire: 'test.failed' }], expect: { verdicts: { r: 'match' } } };
    const { out } = await runCli(['test', '--rules', await rulesWith(deaf)]);
    expect(out).toContain('      + out-of-scope\n      rule r does not hear the last event\n');
  });

  test('runs those beside the file after those in it', async () => {
    const path = await rulesWith(right);
    await writeFile(testsPath(path), JSON.stringify({ tests: [wrong] }));
    const { code, out } = await runCli(['test', '--rules', path]);
    expect(code).toBe(1);
    expect(out).toMatch(/^✓ a bad one is told\n✗ an unknown one is told \(rules\.tests\.json tests\[0\]\)\n/);
  });

  test('runs only those with a word in their name', async () => {
    const path = await rulesWith(right, wrong);
    expect(await runCli(['test', '--rules', path, 'BAD'])).toMatchObject({
      code: 0,
      out: '✓ a bad one is told\n\n1 test passes.\n',
    });
    expect(await runCli(['test', '--rules', path, 'bad', 'unknown'])).toMatchObject({ code: 1 });
    const { code, err } = await runCli(['test', '--rules', path, 'neither']);
    expect(code).toBe(2);
    expect(err).toBe('No test has neither in its name. There are:\n  a bad one is told\n  an unknown one is told\n');
  });

  test('without any says how to write one, which passes, and exits with 0', async () => {
    const path = await rulesWith();
    const { code, out } = await runCli(['test', '--rules', path]);
    expect(code).toBe(0);
    expect(out).toContain(`${path} has no tests. Write some under "tests" there, or in rules.tests.json beside it`);
    await writeFile(testsPath(path), out.slice(out.indexOf('{')));
    expect(await runCli(['test', '--rules', path])).toMatchObject({
      code: 0,
      out: '✓ test.completed from inbox-check\n\n1 test passes.\n',
    });
  });

  test('of a file that cannot be used says why, and exits with 1', async () => {
    const path = await rulesWith({ ...right, expect: { told: ['nobody'] } });
    const { code, err } = await runCli(['test', '--rules', path]);
    expect(code).toBe(1);
    expect(err).toMatch(
      /cannot be used:\n {2}tests\[0\]\.expect\.told\[0\] \(line \d+\): there is no destination "nobody"/,
    );
  });
});

describe('test --json', () => {
  test('is one object with all that came of each', async () => {
    const { code, out, err } = await runCli(['test', '--rules', await rulesWith(right, wrong), '--json']);
    expect([code, err]).toEqual([1, '']);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      tests: [
        {
          name: right.name,
          at: 'tests[0]',
          ok: true,
          differences: [],
          told: [{ atMs: 0, destination: 'chat', act: 'open' }],
        },
        {
          name: wrong.name,
          at: 'tests[1]',
          ok: false,
          differences: [{}, {}, { trace: { rule: 'r', verdict: 'unknown' } }],
        },
      ],
    });
  });

  test('without any is fine', async () => {
    expect(JSON.parse((await runCli(['test', '--rules', await rulesWith(), '--json'])).out)).toEqual({
      ok: true,
      tests: [],
    });
  });
});

describe('a test that fails', () => {
  test('is a problem to check', async () => {
    const { code, err } = await runCli(['check', '--rules', await rulesWith(right, wrong)]);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^tests\[1\]: the test "an unknown one is told" fails: incidents .*\n.*rules\.json: 1 problem\n$/,
    );
  });

  test('keeps serve from starting', async () => {
    const path = await rulesWith(wrong);
    const { code, err } = await runCli(['serve', '--rules', path], {
      IC: 'a-secret',
      RS: 'a-secret',
      SLACK_BOT_TOKEN: 'x',
    });
    expect(code).toBe(1);
    expect(err).toContain(
      `${path} does not pass its tests (tocsin test shows more):\n  tests[0]: the test "an unknown`,
    );
  });
});
