import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { traitsByType } from '../../src/compose.ts';
import { loadRules } from '../../src/config/load-rules.ts';
import { knownKeys } from './known-keys.ts';
import { configOf, problemsIn, rule, rulesFile, withDestination, withRule } from './made-rules.ts';

const example = join(import.meta.dirname, '..', '..', 'rules.example.json');

describe('a rules file', () => {
  test('as it is shipped has no problem and no warning', () => {
    const loaded = loadRules(example, traitsByType);
    expect(loaded.ok ? loaded.config.warnings : loaded.problems).toEqual([]);
    expect(loaded.ok && loaded.config.rules.rules.length).toBeGreaterThan(5);
  });

  test('takes every key there is, and there is no other', () => {
    const secret = { file: '/run/secrets/key' };
    const pace = { perMinute: 30, burst: 5 };
    const text = rulesFile({
      $schema: './rules.schema.json',
      owner: 'chat',
      orphanGrace: '30m',
      staleAfter: '12h',
      retention: { age: '7d', bytes: 1_000_000 },
      sources: {
        ic: { type: 'inbox-check', secrets: [{ env: 'IC' }, secret], maxAge: '1h30m', test: { tags: 'test' } },
        rs: { type: 'reachscore', secrets: [secret] },
      },
      destinations: {
        chat: {
          ...{ type: 'slack', channel: 'C0123456789', token: [secret, { env: 'OLD' }], pace, timeout: '5s' },
          ...{ threads: 'none', broadcastResolve: false, editEvery: '30s', fallback: 'hook', fallbackAfter: '5m' },
          operators: { users: ['U0123456789'], groups: ['S0123456789'] },
        },
        hook: { type: 'slack-webhook', url: secret, pace: 'none', fallbackAfter: '1m' },
        pager: {
          ...{ type: 'pagerduty', routingKey: [{ env: 'NEW' }, secret], server: 'events.eu.pagerduty.com:443' },
          fallback: 'chat',
        },
        shown: { type: 'preview' },
      },
      rules: [
        {
          id: 'all-keys',
          description: 'words',
          enabled: true,
          on: ['test.completed', 'alert.*'],
          from: ['ic', 'rs'],
          where: { domain: { $exists: true } },
          when: { inboxRate: { $lt: 0.8 } },
          clear: { inboxRate: { $gte: 0.85 } },
          fireAfter: { count: 2, of: 3 },
          clearAfter: { count: 2 },
          severity: 'critical',
          key: 'placement:{{ domain | downcase }}',
          to: ['chat', 'hook', 'pager', 'shown'],
          lifecycle: 'incident',
          resolveAfter: '6h',
          testEvents: 'as-live',
        },
        { id: 'notice', on: ['domain.verified'], lifecycle: 'notice', to: ['chat'], testEvents: 'apart' },
        {
          id: 'in-its-own-words',
          mode: 'shadow',
          on: ['test.completed'],
          baseline: { metric: 'inboxRate', dropAtLeast: 0.15, over: 20 },
          onUnknown: 'ignore',
          severity: { from: 'grade', map: { F: 'error' }, default: 'info' },
          to: { critical: ['chat'], error: ['chat'], warning: ['chat'], info: ['chat'], default: ['chat'] },
          message: { title: '{{ domain }}', text: '{{ inboxRate | percent }}', fields: { Grade: '{{ grade }}' } },
        },
        { id: 'silent', on: ['test.completed'], absent: { for: '26h' }, to: ['chat'] },
        { id: 'else', otherwise: true, to: ['chat'] },
      ],
      tests: [
        {
          name: 'a domain is verified',
          events: [
            { source: 'rs', fire: 'domain.verified', set: { 'data.name': 'a.example' }, at: '0m', occurredAt: '0m' },
            { source: 'rs', payload: { type: 'domain.verified', data: {} } },
          ],
          until: '1h',
          expect: { incidents: {}, told: ['chat'], verdicts: { notice: 'match' } },
        },
      ],
    });
    expect(knownKeys().filter((key) => !text.includes(`"${key}":`))).toEqual([]);
    const config = configOf(text);
    expect(config).toMatchObject({
      owner: 'chat',
      orphanGraceMs: 30 * 60_000,
      staleAfterMs: 12 * 3_600_000,
      retention: { ageMs: 7 * 86_400_000, bytes: 1_000_000 },
      warnings: ['critical', 'warning'].map((severity) => ({
        path: expect.stringMatching(`^rules\\[2\\]\\.to\\.${severity} `),
        message: `this rule is never "${severity}": nobody here is told`,
      })),
    });
    expect(config.sources.get('ic')).toMatchObject({ maxAge: 5_400_000, testFilter: expect.any(Function) });
    expect(config.destinations.get('chat')).toMatchObject({ token: [secret, { env: 'OLD' }], pace, timeout: 5_000 });
    expect(config.destinations.get('chat')).toMatchObject({
      threads: 'none',
      broadcastResolve: false,
      editEvery: 30_000,
      fallbackAfter: 300_000,
      operators: { users: ['U0123456789'], groups: ['S0123456789'] },
    });
    expect(config.rules.rules[0]?.counting).toEqual({ fire: { count: 2, of: 3 }, clear: 2 });
    expect([...config.fallbacks]).toEqual([
      ['chat', 'hook'],
      ['pager', 'chat'],
    ]);
    expect(config.rules.rules).toMatchObject([
      { id: 'all-keys', severity: 'critical', resolveAfterMs: 21_600_000, testsAsLive: true, notice: false },
      { id: 'notice', notice: true, testsAsLive: false, severity: 'warning' },
      { id: 'in-its-own-words', shadow: true, onUnknown: 'ignore', baseline: { over: 20 }, to: ['chat'] },
      { id: 'silent', absentMs: 93_600_000, onUnknown: 'tell-owner', shadow: false },
      { id: 'else', otherwise: true, notice: true },
    ]);
  });

  test('that says little means the defaults', () => {
    const config = configOf(rulesFile());
    expect(config).toMatchObject({
      orphanGraceMs: 600_000,
      staleAfterMs: 86_400_000,
      retention: {},
      fallbacks: new Map(),
      warnings: [],
    });
    expect(config).not.toHaveProperty('owner');
    expect(config.destinations.get('chat')).toEqual({
      type: 'slack',
      channel: 'C0123456789',
      token: { env: 'SLACK_BOT_TOKEN' },
      threads: 'changes',
      broadcastResolve: false,
      editEvery: 10_000,
    });
    expect(config.rules.rules).toMatchObject([{ severity: 'warning', notice: false, testsAsLive: false }]);
  });

  test('of which a rule is at rest leaves that rule out, but not its faults', () => {
    expect(configOf(rulesFile({ rules: [rule, { ...rule, id: 'rests', enabled: false }] })).rules.rules).toHaveLength(
      1,
    );
    expect(problemsIn(withRule({ enabled: false, to: ['nobody'] }))).toHaveLength(1);
  });

  test('of which a rule before another is at rest keeps the places of those that follow', () => {
    const rules = [
      { ...rule, enabled: false },
      { ...rule, id: 'second' },
    ];
    expect(configOf(rulesFile({ rules })).rules.rules).toMatchObject([{ id: 'second', order: 1 }]);
  });

  test('with a destination that nobody uses is a warning with its line', () => {
    const destinations = { chat: { type: 'preview' }, spare: { type: 'preview' }, mine: { type: 'preview' } };
    const { warnings } = configOf(rulesFile({ destinations, owner: 'mine' }));
    expect(warnings).toEqual([{ path: 'destinations.spare (line 24)', message: 'no rule sends to this destination' }]);
  });

  test('with destinations that only stand in for others has no warning', () => {
    const preview = { type: 'preview' };
    const destinations = { chat: { ...preview, fallback: 'b' }, a: preview, b: { ...preview, fallback: 'a' } };
    expect(configOf(rulesFile({ destinations })).warnings).toEqual([]);
  });

  test('with one that only stands in for what nobody uses is a warning for both', () => {
    const preview = { type: 'preview' };
    const destinations = { chat: preview, a: preview, b: { ...preview, fallback: 'a' } };
    expect(configOf(rulesFile({ destinations })).warnings).toMatchObject([
      { path: expect.stringContaining('destinations.a') },
      { path: expect.stringContaining('destinations.b') },
    ]);
  });

  test('with a destination that only a rule at rest uses is a warning', () => {
    const { warnings } = configOf(withRule({ enabled: false }));
    expect(warnings).toMatchObject([{ path: expect.stringContaining('destinations.chat') }]);
  });

  test('that wants a reply shown and none made has a warning', () => {
    const chat = { type: 'slack', channel: 'C0123456789', threads: 'none', broadcastResolve: true };
    expect(configOf(withDestination(chat)).warnings).toEqual([
      {
        path: expect.stringMatching(/^destinations\.chat\.broadcastResolve \(line \d+\)$/),
        message: 'shows a reply, and "threads": "none" has none',
      },
    ]);
  });

  test('may begin with a byte order mark', () => {
    expect(configOf(`\uFEFF${rulesFile()}`).rules.rules).toHaveLength(1);
  });

  test('that is not there, or no file, is one problem that says so', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'tocsin-rules-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    const path = join(dir, 'rules.json');
    expect(loadRules(path, traitsByType)).toEqual({
      ok: false,
      problems: [
        {
          path,
          message: 'there is no such file. Begin with a copy of rules.example.json, or name another with --rules',
        },
      ],
    });
    expect(loadRules(dir, traitsByType)).toMatchObject({ problems: [{ message: 'cannot be read (EISDIR)' }] });
    await writeFile(path, rulesFile());
    expect(loadRules(path, traitsByType)).toMatchObject({ ok: true });
  });
});

