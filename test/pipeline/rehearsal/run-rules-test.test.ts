import { describe, expect, test } from 'vitest';
import { stageOf } from '../../../src/compose-rehearsal.ts';
import type { RulesTest } from '../../../src/domain/rules/rules-test.ts';
import { rulesTestSchema } from '../../../src/domain/rules/rules-test.ts';
import { runRulesTest } from '../../../src/pipeline/rehearsal/run-rules-test.ts';
import { configOf, rulesFile } from '../../config/made-rules.ts';

const rate = {
  id: 'rate',
  on: ['test.completed'],
  when: { inboxRate: { $lt: 0.8 } },
  clear: { inboxRate: { $gte: 0.85 } },
  key: 'rate:{{ domain }}',
  to: ['chat', 'pager'],
};
const alert = {
  id: 'alert',
  on: ['alert.triggered'],
  from: ['reachscore'],
  key: 'alert:{{ alert.id }}',
  to: ['pager'],
};
const monitor = { id: 'monitor', on: ['monitor.alert'], key: 'monitor:{{ domain }}', to: ['chat'], resolveAfter: '6h' };
const failed = { id: 'failed', on: ['test.failed'], lifecycle: 'notice', to: ['chat'] };

const destinations = {
  chat: { type: 'slack', channel: 'C0123456789' },
  pager: { type: 'pagerduty', routingKey: { env: 'PAGER' } },
};
const stage = stageOf(configOf(rulesFile({ destinations, rules: [rate, alert, monitor, failed] })));
const key = 'rate:news.example.com';

function ran(events: object[], expected: object = { told: [] }, others: object = {}) {
  const made: RulesTest = rulesTestSchema.parse({ name: 'made', events, expect: expected, ...others });
  return runRulesTest(made, stage);
}

/** A placement test, so good and so late. */
const placed = (inboxRate: unknown, at = '0m', others: object = {}) => ({
  source: 'inbox-check',
  fire: 'test.completed',
  set: { 'data.summary.inboxRate': inboxRate },
  at,
  ...others,
});

