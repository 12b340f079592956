import { describe, expect, test } from 'vitest';
import { resolveDestinations, resolveSources } from '../../src/config/resolve.ts';
import { secretReader } from '../../src/config/secrets.ts';
import type { Problem } from '../../src/domain/filter/filter.ts';
import { configOf, rulesFile } from './made-rules.ts';

const read = secretReader({
  IC: 'ic-1',
  IC_OLD: 'ic-0',
  RS: 'rs-1',
  SLACK_BOT_TOKEN: 'xoxb',
  PD: 'pd-1',
  PD_OLD: 'pd-0',
  OLD_TOKEN: 'xoxb-old',
});

describe('a source', () => {
  test('has all its secrets, its age and its test filter', () => {
    const problems: Problem[] = [];
    const secrets = [{ env: 'IC' }, { env: 'IC_OLD' }];
    const sources = { ic: { type: 'inbox-check', secrets, maxAge: '10m', test: { tags: 'test' } } };
    const [source] = resolveSources(configOf(rulesFile({ sources })), read, problems);
    expect(source).toMatchObject({ name: 'ic', type: 'inbox-check', secrets: ['ic-1', 'ic-0'], maxAgeMs: 600_000 });
    expect(source?.testFilter?.({ tags: ['test'] }).verdict).toBe('match');
    expect(problems).toEqual([]);
  });

  test('leaves its age to its type when it says nothing', () => {
    expect(resolveSources(configOf(rulesFile()), read, [])).toMatchObject([
      { name: 'inbox-check', maxAgeMs: undefined },
      { name: 'reachscore', maxAgeMs: undefined },
    ]);
  });
});

describe('a destination', () => {
  test('is not told through what is no URL, and the fault does not repeat it', () => {
    const problems: Problem[] = [];
    const chat = { type: 'preview' };
    resolved({ chat, hook: { type: 'slack-webhook', url: { env: 'IC' } } }, problems);
    expect(problems).toEqual([{ path: 'destinations.hook.url', message: 'what it names is no http or https URL' }]);
  });

  const resolved = (destinations: object, problems: Problem[] = []) =>
    resolveDestinations(configOf(rulesFile({ destinations })), read, problems);

  test('has ten seconds, and the pace and the patience of its type unless told otherwise', () => {
    const url = { env: 'IC' };
    expect(
      resolved({
        chat: { type: 'slack', channel: 'C0123456789' },
        hook: { type: 'slack-webhook', url },
        pager: { type: 'pagerduty', routingKey: { env: 'PD' } },
        shown: { type: 'preview' },
      }),
    ).toEqual([
      {
        name: 'chat',
        type: 'slack',
        channel: 'C0123456789',
        token: 'xoxb',
        otherTokens: [],
        threads: 'changes',
        broadcastResolve: false,
        editEveryMs: 10_000,
        timeoutMs: 10_000,
        pace: { perMinute: 60, burst: 1 },
        fallbackAfterMs: 600_000,
      },
      {
        name: 'hook',
        type: 'slack-webhook',
        url: 'ic-1',
        timeoutMs: 10_000,
        pace: { perMinute: 60, burst: 1 },
        fallbackAfterMs: 600_000,
      },
      {
        name: 'pager',
        type: 'pagerduty',
        routingKey: 'pd-1',
        server: 'events.pagerduty.com',
        timeoutMs: 10_000,
        pace: { perMinute: 120, burst: 1 },
        fallbackAfterMs: 120_000,
      },
      { name: 'shown', type: 'preview', timeoutMs: 10_000, pace: 'none', fallbackAfterMs: 600_000 },
    ]);
  });

  test('keeps its own pace, patience and manner', () => {
    const chat = {
      ...{ type: 'slack', channel: 'C0123456789', pace: 'none', timeout: '2s', fallbackAfter: '3m' },
      ...{ threads: 'none', broadcastResolve: true, editEvery: '1s' },
    };
    expect(resolved({ chat })).toMatchObject([
      {
        ...{ pace: 'none', timeoutMs: 2_000, fallbackAfterMs: 180_000 },
        ...{ threads: 'none', broadcastResolve: true, editEveryMs: 1_000 },
      },
    ]);
  });

  test('with a list of tokens is one channel: the first tells, the others are kept', () => {
    const token = [{ env: 'SLACK_BOT_TOKEN' }, { env: 'OLD_TOKEN' }];
    expect(resolved({ chat: { type: 'slack', channel: 'C0123456789', token } })).toMatchObject([
      { name: 'chat', token: 'xoxb', otherTokens: ['xoxb-old'] },
    ]);
  });

  test('with a list of routing keys is one for each, the first first', () => {
    const pager = { type: 'pagerduty', routingKey: [{ env: 'PD' }, { env: 'PD_OLD' }] };
    expect(resolved({ chat: pager })).toMatchObject([
      { name: 'chat', routingKey: 'pd-1' },
      { name: 'chat', routingKey: 'pd-0' },
    ]);
  });

  test('whose secrets are missing is a problem for each, by its place', () => {
    const problems: Problem[] = [];
    const routingKey = [{ env: 'PD' }, { env: 'GONE' }];
    resolved(
      {
        chat: { type: 'pagerduty', routingKey },
        hook: { type: 'slack-webhook', url: { env: 'URL' } },
        talk: { type: 'slack', channel: 'C0123456789', token: [{ env: 'SLACK_BOT_TOKEN' }, { env: 'LOST' }] },
      },
      problems,
    );
    expect(problems).toEqual([
      { path: 'destinations.chat.routingKey[1]', message: 'the variable GONE is not set' },
      { path: 'destinations.hook.url', message: 'the variable URL is not set' },
      { path: 'destinations.talk.token[1]', message: 'the variable LOST is not set' },
    ]);
  });
});
