import { describe, expect, test } from 'vitest';
import { traitsByType } from '../../src/compose.ts';
import { parseRules } from '../../src/config/load-rules.ts';

const secrets = [{ env: 'SECRET' }];
const rule = {
  id: 'low',
  on: ['test.completed'],
  when: { inboxRate: { $lt: 0.8 } },
  severity: 'error',
  to: ['chat'],
};

function load(pager: object, changes: object = {}, of: object = {}) {
  const file = {
    sources: { ic: { type: 'inbox-check', secrets }, pager: { type: 'pagerduty', secrets, ...pager } },
    destinations: { chat: { type: 'preview' } },
    rules: [{ ...rule, ...changes }],
    ...of,
  };
  const loaded = parseRules(JSON.stringify(file), traitsByType);
  return loaded.ok ? loaded.config : loaded.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('a source of PagerDuty', () => {
  test('is at PagerDuty in America unless it says otherwise', () => {
    expect(load({})).toMatchObject({ warnings: [] });
    const config = load({ server: 'events.eu.pagerduty.com' });
    const servers = Array.isArray(config) ? config : [...config.sources.values()];
    expect(servers).toMatchObject([{ type: 'inbox-check' }, { type: 'pagerduty', server: 'events.eu.pagerduty.com' }]);
    expect(load({})).toHaveProperty('sources');
  });

  test.each([
    ['an age, since no moment is signed', { maxAge: '5m' }, 'sources.pager.maxAge'],
    ['a test filter, since it sends no events', { test: { tags: 'x' } }, 'sources.pager.test'],
    ['a server with its scheme', { server: 'https://events.pagerduty.com' }, 'sources.pager.server'],
    ['no secret', { secrets: [] }, 'sources.pager.secrets'],
  ])('takes no %s', (_, pager, path) => {
    expect(load(pager)).toEqual([expect.stringContaining(path)]);
  });

  test('is heard by no rule, and a rule that would is a fault', () => {
    expect(load({}, { from: ['ic', 'pager'] })).toEqual([
      'rules[0].from[1] (line 1): "pager" sends what people do to their pages, which no rule hears: leave it out',
    ]);
    const config = load({}, { on: undefined, resolveAfter: '1h' });
    if (Array.isArray(config)) throw new Error(config.join());
    expect(load({}, { on: ['incident.*'] })).toEqual([expect.stringContaining('never end')]);
  });

  test('whose type is misspelt is told which there are', () => {
    expect(load({ type: 'pagerdute' })).toContainEqual(
      expect.stringContaining('takes "type": "inbox-check", "reachscore" or "pagerduty"'),
    );
  });
});