describe('a test', () => {
  test('passes where all is as expected, and fails where any of it is not', () => {
    const events = [placed(0.5), placed(0.95, '4h')];
    const right = {
      incidents: { [key]: 'resolved' },
      told: { chat: ['open', 'resolve'], pager: ['open', 'resolve'] },
      verdicts: { rate: 'clear', monitor: 'out-of-scope' },
    };
    expect(ran(events, right).differences).toEqual([]);
    const wrong = { incidents: { [key]: 'open' }, told: { chat: ['open'] }, verdicts: { rate: 'match' } };
    expect(ran(events, wrong).differences).toMatchObject([
      { of: 'incidents', name: key, expected: 'open', actual: 'resolved' },
      { of: 'told', name: 'chat', expected: ['open'], actual: ['open', 'resolve'] },
      { of: 'told', name: 'pager', expected: [], actual: ['open', 'resolve'] },
      { of: 'verdicts', name: 'rate', expected: 'match', actual: 'clear', trace: { rule: 'rate', verdict: 'clear' } },
    ]);
  });

  test('that lists who is told names each, in any order', () => {
    const monitored = { source: 'inbox-check', fire: 'monitor.alert' };
    const broken = { source: 'reachscore', fire: 'alert.triggered' };
    expect(ran([broken, monitored, placed(0.5)], { told: ['pager', 'chat'] }).differences).toEqual([]);
    expect(ran([monitored, broken], { told: ['pager', 'chat', 'pager'] }).differences).toEqual([]);
    expect(ran([monitored, broken], { told: ['pager'] }).differences).toEqual([
      { of: 'told', expected: ['pager'], actual: ['chat', 'pager'] },
    ]);
  });

  test('counts a notice as told', () => {
    const events = [{ source: 'reachscore', fire: 'test.failed' }];
    expect(ran(events, { told: ['chat'] }).differences).toEqual([]);
    expect(ran(events, { told: { chat: ['notice'] } }).differences).toEqual([]);
  });

  test('knows an incident that was never opened from one that is over', () => {
    expect(ran([placed(0.95)], { incidents: { [key]: 'none', 'rate:nobody': 'none' } }).differences).toEqual([]);
    const expected = { incidents: { 'rate:nobody': 'resolved', [key]: 'resolved', constructor: 'none' } };
    expect(ran([placed(0.95)], expected).differences).toMatchObject([
      { name: 'rate:nobody', actual: 'none' },
      { name: key, actual: 'none' },
    ]);
  });

  test('goes on until its end, while nothing is heard', () => {
    const events = [{ source: 'inbox-check', fire: 'monitor.alert', at: '1h' }];
    const stands = (word: string) => ({ incidents: { 'monitor:news.example.com': word } });
    expect(ran(events, stands('open'), { until: '6h59m' }).differences).toEqual([]);
    expect(ran(events, stands('quiet'), { until: '7h' }).differences).toEqual([]);
  });

  test('tells at its end what only waited for more to follow', () => {
    const events = [placed(0.5), placed(0.4), placed(0.3)];
    const { told } = ran(events);
    expect(told.map(({ atMs, destination, act }) => [atMs, destination, act])).toEqual([
      [0, 'chat', 'open'],
      [0, 'pager', 'open'],
      [10_000, 'chat', 'update'],
      [10_000, 'pager', 'update'],
    ]);
  });

  test('hears an event without a moment together with the one before it', () => {
    const events = [placed(0.5, '1h'), { source: 'reachscore', fire: 'alert.triggered' }];
    expect(ran(events).told.map(({ atMs }) => atMs)).toEqual([3_600_000, 3_600_000, 3_600_000]);
  });

  test('hears late what happened before it was received', () => {
    const events = [placed(0.5), placed(0.95, '2h'), placed(0.4, '3h', { occurredAt: '1h' })];
    expect(ran(events, { incidents: { [key]: 'resolved' }, verdicts: { rate: 'match' } }).differences).toEqual([]);
    expect(ran([placed(0.4, '30h', { occurredAt: '1h' })], { incidents: { [key]: 'none' } }).differences).toEqual([]);
  });
});

describe("a sender's own body", () => {
  const body = {
    event: 'test.completed',
    deliveryId: 'dlv_1',
    createdAt: '2024-02-29T12:00:00Z',
    data: { senderDomain: 'acme.test', summary: { inboxRate: 0.5 } },
  };
  const sent = (payload: object, others: object = {}) => ({ source: 'inbox-check', payload, ...others });

  test('is heard when it says that it happened, however long ago that was', () => {
    expect(ran([sent(body, { at: '1h' })], { incidents: { 'rate:acme.test': 'open' } }).differences).toEqual([]);
  });

  test('comes late where it says that it happened before the first', () => {
    const older = { ...body, deliveryId: 'dlv_2', createdAt: '2024-02-27T12:00:00Z' };
    const other = { ...older, data: { ...older.data, senderDomain: 'other.test' } };
    const { incidents } = ran([sent(body), sent(other)]);
    expect(incidents).toEqual({ 'rate:acme.test': 'open', 'rate:other.test': 'none' });
  });

  test('may leave out its id and its moment', () => {
    const { event, data } = body;
    const events = [
      sent({ event, data }),
      sent({ event, data: { ...data, summary: { inboxRate: 0.95 } } }, { at: '1h' }),
    ];
    expect(ran(events, { incidents: { 'rate:acme.test': 'resolved' } }).differences).toEqual([]);
  });

  test('that would be a duplicate is a fault of the test, and says the way out', () => {
    expect(ran([sent(body), sent(body, { at: '1h' })]).problem).toEqual({
      path: 'events[1]',
      message: 'has the id of events[0], and would be its duplicate: leave deliveryId out for one of its own',
    });
  });

  test('without a type is a fault of the test', () => {
    const { event: _event, ...typeless } = body;
    expect(ran([sent(typeless)]).problem).toMatchObject({
      path: 'events[0]',
      message: expect.stringMatching(/^event is/),
    });
  });
});
