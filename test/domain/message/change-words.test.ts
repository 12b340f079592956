import { describe, expect, test } from 'vitest';
import type { End, EpisodeChange } from '../../../src/domain/incident/incident.ts';
import { changeWords } from '../../../src/domain/message/change-words.ts';
import { messageOf } from '../../../src/domain/message/message.ts';
import { momentWords } from '../../../src/domain/message/moment-words.ts';
import { anEpisode } from '../episodes.ts';
import { anEvent } from '../events.ts';

const { openedAt } = anEpisode();
const at = openedAt + 7_500_000;

function words(change: Partial<EpisodeChange>, end?: Partial<End>): string {
  const tripped = [{ path: 'inboxRate', op: '$lt', expected: 0.8, actual: 0.68 }];
  const said = { rule: 'inbox-rate-low', event: anEvent({ inboxRate: 0.68 }), tripped };
  const episode = anEpisode({ said, ...(end ? { end: { at, why: 'cleared', ...end } } : {}) });
  return changeWords({ revision: 2, at, what: 'ended', ...change }, messageOf(episode));
}

describe('a change in words', () => {
  test('a rise in severity', () => {
    const rise = { what: 'raised', from: 'warning', to: 'critical' } as const;
    expect(words(rise)).toBe('Severity raised from warning to critical');
    expect(words({ what: 'raised' })).toBe('Severity raised');
  });

  test('who has it, and what they said', () => {
    expect(words({ what: 'acknowledged', by: 'on-call', comment: 'looking' })).toBe('Acknowledged by on-call: looking');
    expect(words({ what: 'acknowledged', by: 'on-call', comment: '' })).toBe('Acknowledged by on-call');
    expect(words({ what: 'acknowledged' })).toBe('Acknowledged');
  });

  test('who snoozed it, and until when', () => {
    const until = Date.parse('2026-03-02T12:30:00Z');
    expect(words({ what: 'snoozed', by: 'on-call', until, comment: 'after lunch' })).toBe(
      'Snoozed by on-call until 2026-03-02 12:30 UTC: after lunch',
    );
  });

  test.each<[string, Partial<End>]>([
    ['Resolved after 2 h 5 min: inbox rate 91.0%', { event: anEvent({ inboxRate: 0.91 }) }],
    ['Resolved after 2 h 5 min: alert resolved', { event: anEvent({ type: 'alert.resolved' }) }],
    ['Resolved after 2 h 5 min', {}],
    ['Resolved by on-call after 2 h 5 min: DNS was wrong', { why: 'by-hand', by: 'on-call', comment: 'DNS was wrong' }],
    ['Resolved by on-call after 2 h 5 min', { why: 'by-hand', by: 'on-call' }],
    ['Ended: nothing heard for 6 h, not confirmed', { why: 'quiet', quietMs: 21_600_000 }],
    ['Ended: no rule feeds it any more, not confirmed', { why: 'orphaned' }],
  ])('%s', (expected, end) => {
    expect(words({ what: 'ended' }, end)).toBe(expected);
  });

  test('an end of which nothing more is known', () => {
    expect(words({ what: 'ended', by: 'on-call' })).toBe('Ended by on-call');
  });
});

test('a moment is written in UTC, also one that no calendar knows', () => {
  expect(momentWords(Date.UTC(2026, 7, 1, 11, 59, 30, 250))).toBe('2026-08-01 11:59 UTC');
  expect(momentWords(Number.MAX_SAFE_INTEGER)).toBe('+275760-09-13 00:00 UTC');
});
