import { describe, expect, test } from 'vitest';
import type { Event } from '../../../src/domain/event.ts';
import type { Tripped } from '../../../src/domain/filter/filter.ts';
import type { End, Episode } from '../../../src/domain/incident/incident.ts';
import { messageOf } from '../../../src/domain/message/message.ts';
import { anEpisode } from '../episodes.ts';
import { anEvent } from '../events.ts';

const domain = 'news.example.com';
const lowRate: Tripped = { path: 'inboxRate', op: '$lt', expected: 0.8, actual: 0.6823 };

function message(event: Partial<Event>, tripped: Tripped[] = [], over: Partial<Episode> = {}) {
  return messageOf(anEpisode({ said: { rule: 'inbox-rate-low', event: anEvent(event), tripped }, ...over }));
}

describe('the title', () => {
  test.each<[string, Partial<Event>, Tripped[], string]>([
    [
      'who, and the value that tripped',
      { domain, inboxRate: 0.6823 },
      [lowRate],
      'news.example.com: inbox rate 68.2% (below 80.0%)',
    ],
    [
      'every value that tripped',
      { domain },
      [lowRate, { path: 'score', op: '$lte', expected: 5, actual: 4.1 }],
      'news.example.com: inbox rate 68.2% (below 80.0%), score 4.1 (at most 5)',
    ],
    [
      'a value in the data of the sender',
      { domain },
      [{ path: 'data.spam_rate', op: '$gt', expected: 0.1, actual: 0.25 }],
      'news.example.com: spam rate 25.0% (above 10.0%)',
    ],
    [
      'no float noise',
      { domain },
      [{ path: 'score', op: '$gte', expected: 0.3, actual: 0.1 + 0.2 }],
      'news.example.com: score 0.3 (at least 0.3)',
    ],
    [
      'the monitor, and the value it reports',
      {
        type: 'monitor.alert',
        monitor: { id: 'mon_7', name: 'Welcome mail' },
        domain,
        level: 'page',
        metric: 'inboxRate',
        value: 0.5,
        threshold: 0.7,
      },
      [{ path: 'level', op: '$eq', expected: 'page', actual: 'page' }],
      'Welcome mail (news.example.com): inbox rate 50.0% (threshold 70.0%)',
    ],
    [
      'the type and the words that tripped, where there is no number',
      { type: 'monitor.alert', monitor: { id: 'mon_7' }, level: 'page' },
      [{ path: 'level', op: '$eq', expected: 'page', actual: 'page' }],
      'mon_7: monitor alert, level page',
    ],
    [
      'the type and the reason',
      { type: 'domain.verification_failed', domain, reason: 'no DKIM record' },
      [],
      'news.example.com: domain verification failed, no DKIM record',
    ],
    [
      'an alert by its name',
      { type: 'alert.triggered', alert: { id: 'al_1', name: 'Spam spike' } },
      [],
      'Spam spike: alert triggered',
    ],
    [
      'a domain before the id of an alert',
      { type: 'alert.triggered', alert: { id: 'al_1' }, domain },
      [],
      'news.example.com: alert triggered',
    ],
    ['a test by its id', { type: 'test.failed', test: { id: 'tst_1' } }, [], 'tst_1: test failed'],
    ['the source, where nothing is named', { type: 'test.failed' }, [], 'inbox-check: test failed'],
  ])('%s', (_, event, tripped, title) => {
    expect(message(event, tripped).title).toBe(title);
  });
});

describe('the facts', () => {
  test('are those that are there, in order, shares in per cent', () => {
    const event = {
      domain,
      monitor: { id: 'mon_7', name: 'Welcome mail' },
      inboxRate: 0.6823,
      score: 0,
      tags: ['weekly', 'eu'],
      reason: '',
    };
    expect(message(event).facts).toEqual([
      { name: 'Domain', value: domain },
      { name: 'Monitor', value: 'Welcome mail (mon_7)' },
      { name: 'Inbox rate', value: '68.2%' },
      { name: 'Score', value: '0' },
      { name: 'Tags', value: 'weekly, eu' },
      { name: 'Event', value: 'test.completed' },
    ]);
  });

  test('a value is told in the unit of its metric', () => {
    const facts = message({ metric: 'spam_rate', value: 0.25, threshold: 0.1, average: 0.05 }).facts;
    expect(facts).toEqual(
      expect.arrayContaining([
        { name: 'Value', value: '25.0%' },
        { name: 'Threshold', value: '10.0%' },
        { name: 'Average', value: '5.0%' },
      ]),
    );
  });

  test('authentication that did not pass is named', () => {
    expect(message({ auth: { spf: 'PASS', dkim: 'none', dmarc: 'fail', aligned: false } }).failedAuth).toEqual([
      'dkim: none',
      'dmarc: fail',
      'dmarc: not aligned',
    ]);
    expect(message({ auth: { spf: 'pass', aligned: true } }).failedAuth).toEqual([]);
    expect(message({}).failedAuth).toEqual([]);
  });

  test('counts, providers, source, delivery and rules are handed on', () => {
    const counts = { inbox: 30, spam: 9, missing: 1, total: 40 };
    const providers = [{ provider: 'gmail', placement: 'spam' }];
    const firing = [
      { rule: 'other', source: 'reachscore' },
      { rule: 'inbox-rate-low', source: 'inbox-check' },
    ];
    expect(message({ counts, providers }, [], { firing, keyless: true, test: true })).toMatchObject({
      counts,
      providers,
      source: 'inbox-check',
      deliveryId: 'dlv_1',
      rules: ['inbox-rate-low', 'other'],
      keyless: true,
      test: true,
    });
  });
});

