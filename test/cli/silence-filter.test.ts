import { describe, expect, test } from 'vitest';
import { silenceFilter } from '../../src/cli/silence-filter.ts';

describe('the filter of a silence', () => {
  test.each([
    ['{"key": "placement:a.example"}', {}, { key: 'placement:a.example' }],
    [undefined, { key: 'placement:*' }, { key: { $glob: 'placement:*' } }],
    [undefined, { key: 'placement:a.example' }, { key: 'placement:a.example' }],
    [undefined, { key: 'a*', rule: 'r', severity: 'error' }, { key: { $glob: 'a*' }, rules: 'r', severity: 'error' }],
    ['{"rules": "r"}', { key: 'k' }, { $and: [{ rules: 'r' }, { key: 'k' }] }],
    ['{}', { key: 'k' }, { key: 'k' }],
    [undefined, { everything: true }, { key: { $exists: true } }],
    ['{}', { everything: true }, { key: { $exists: true } }],
    ['{"$not": {"event": {"domain": "a.example"}}}', {}, { $not: { event: { domain: 'a.example' } } }],
    ['{"severity": {"$in": ["info", "warning"]}}', {}, { severity: { $in: ['info', 'warning'] } }],
  ])('%s with %j is %j', (text, options, filter) => {
    expect(silenceFilter(text, options)).toEqual({ ok: true, filter });
  });

  test.each([
    [undefined, {}, 'filter', 'an empty one would silence everything'],
    ['{}', {}, 'filter', 'or say --everything'],
    ['{"key": "k"}', { everything: true }, '--everything', 'leaves nothing to choose'],
    [undefined, { key: ' ' }, '--key', 'is empty'],
    ['placement:*', {}, 'filter', 'is no JSON'],
    ['"placement"', {}, 'filter', 'a filter is an object'],
    ['[]', {}, 'filter', 'a filter is an object'],
    ['null', {}, 'filter', 'a filter is an object'],
    ['{"key": {"$globb": "a*"}}', {}, 'filter.key.$globb', 'did you mean $glob?'],
    ['{"key": ["a", "b"]}', {}, 'filter.key', 'use {"$in":["a","b"]}'],
    ['{"event": {"monitor.id": "m"}}', {}, 'filter.event.monitor.id', '{"monitor":{"id":"m"}}'],
    ['{"keys": "a"}', {}, 'filter.keys', 'did you mean "key"?'],
    ['{"rule": "a"}', {}, 'filter.rule', 'did you mean "rules"?'],
    ['{"domain": "a.example"}', {}, 'filter.domain', '{"event":{"domain":"a.example"}}'],
    ['{"$or": [{"key": "a"}, {"level": "page"}]}', {}, 'filter.$or[1].level', '{"event":{"level":"page"}}'],
    ['{"$not": {"level": "page"}}', {}, 'filter.$not.level', '{"event":{"level":"page"}}'],
    ['{"severity": "eror"}', {}, 'filter.severity', 'did you mean "error"?'],
    ['{"severity": "high"}', {}, 'filter.severity', 'there are critical, error, warning, info'],
    [`{"key": "${'k'.repeat(8_100)}"}`, { rule: 'r'.repeat(100) }, 'filter', 'make several silences of it'],
  ])('%s with %j is refused at %s: %s', (text, options, path, words) => {
    const made = silenceFilter(text, options);
    expect(made).toEqual({ ok: false, problems: [{ path, message: expect.stringContaining(words) }] });
  });
});
