import { describe, expect, test } from 'vitest';
import { stageOf } from '../../../src/compose-rehearsal.ts';
import { arrivedOf } from '../../../src/pipeline/arrived.ts';
import { rehearse } from '../../../src/pipeline/rehearsal/rehearse.ts';
import { inboxCheck } from '../../../src/sources/inbox-check.ts';
import { configOf, rulesFile } from '../../config/made-rules.ts';

const start = Date.parse('2026-03-02T08:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const rateLow = { id: 'low', on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } }, key: 'rate:{{ domain }}' };

const destinations = {
  chat: { type: 'slack', channel: 'C0123456789' },
  hook: { type: 'slack-webhook', url: { env: 'HOOK' } },
  pager: { type: 'pagerduty', routingKey: { env: 'PAGER' } },
};

/** A rehearsal of these rules; what was told and what changed, in words. */
function staged(rules: Record<string, unknown>[], others: Record<string, unknown> = {}) {
  const { speakers: _speakers, ...stage } = stageOf(configOf(rulesFile({ destinations, rules, ...others })));
  const told: string[] = [];
  const changed: string[] = [];
  let seq = 0;
  const rehearsal = rehearse({
    ...stage,
    told: ({ at, act, destination }) => void told.push(`${(at - start) / 1_000}s ${act} ${destination}`),
    changed: ({ at, what, episode }) => {
      changed.push(`${(at - start) / 1_000}s ${what} ${episode.key}#${episode.number}`);
    },
  });
  /** A placement test went so well, and is heard so long after the start. */
  const hear = (inboxRate: number, atMs: number, senderDomain = 'a.test') => {
    seq += 1;
    const createdAt = new Date(start + atMs).toISOString();
    const body = {
      event: 'test.completed',
      deliveryId: `d${seq}`,
      createdAt,
      data: { senderDomain, summary: { inboxRate } },
    };
    const delivery = { seq, source: 'inbox-check', id: body.deliveryId, receivedAt: start + atMs };
    return rehearsal.hear(arrivedOf({ ...delivery, body: Buffer.from(JSON.stringify(body)) }, { type: inboxCheck }));
  };
  return { ...rehearsal, hear, told, changed };
}

describe('a rehearsal', () => {
  test('tells each destination what the service would, when it would', () => {
    const { hear, told, tellRest } = staged([{ ...rateLow, to: ['chat', 'hook', 'pager'] }]);
    hear(0.5, 0);
    hear(0.9, hour);
    tellRest();
    expect(told).toEqual([
      '0s open chat',
      '0s open hook',
      '0s open pager',
      '3600s resolve chat',
      '3600s reply chat',
      '3600s resolve hook',
      '3600s resolve pager',
    ]);
  });

  test('tells what changes in a burst in one edit, and none where nothing can be edited', () => {
    const { hear, told, passUntil } = staged([{ ...rateLow, to: ['chat', 'hook'] }]);
    for (let i = 0; i < 5; i += 1) hear(0.5 - i / 100, i * 1_000);
    expect(told).toEqual(['0s open chat', '0s open hook']);
    passUntil(start + 9_999);
    expect(told).toHaveLength(2);
    passUntil(start + 10_000);
    expect(told).toEqual(['0s open chat', '0s open hook', '10s update chat']);
  });

  test('tells nobody who pages of a test', () => {
    const rules = [{ ...rateLow, to: ['chat', 'pager'] }];
    const { speakers, ...stage } = stageOf(
      configOf(
        rulesFile({
          destinations,
          rules,
          sources: { 'inbox-check': { type: 'inbox-check', secrets: [{ env: 'IC' }], test: { domain: 'test.test' } } },
        }),
      ),
    );
    const told: string[] = [];
    const rehearsal = rehearse({ ...stage, told: ({ destination }) => void told.push(destination) });
    const speaker = speakers.get('inbox-check');
    const data = { senderDomain: 'test.test', summary: { inboxRate: 0.1 } };
    const body = Buffer.from(JSON.stringify({ event: 'test.completed', deliveryId: 'd1', data }));
    const delivery = { seq: 1, source: 'inbox-check', id: 'd1', body, receivedAt: start };
    if (speaker) rehearsal.hear(arrivedOf(delivery, speaker));
    expect(told).toEqual(['chat']);
    expect([...rehearsal.incidents.keys()]).toEqual(['test:rate:test.test']);
  });

  test('ends by itself what was quiet for long enough, before the next delivery is heard', () => {
    const { hear, changed, incidents } = staged([{ ...rateLow, to: ['chat'], resolveAfter: '6h' }]);
    hear(0.5, 0);
    hear(0.5, 5 * hour);
    hear(0.5, 12 * hour, 'b.test');
    expect(changed).toEqual([
      '0s opened rate:a.test#1',
      '18000s updated rate:a.test#1',
      `${11 * 3_600}s ended rate:a.test#1`,
      `${12 * 3_600}s opened rate:b.test#1`,
    ]);
    expect(incidents.get('rate:a.test')?.last?.why).toBe('quiet');
  });

  test('does not take for quiet what is heard at that very moment', () => {
    const { hear, changed } = staged([{ ...rateLow, to: ['chat'], resolveAfter: '6h' }]);
    hear(0.5, 0);
    hear(0.5, 6 * hour);
    expect(changed.at(-1)).toBe(`${6 * 3_600}s updated rate:a.test#1`);
  });

  test('counts as quiet only the time somebody listened', () => {
    const rules = [{ ...rateLow, to: ['chat'], resolveAfter: '6h' }];
    const { speakers: _s, ...stage } = stageOf(configOf(rulesFile({ destinations, rules })));
    const ended: number[] = [];
    const gaps = [{ from: start + hour, until: start + 3 * hour }];
    const rehearsal = rehearse({
      ...stage,
      gaps,
      changed: ({ what, at }) => void (what === 'ended' && ended.push(at)),
    });
    const data = { senderDomain: 'a.test', summary: { inboxRate: 0.5 } };
    const body = Buffer.from(JSON.stringify({ event: 'test.completed', deliveryId: 'd1', data }));
    const delivery = { seq: 1, source: 'inbox-check', id: 'd1', body, receivedAt: start };
    rehearsal.hear(arrivedOf(delivery, { type: inboxCheck }));
    rehearsal.passUntil(start + 24 * hour);
    expect(ended).toEqual([start + 8 * hour]);
  });

  test('gives back what each rule said, and what it did', () => {
    const { hear } = staged([{ ...rateLow, to: ['chat'], fireAfter: { count: 2 } }]);
    const { judged, routing } = hear(0.5, 0);
    expect(judged.judgements.map(({ verdict }) => verdict)).toEqual(['match']);
    expect(routing.trace.rules[0]?.effect).toBe('kept: match 1 of 2 needed in the last 2');
    expect(hear(0.5, minute).routing.trace.incidents).toEqual([{ key: 'rate:a.test', episode: 1, change: 'opened' }]);
  });

  test('forgets in time what has been over for long, and nothing that is open', () => {
    const { hear, incidents } = staged([{ ...rateLow, to: ['chat'] }]);
    hear(0.5, 0, 'over.test');
    hear(0.9, hour, 'over.test');
    hear(0.5, hour, 'open.test');
    hear(0.9, 40 * 24 * hour, 'new.test');
    expect([...incidents.keys()].sort()).toEqual(['rate:new.test', 'rate:open.test']);
  });

  test('has a clock that never goes back', () => {
    const { hear, changed } = staged([{ ...rateLow, to: ['chat'] }]);
    hear(0.5, hour);
    hear(0.5, 0, 'b.test');
    expect(changed).toEqual(['3600s opened rate:a.test#1', '3600s opened rate:b.test#1']);
  });
});
