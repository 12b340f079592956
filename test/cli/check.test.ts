import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rule, rulesFile } from '../config/made-rules.ts';
import { runCli } from './run-cli.ts';
import { temporaryFile } from './temporary-file.ts';

const example = join(import.meta.dirname, '..', '..', 'rules.example.json');
const faulty = rulesFile({
  owner: 'nobody',
  rules: [
    { ...rule, when: { inboxRate: { $below: 0.8 } } },
    { ...rule, id: 'r2', severity: 'high' },
  ],
});

const noFile = 'there is no such file. Begin with a copy of rules.example.json, or name another with --rules';

describe('check', () => {
  test('of a file without a fault says so and exits with 0', async () => {
    expect(await runCli(['check', '--rules', example])).toEqual({
      code: 0,
      out: expect.stringMatching(/rules\.example\.json is fine: \d+ rules, \d+ tests pass\.\n$/),
      err: '',
    });
  });

  test('of a file with three faults prints three lines with their paths, and exits with 1', async () => {
    const path = await temporaryFile('rules.json', faulty);
    const { code, out, err } = await runCli(['check', '--rules', path]);
    expect([code, out]).toEqual([1, '']);
    const lines = err.trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^rules\[0\]\.when\.inboxRate\.\$below \(line \d+\): there is no operator/),
      expect.stringMatching(/^rules\[1\]\.severity \(line \d+\): takes "critical"/),
      expect.stringMatching(/^owner \(line \d+\): there is no destination "nobody": there are: chat$/),
      `${path}: 3 problems`,
    ]);
  });

  test('shows warnings, which are no faults', async () => {
    const destinations = { chat: { type: 'preview' }, spare: { type: 'preview' } };
    const path = await temporaryFile('rules.json', rulesFile({ destinations }));
    const { code, out, err } = await runCli(['check', '--rules', path]);
    expect([code, out]).toEqual([0, `${path} can be used, with 1 warning: 1 rule.\n`]);
    expect(err).toMatch(/^warning: destinations\.spare \(line \d+\): no rule sends to this destination\n$/);
  });

  test('takes the file that TOCSIN_RULES names', async () => {
    const path = await temporaryFile('rules.json', faulty);
    expect((await runCli(['check'], { TOCSIN_RULES: path })).code).toBe(1);
    expect((await runCli(['check', '--rules', example], { TOCSIN_RULES: path })).code).toBe(0);
  });

  test('of a file that is not there exits with 1', async () => {
    const { code, err } = await runCli(['check', '--rules', '/nowhere/rules.json']);
    expect(code).toBe(1);
    expect(err).toBe(`/nowhere/rules.json: ${noFile}\n/nowhere/rules.json: 1 problem\n`);
  });

  test('needs no secret', async () => {
    expect((await runCli(['check', '--rules', example], {})).code).toBe(0);
  });
});

describe('check --json', () => {
  test('is one object, on standard output alone', async () => {
    const path = await temporaryFile('rules.json', faulty);
    const { code, out, err } = await runCli(['check', '--rules', path, '--json']);
    expect([code, err]).toEqual([1, '']);
    expect(JSON.parse(out)).toEqual({
      ok: false,
      problems: [
        { path: 'rules[0].when.inboxRate.$below', line: expect.any(Number), message: expect.any(String) },
        { path: 'rules[1].severity', line: expect.any(Number), message: expect.any(String) },
        { path: 'owner', line: expect.any(Number), message: expect.any(String) },
      ],
      warnings: [],
    });
  });

  test('names the file where it is another, and where there is none', async () => {
    const path = await temporaryFile('rules.json', rulesFile());
    await writeFile(path.replace('.json', '.tests.json'), '{"tests": [\n{"name": "a"}]}');
    const faults = JSON.parse((await runCli(['check', '--rules', path, '--json'])).out).problems;
    expect(faults[0]).toMatchObject({ file: 'rules.tests.json', path: expect.stringMatching(/^tests\[0\]/), line: 2 });
    expect(JSON.parse((await runCli(['check', '--rules', '/nowhere/rules.json', '--json'])).out).problems).toEqual([
      { file: '/nowhere/rules.json', path: '', message: noFile },
    ]);
  });

  test('of a file without a fault has none', async () => {
    const { code, out } = await runCli(['check', '--rules', example, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ ok: true, problems: [], warnings: [] });
  });
});
