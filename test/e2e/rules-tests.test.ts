import { rm, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { testsPath } from '../../src/config/rules-tests.ts';
import { metricsOf, serveIn, townOn, warningsOf, withRule } from './reload-town.ts';
import { runCli } from './running-service.ts';

const lenient = withRule({ when: { inboxRate: { $lt: 0.4 } } });
const tests = [
  {
    name: 'a bad one calls people out',
    events: [{ source: 'inbox-check', fire: 'test.completed', set: { 'data.summary.inboxRate': 0.5 } }],
    expect: { told: ['deliverability', 'on-call'] },
  },
];
const failing = /tests\[0\]: the test "a bad one calls people out" fails: told: expected .*, came \[\]/;

describe('the tests of a rules file', () => {
  test('that fail keep a service from starting, and it says so', async () => {
    const town = await townOn('sqlite', { ...lenient, tests });
    const { code, err } = await runCli(['serve'], { env: { ...town.env, PORT: '0' } });
    expect(code).toBe(1);
    expect(err).toMatch(/does not pass its tests/);
    expect(err).toMatch(failing);
  });

  test('that fail after an edit keep it out of force, with words, until it passes', async () => {
    const town = await townOn('sqlite', { tests });
    const service = await serveIn(town);
    const refused = service.says('rules.refused');
    await town.change(lenient);
    expect((await refused).problems).toEqual([expect.stringMatching(failing)]);
    expect(await warningsOf(service)).toEqual([expect.stringMatching(failing)]);
    expect(await metricsOf(service)).toContain('tocsin_config_last_reload_successful 0');
    const reloaded = service.says('rules.reloaded');
    await town.change(withRule({ severity: 'critical' }));
    await reloaded;
    expect(await warningsOf(service)).toEqual([]);
  });

  test('that are written beside a file in force, and fail, are told, and forgotten when they go', async () => {
    const town = await townOn('sqlite', lenient);
    const service = await serveIn(town);
    const refused = service.says('rules.refused');
    await writeFile(testsPath(town.rules), JSON.stringify({ tests }));
    expect((await refused).problems).toEqual([expect.stringMatching(failing)]);
    const unchanged = service.says('rules.unchanged');
    await rm(testsPath(town.rules));
    await unchanged;
    expect(await warningsOf(service)).toEqual([]);
  });
});