describe('a duration, a pace and a name', () => {
  test.each([
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['500ms', 500],
  ])('%s is %i ms', (resolveAfter, ms) => {
    expect(configOf(withRule({ resolveAfter })).rules.rules[0]?.resolveAfterMs).toBe(ms);
  });

  test.each(['0s', '6', '-6h', '6 h', 'six hours', '', '1h-1m'])('%j is no duration', (resolveAfter) => {
    expect(problemsIn(withRule({ resolveAfter }))).toEqual([
      'rules[0].resolveAfter: takes a duration such as "90s", "6h" or "1h30m"',
    ]);
  });

  test('of more than a year is refused', () => {
    expect(configOf(withRule({ resolveAfter: '366d' })).rules.rules[0]?.resolveAfterMs).toBe(366 * 86_400_000);
    expect(problemsIn(withRule({ resolveAfter: '367d' }))).toEqual([
      'rules[0].resolveAfter: takes a year (366d) at the most',
    ]);
  });

  test('a pace alone bursts by one', () => {
    const config = configOf(withDestination({ type: 'preview', pace: { perMinute: 12 } }));
    expect(config.destinations.get('chat')?.pace).toEqual({ perMinute: 12, burst: 1 });
  });

  test.each(['#general', 'general', 'c0123456789', 'U0123456789', ''])('%j is no channel id', (channel) => {
    expect(problemsIn(withDestination({ type: 'slack', channel }))).toEqual([
      'destinations.chat.channel: takes a channel id such as "C0123456789", not a name',
    ]);
  });

  test.each(['0s', '999ms'])('%s is too often for edits', (editEvery) => {
    expect(problemsIn(withDestination({ type: 'slack', channel: 'C0123456789', editEvery }))).toEqual([
      expect.stringMatching(/^destinations\.chat\.editEvery: takes (at least "1s"|a duration)/),
    ]);
  });

  test.each([
    [{}, 'operators: takes "users", "groups", or both'],
    [{ users: ['@ops'] }, 'operators.users[0]: takes user ids such as "U0123456789"'],
    [{ groups: ['U0123456789'] }, 'operators.groups[0]: takes user group ids such as "S0123456789"'],
    [{ user: ['U0123456789'] }, 'operators.user: there is no key "user" here: did you mean "users"?'],
  ])('%j are no operators', (operators, problem) => {
    expect(problemsIn(withDestination({ type: 'slack', channel: 'C0123456789', operators }))).toContain(
      `destinations.chat.${problem}`,
    );
  });

  test.each(['https://events.pagerduty.com', 'events.pagerduty.com/', 'host:port', 'a b'])(
    '%j is no server',
    (server) => {
      expect(problemsIn(withDestination({ type: 'pagerduty', routingKey: { env: 'PD' }, server }))).toEqual([
        expect.stringMatching(/^destinations\.chat\.server: takes a host, or host:port, without https/),
      ]);
    },
  );
});