describe('the state', () => {
  test('is open, a notice, or resolved', () => {
    expect(message({}).state).toBe('open');
    expect(message({}, [], { kind: 'notice' }).state).toBe('notice');
    expect(message({}, [], { end: { at: 1, why: 'cleared' } }).state).toBe('resolved');
  });

  test('tells who has it in hand', () => {
    const over = {
      acknowledged: { by: 'on-call', at: 1, comment: 'looking' },
      snoozed: { by: 'on-call', at: 1, until: 2 },
    };
    expect(message({}, [], over)).toMatchObject(over);
    expect(message({})).not.toHaveProperty('acknowledged');
  });

  test('tells which episode of which incident it is', () => {
    expect(message({}, [], { key: 'k', number: 3 })).toMatchObject({ key: 'k', number: 3 });
  });

  test('tells whom it stands in for, to whoever is told instead', () => {
    const episode = anEpisode({ standIns: [{ address: 'slack:C1', standsInFor: 'on-call' }] });
    expect(messageOf(episode, { address: 'slack:C1' })).toHaveProperty('standsInFor', 'on-call');
    expect(messageOf(episode, { address: 'slack:C2' })).not.toHaveProperty('standsInFor');
    expect(messageOf(episode)).not.toHaveProperty('standsInFor');
  });
});

describe('how it ended', () => {
  const opened = anEpisode().openedAt;

  test.each<[string, Partial<End> & Pick<End, 'why'>, string]>([
    [
      'the value that tripped, as it is now',
      { why: 'cleared', event: anEvent({ inboxRate: 0.9 }) },
      'recovered: inbox rate 90.0%',
    ],
    [
      'the type of what ended it',
      { why: 'cleared', event: anEvent({ type: 'alert.resolved' }) },
      'recovered: alert resolved',
    ],
    ['over', { why: 'cleared' }, 'over'],
    ['quiet is not confirmed', { why: 'quiet', quietMs: 21_600_000 }, 'nothing heard for 6 h, not confirmed'],
    ['by whom', { why: 'by-hand', by: 'on-call' }, 'resolved by on-call'],
    ['by hand', { why: 'by-hand' }, 'resolved by hand'],
    ['no rule feeds it', { why: 'orphaned' }, 'no rule feeds it any more, not confirmed'],
  ])('%s', (_, end, words) => {
    const told = message({ domain }, [lowRate], { end: { at: 1, ...end } }).end;
    expect(told).toMatchObject({ at: 1, why: end.why, words });
  });

  test('with the time it took, the value as it is now, who ended it and what they said of it', () => {
    const at = opened + 7_500_000;
    const cleared: End = { at, why: 'cleared', event: anEvent({ inboxRate: 0.91 }) };
    expect(message({ domain }, [lowRate], { end: cleared }).end).toEqual({
      at,
      why: 'cleared',
      words: 'recovered: inbox rate 91.0%',
      lasted: '2 h 5 min',
      confirmed: true,
      recovered: 'inbox rate 91.0%',
    });
    const byHand: End = { at, why: 'by-hand', by: 'on-call', comment: 'DNS was wrong' };
    expect(message({ domain }, [lowRate], { end: byHand }).end).toEqual({
      at,
      why: 'by-hand',
      words: 'resolved by on-call',
      lasted: '2 h 5 min',
      confirmed: true,
      by: 'on-call',
      comment: 'DNS was wrong',
    });
  });

  test.each(['quiet', 'orphaned'] as const)('is not confirmed where it is %s', (why) => {
    expect(message({}, [], { end: { at: opened, why } }).end?.confirmed).toBe(false);
  });
});
