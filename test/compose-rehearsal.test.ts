import { describe, expect, onTestFinished, test } from 'vitest';
import { traitsByType } from '../src/compose.ts';
import { openingsOf } from '../src/compose-destinations.ts';
import { failingTests, stageOf, waysOf } from '../src/compose-rehearsal.ts';
import { loadRules } from '../src/config/load-rules.ts';
import { resolveDestinations } from '../src/config/resolve.ts';
import { openLog } from '../src/runtime/log.ts';
import { configOf, rule, rulesFile } from './config/made-rules.ts';

const destinations = {
  chat: { type: 'slack', channel: 'C0123456789' },
  quiet: { type: 'slack', channel: 'C0000000001', threads: 'none', editEvery: '1m', fallbackAfter: '5m' },
  hook: { type: 'slack-webhook', url: { env: 'HOOK' } },
  pager: { type: 'pagerduty', routingKey: { env: 'PAGER' } },
  shown: { type: 'preview' },
};

describe('a rehearsal', () => {
  test('can at each destination what can be done at the real one', async () => {
    const config = configOf(rulesFile({ destinations }));
    const resolved = resolveDestinations(config, () => 'http://127.0.0.1/', []);
    const log = openLog('silent');
    const rules = { file: '', mark: '', config, sources: [], destinations: resolved };
    const openings = openingsOf(rules, { preview: false, slackApiUrl: 'http://127.0.0.1/', buttons: false, log });
    for (const { open } of openings) {
      const destination = open();
      const text = config.destinations.get(destination.name);
      expect(text && waysOf(text), destination.name).toEqual(destination.ways);
      await destination.close();
    }
    expect(openings).toHaveLength(5);
  });

  test('tells two labels that lead to one place as one', () => {
    const twins = {
      chat: { type: 'slack', channel: 'C0123456789' },
      twin: { type: 'slack', channel: 'C0123456789' },
      pager: { type: 'pagerduty', routingKey: [{ env: 'NEW' }, { env: 'OLD' }] },
      other: { type: 'pagerduty', routingKey: { env: 'NEW' } },
      elsewhere: { type: 'pagerduty', routingKey: { env: 'NEW' }, server: 'events.eu.pagerduty.com' },
    };
    const { standing } = stageOf(configOf(rulesFile({ destinations: twins })));
    const address = (label: string) => standing.places.get(label)?.address;
    expect(address('twin')).toBe(address('chat'));
    expect(address('other')).toBe(address('pager'));
    expect(address('elsewhere')).not.toBe(address('pager'));
  });
});

describe('the tests of a rules file that fail', () => {
  const event = { source: 'inbox-check', fire: 'test.completed' };

  test('are named with their place and all that is wrong', async () => {
    const tests = [
      { name: 'fine', events: [event], expect: { told: ['chat'] } },
      { name: 'wrong', events: [event], expect: { told: [], verdicts: { r: 'clear' } } },
    ];
    expect(await failingTests(configOf(rulesFile({ rules: [rule], tests })))).toEqual([
      {
        path: 'tests[1]',
        message:
          'the test "wrong" fails: told: expected [], came ["chat"]; verdicts "r": expected "clear", came "match"',
      },
    ]);
  });

  test('are none in the example', async () => {
    const loaded = loadRules('rules.example.json', traitsByType);
    expect(loaded).toMatchObject({ ok: true });
    if (!loaded.ok) return;
    expect(loaded.config.tests.length).toBeGreaterThan(5);
    expect(await failingTests(loaded.config)).toEqual([]);
  });

  test('are found while others have their turn', async () => {
    const events = Array.from({ length: 200 }, (_, minute) => ({ ...event, at: `${minute}m` }));
    const tests = Array.from({ length: 20 }, (_, i) => ({ name: `${i}`, events, expect: { told: ['chat'] } }));
    const config = configOf(rulesFile({ rules: [rule], tests }));
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    onTestFinished(() => clearInterval(timer));
    await failingTests(config);
    expect(turns).toBeGreaterThan(3);
  });

  test('of the example leave no rule of it untried', () => {
    const loaded = loadRules('rules.example.json', traitsByType);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const { tests, rules } = loaded.config;
    const tried = new Set(tests.flatMap(({ expect: { verdicts = {} } }) => Object.keys(verdicts)));
    expect(rules.rules.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([]);
  });
});
