import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Event } from '../../../src/domain/event.ts';
import type { Problem } from '../../../src/domain/filter/filter.ts';
import { compileKey, defaultKey } from '../../../src/domain/rules/key.ts';
import { anEvent, hostileText } from '../events.ts';

function keyOf(text: string, event: Partial<Event> = {}) {
  const problems: Problem[] = [];
  const key = compileKey(text, 'rules[0].key', problems);
  expect(problems).toEqual([]);
  return key(anEvent(event));
}

function faultsOf(text: string): Problem[] {
  const problems: Problem[] = [];
  compileKey(text, 'rules[0].key', problems);
  return problems;
}

describe('a key', () => {
  const monitor = { id: 'mon_7', name: 'Welcome Mail' };

  test.each([
    ['fixed', 'fixed'],
    ['placement:{{ domain }}', 'placement:news.example.com'],
    ['{{domain}}/{{ monitor.id }}', 'news.example.com/mon_7'],
    ['{{ monitor.name | downcase }}', 'welcome mail'],
    ['{{ data.region | default: "EU" }}', 'EU'],
    ["{{ data.region | default: 'EU' | downcase }}", 'eu'],
    ['{{ data.seeds }}', '40'],
    ['{{ data.spare | default: "none" }}', 'none'],
  ])('%s', (text, key) => {
    expect(keyOf(text, { domain: 'news.example.com', monitor, data: { seeds: 40, spare: '' } })).toEqual({ key });
  });

  test.each([
    ['{{ domain }}', 'domain'],
    ['a:{{ monitor.id }}', 'monitor.id'],
    ['{{ data.empty }}', 'data.empty'],
    ['{{ data.blank }}', 'data.blank'],
    ['{{ data.nothing }}', 'data.nothing'],
    ['{{ data.list }}', 'data.list'],
    ['{{ data.object }}', 'data.object'],
    ['{{ data.empty | default: "" }}', 'data.empty'],
    ['{{ toString }}', 'toString'],
  ])('%s lacks a variable', (text, missing) => {
    const data = { empty: '', blank: '  ', nothing: null, list: ['a'], object: {} };
    expect(keyOf(text, { data })).toEqual({ missing });
  });

  test('over 255 characters ends in its hash, so that two long ones stay two', () => {
    const keys = ['a', 'b'].map((end) => keyOf('k:{{ data.long }}', { data: { long: 'x'.repeat(300) + end } }));
    const [one, other] = keys.map((made) => ('key' in made ? made.key : ''));
    expect(one).toMatch(/^k:x+~[0-9a-f]{16}$/);
    expect(one).toHaveLength(255);
    expect(one).not.toBe(other);
  });

  test('is at most 255 characters of well-formed text, whatever came', () => {
    fc.assert(
      fc.property(hostileText(1_000), hostileText(255), (long, id) => {
        const made = keyOf('k:{{ data.long | default: "-" }}', { data: { long } });
        const keys = ['key' in made ? made.key : '', defaultKey('rule', anEvent({ monitor: { id } }))];
        for (const key of keys) expect(key.length > 0 && key.length <= 255 && key.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('the default key is source, rule and thing', () => {
  test.each([
    ['the monitor', { monitor: { id: 'mon_7' }, alert: { id: 'al_1' }, domain: 'news.example.com' }, 'mon_7'],
    ['else the alert', { alert: { id: 'al_1' }, domain: 'news.example.com', test: { id: 'tst_1' } }, 'al_1'],
    [
      'else the domain',
      { monitor: { name: 'Welcome' }, domain: 'news.example.com', test: { id: 't' } },
      'news.example.com',
    ],
    ['else the test', { test: { id: 'tst_1' } }, 'tst_1'],
    ['an empty one is none', { monitor: { id: '' }, domain: 'news.example.com' }, 'news.example.com'],
  ])('%s', (_, event, thing) => {
    expect(defaultKey('rate-low', anEvent(event))).toBe(`inbox-check:rate-low:${thing}`);
  });

  test('without any thing there is one for all', () => {
    expect(defaultKey('rate-low', anEvent())).toBe('inbox-check:rate-low:-');
  });
});

describe("tocsin's own beginnings", () => {
  const own = ['test:', 'shadow:', 'notice:', 'owner:'];

  test.each(own)('no key may be written with %s', (prefix) => {
    expect(faultsOf(`${prefix}{{ domain }}`)).toMatchObject([{ path: 'rules[0].key', message: new RegExp(prefix) }]);
  });

  test.each(own)('no value puts a key under %s', (prefix) => {
    const made = keyOf('{{ monitor.name }}', { monitor: { name: `${prefix}welcome` } });
    expect('key' in made && made.key.includes('welcome') && !made.key.startsWith(prefix)).toBe(true);
  });

  test.each(own)('no name of a source puts a default key under %s', (prefix) => {
    const key = defaultKey('rule', anEvent({ source: prefix.slice(0, -1), domain: 'news.example.com' }));
    expect(key).toContain('rule:news.example.com');
    expect(key.startsWith(prefix)).toBe(false);
  });
});

describe('faults of a key', () => {
  test.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['{{ domain', 'unclosed'],
    ['domain }}', 'unclosed'],
    ['{% if live %}x{% endif %}', 'tag'],
    ['{{ }}', 'no path'],
    ['{{ a b }}', 'no path'],
    ['{{ a..b }}', 'no path'],
    ['{{ domain | upcase }}', 'upcase'],
    ['{{ domain | default: x }}', 'default takes what stands there instead, such as default: "none"'],
    ['{{ domain | default }}', 'default takes what stands there instead, such as default: "none"'],
    ['{{ "now" | date: "%s" }}', 'no path'],
  ])('%j', (text, word) => {
    const faults = faultsOf(text);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.every((fault) => fault.path === 'rules[0].key')).toBe(true);
    expect(faults.map((fault) => fault.message).join()).toContain(word);
  });
});
