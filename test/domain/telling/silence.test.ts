import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/domain/filter/filter.ts';
import type { Silence } from '../../../src/domain/telling/silence.ts';
import { compileSilence, compileSilences, silencing, subjectOf } from '../../../src/domain/telling/silence.ts';
import { anEpisode } from '../episodes.ts';
import { anEvent } from '../events.ts';

const episode = anEpisode({
  said: { rule: 'inbox-rate-low', event: anEvent({ domain: 'news.example.com', inboxRate: 0.4 }), tripped: [] },
  firing: [
    { rule: 'inbox-rate-low', source: 'inbox-check' },
    { rule: 'spam-rate-high', source: 'inbox-check' },
    { rule: 'inbox-rate-low', source: 'reachscore' },
  ],
});

function aSilence(filter: unknown, over: Partial<Silence> = {}): Silence {
  return { id: 's1', filter, startsAt: 0, endsAt: 10, by: 'ada', comment: '', createdAt: 0, ...over };
}

function faultsOf(filter: unknown): Problem[] {
  const problems: Problem[] = [];
  compileSilence(filter, problems);
  return problems;
}

const isSilenced = (filter: unknown) =>
  silencing(compileSilences([aSilence(filter)]), subjectOf(episode)) !== undefined;

test('an episode is silenced by its key, the rules that fire, its severity and its last event', () => {
  expect(subjectOf(episode)).toEqual({
    key: 'placement:news.example.com',
    rules: ['inbox-rate-low', 'spam-rate-high'],
    severity: 'warning',
    event: episode.said.event,
  });
});

test.each([
  [{ key: 'placement:news.example.com' }, true],
  [{ key: 'placement:other.example.com' }, false],
  [{ rules: 'spam-rate-high' }, true],
  [{ rules: 'monitor-page' }, false],
  [{ severity: { $in: ['warning', 'info'] } }, true],
  [{ event: { domain: 'news.example.com', inboxRate: { $lt: 0.5 } } }, true],
  [{ event: { domain: 'news.example.com', inboxRate: { $lt: 0.3 } } }, false],
  [{ $or: [{ severity: 'critical' }, { event: { source: 'inbox-check' } }] }, true],
  [{ $not: { severity: 'critical' } }, true],
])('%j: %s', (filter, silenced) => {
  expect(faultsOf(filter)).toEqual([]);
  expect(isSilenced(filter)).toBe(silenced);
});

test.each([
  [{ event: { spamRate: { $lt: 0.5 } } }],
  [{ $not: { event: { spamRate: 1 } } }],
  [{ event: { domain: 1 } }],
])('what cannot be known is not silenced: %j', (filter) => {
  expect(isSilenced(filter)).toBe(false);
});

test('of several that hold, the one that ends last is named', () => {
  const filter = { severity: 'warning' };
  const silences = [
    aSilence(filter),
    aSilence(filter, { id: 's2', endsAt: 30 }),
    aSilence({ key: 'other' }, { id: 's3', endsAt: 99 }),
    aSilence(filter, { id: 's4', endsAt: 20 }),
  ];
  expect(silencing(compileSilences(silences), subjectOf(episode))?.id).toBe('s2');
});

test('one whose filter cannot be read silences nothing', () => {
  expect(isSilenced({ severity: 'warning', $unheard: 1 })).toBe(false);
  expect(isSilenced({})).toBe(false);
});

describe('a fault', () => {
  test.each<[unknown, string, string]>([
    [{ domain: 'a.example' }, 'filter.domain', 'of the last event, say {"event":{"domain":"a.example"}}'],
    [{ rule: 'r' }, 'filter.rule', 'did you mean "rules"?'],
    [{ $and: [{ key: 'k' }, { level: 'page' }] }, 'filter.$and[1].level', 'say {"event":{"level":"page"}}'],
    [{ $not: { level: 'page' } }, 'filter.$not.level', 'say {"event":{"level":"page"}}'],
    [{ severity: 'warnin' }, 'filter.severity', 'did you mean "warning"?'],
    [{ severity: 'page' }, 'filter.severity', 'there are critical, error, warning, info'],
    [{ 'event.domain': 'a.example' }, 'filter.event.domain', '{"event":{"domain":"a.example"}}'],
    [{ event: { domain: null } }, 'filter.event.domain', '{"$exists": false}'],
    [{}, 'filter', 'an empty object says nothing'],
    ['placement', 'filter', 'a filter is an object'],
    [{ key: { $in: Array(2_000).fill('placement') } }, 'filter', 'make several silences of it'],
  ])('%# stands at its path with a way out', (filter, path, way) => {
    const problems = faultsOf(filter);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.path).toBe(path);
    expect(problems[0]?.message).toContain(way);
  });
});
