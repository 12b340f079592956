import { describe, expect, test } from 'vitest';
import { configOf, problemsIn, rule, rulesFile, withRule } from './made-rules.ts';

/** `path: message` of each warning, without the line. */
function warningsIn(text: string): string[] {
  return configOf(text).warnings.map(({ path, message }) => `${path.replace(/ \(line \d+\)$/, '')}: ${message}`);
}

describe('what can never be is a fault', () => {
  test.each([
    ['a rate in per cent', { when: { inboxRate: { $lt: 80 } } }, 'when.inboxRate.$lt: inboxRate is a share'],
    ['a domain in capitals', { where: { domain: 'News.Example' } }, 'where.domain: can never match: domains are lower'],
    ['a value that the scope excludes', { where: { level: 'warn' }, when: { level: 'page' } }, 'when.level: can never'],
    ['a clear that the scope excludes', { where: { grade: 'F' }, clear: { grade: 'A' } }, 'clear.grade: can never'],
    [
      'a type it does not hear',
      { when: { type: 'test.failed' } },
      'when.type: can never match: "test.failed" is not in',
    ],
    [
      'a source that there is not',
      { where: { source: 'inbox-chek' } },
      'where.source: can never match: there is no source "inbox-chek": did you mean "inbox-check"?',
    ],
    [
      'a source it does not hear',
      { from: ['reachscore'], where: { source: 'inbox-check' } },
      'where.source: can never',
    ],
    [
      'a key of what no event has',
      { key: 'k:{{ domian }}' },
      'key: no event has domian, so the key can never be made: did you mean "domain"?',
    ],
    [
      'a key that is always its default',
      { key: '{{ tgas | default: "a" }}' },
      'key: no event has tgas, so it is always the default: did you mean "tags"?',
    ],
    [
      'a time zone that there is not',
      { message: { text: "{% if live %}{{ occurredAt | date: '%H', 'Europe/Berln' }}{% endif %}" } },
      'message.text: there is no time zone "Europe/Berln": did you mean "Europe/Berlin"?',
    ],
    ['a key of a list', { key: '{{ tags }}' }, 'key: tags is a list, and no value of its own'],
    ['a key of an object', { key: '{{ test }}' }, 'key: test is an object, and no value of its own'],
    [
      'a baseline of what no event has',
      { baseline: { metric: 'inboxrate', dropAtLeast: 0.1 } },
      'baseline.metric: no event has inboxrate, so nothing can fall: did you mean "inboxRate"?',
    ],
    [
      'a baseline of a text',
      { baseline: { metric: 'domain', dropAtLeast: 0.1 } },
      'baseline.metric: domain is no number',
    ],
    [
      'a fall of more than a share can',
      { baseline: { metric: 'inboxRate', dropAtLeast: 15 } },
      'baseline.dropAtLeast: inboxRate is a share from 0 to 1, and cannot fall by more: for 15 points of a hundred write 0.15',
    ],
    [
      'a severity from an object',
      { severity: { from: 'counts', map: { a: 'error' }, default: 'info' } },
      'severity.from: counts is an object',
    ],
  ])('%s', (_, changes, problem) => {
    expect(problemsIn(withRule(changes))).toEqual([expect.stringContaining(`rules[0].${problem}`)]);
  });

  test('a key of what only other types have', () => {
    expect(problemsIn(withRule({ on: ['test.completed'], key: '{{ monitor.id }}', resolveAfter: '1h' }))).toEqual([
      'rules[0].key: only monitor.* events have monitor, and the rule hears none of them, so the key can never be made',
    ]);
  });

  test('in the test filter of a source too', () => {
    const source = { type: 'inbox-check', secrets: [{ env: 'IC' }] };
    const text = (filter: object) => rulesFile({ sources: { ic: { ...source, test: filter } } });
    expect(problemsIn(text({ score: 'low' }))).toEqual([expect.stringMatching(/^sources\.ic\.test\.score: can never/)]);
    expect(problemsIn(text({ source: 'rs' }))).toEqual([
      expect.stringMatching(/^sources\.ic\.test\.source: can never/),
    ]);
    expect(warningsIn(text({ tagz: 'test' }))).toEqual([
      'sources.ic.test.tagz: no event has tagz: did you mean "tags"?',
    ]);
  });

  test('is not told of what has a fault of its own', () => {
    expect(problemsIn(withRule({ when: { inboxRate: { $lt: '80' } }, key: '{{ domain | upcase }}' }))).toHaveLength(2);
  });
});

describe('what is most likely a slip is a warning', () => {
  const severity = { from: 'lvel', map: { page: 'error' }, default: 'info' };
  test.each([
    [
      'a path that no event has',
      { where: { domian: 'a' } },
      'where.domian: no event has domian: did you mean "domain"?',
    ],
    [
      'one way of several that only other types have',
      { when: { $or: [{ grade: 'F' }, { alert: { name: 'a' } }] }, resolveAfter: '6h' },
      'when.$or[1].alert: only alert.* events have alert, and the rule hears none of them',
    ],
    [
      'what only other types are documented with',
      { when: { level: 'page' } },
      'when.level: only monitor.* and alert.* events are documented with level, and the rule hears none of them',
    ],
    [
      'a rate of what has none',
      { on: ['test.failed'], when: { inboxRate: { $lt: 0.5 } }, resolveAfter: '6h' },
      'when.inboxRate: only test.completed events are documented with inboxRate',
    ],
    [
      'a key that is always its default, and may once not be',
      { key: 'x:{{ alert.id | default: "none" }}' },
      'key: only alert.* events have alert, and the rule hears none of them, so it is always the default',
    ],
    [
      'one way of several that no sender has',
      { from: ['inbox-check'], when: { $or: [{ grade: 'F' }, { inboxRate: { $lt: 0.5 } }] }, resolveAfter: '6h' },
      'when.$or[0].grade: no source it hears (inbox-check) gives grade',
    ],
    [
      'a comparison with what no event has',
      { when: { score: { $lt: { $ref: 'threshhold' } } } },
      'when.score.$lt.$ref: no event has threshhold: did you mean "threshold"?',
    ],
    [
      'a clear that "when" always outdoes, beside another end',
      { clear: { inboxRate: { $lt: 0.5 } }, resolveAfter: '6h' },
      'clear: ends nothing: whatever matches it matches "when" as well, which wins',
    ],
    [
      'a type that is not documented',
      { on: ['test.completed', 'test.complete'] },
      'on[1]: no sender it hears documents "test.complete": did you mean "test.completed"?',
    ],
    [
      'a type of another sender',
      { on: ['test.completed', 'alert.triggered'], from: ['inbox-check'] },
      'on[1]: no sender it hears documents "alert.triggered": there are: test.completed, test.failed, monitor.alert',
    ],
    [
      'a pattern that covers nothing',
      { on: ['test.completed', 'alerts.*'] },
      'on[1]: no sender it hears documents "alerts.*"',
    ],
    [
      'a severity from what no event has',
      { severity },
      'severity.from: no event has lvel, so it is always "info": did you mean "level"?',
    ],
    [
      'destinations of a severity it never has',
      { to: { critical: ['chat'], default: ['chat'] } },
      'to.critical: this rule is never "critical": nobody here is told',
    ],
    [
      'a title of what no event has',
      { message: { title: '{{ domian }}' } },
      'message.title: no event has domian: did you mean "domain"?',
    ],
    [
      'a field of what only other types have',
      { message: { fields: { M: '{{ monitor.name }}' } } },
      'message.fields.M: only monitor.* events have monitor',
    ],
    [
      'a field of an element in a loop',
      { message: { text: '{% for p in providers %}{% if p.placment == "spam" %}x{% endif %}{% endfor %}' } },
      'message.text: no element of providers has placment: did you mean "p.placement"?',
    ],
    [
      'a list as it is',
      { message: { text: '{{ tags }}' } },
      'message.text: tags is a list: write {{ tags | join: ", " }}',
    ],
    [
      'a list of objects as it is',
      { message: { text: '{{ providers | default: "none" }}' } },
      'message.text: providers is a list: write {% for each in providers %}{{ each.provider }} {% endfor %}',
    ],
    [
      'an object as it is',
      { message: { text: '{% for p in providers %}{{ p }}{% endfor %}' } },
      'message.text: p is an object: name one of its fields, such as p.provider',
    ],
    [
      'a text deep in a list',
      { message: { text: '{% for p in providers %}{{ p.provider }}{% endfor %}{{ providers[0].name }}' } },
      'message.text: no event has providers.name',
    ],
  ])('%s', (_, changes, warning) => {
    expect(warningsIn(withRule(changes))).toEqual([expect.stringContaining(`rules[0].${warning}`)]);
  });

  test('a misspelt type of which nothing would ever end is named as well', () => {
    expect(problemsIn(withRule({ on: ['test.complete'] }))).toEqual([
      expect.stringMatching(
        /never end it: .*\(no sender it hears documents "test.complete": did you mean "test.completed"\?\)$/,
      ),
    ]);
  });

  test('has the line it stands on', () => {
    const text = withRule({ where: { domian: 'a' } });
    const line = text.split('\n').findIndex((each) => each.includes('domian')) + 1;
    expect(configOf(text).warnings[0]?.path).toBe(`rules[0].where.domian (line ${line})`);
  });
});

test.each([
  { message: { title: '{{ tags.first }} {{ tags.size }} {{ providers[0].provider }} {{ data.any.thing }}' } },
  {
    message: {
      text: '{% assign d = domain | upcase %}{{ d }}{% for t in tags %}{{ t }}, {{ forloop.index }}{% endfor %}',
    },
  },
  { message: { text: '{% for p in providers %}{{ p.provider }} {{ forloop.index }}{% endfor %}{{ data.list }}' } },
  { message: { text: "{{ occurredAt | date: '%H', 'UTC' }}{{ tags | join: ', ' }}{{ counts.spam }}" } },
  { baseline: { metric: 'data.queue', dropAtLeast: 500 } },
  { severity: { from: 'data.severity', map: { page: 'error' }, default: 'info' } },
  { on: ['test.completed', '*'], key: 'k:{{ monitor.id | default: "none" }}', resolveAfter: '6h' },
  {
    on: ['alert.triggered'],
    when: undefined,
    to: { critical: ['chat'], default: ['chat'] },
    severity: { from: 'level', map: { page: 'critical' }, default: 'info' },
  },
  { on: ['alert.triggered'], where: { $or: [{ level: 'page' }, { level: 'warn' }] }, when: { level: 'warn' } },
])('nothing is said of %j', (changes) => {
  expect(warningsIn(withRule(changes))).toEqual([]);
});

test('a destination that only one severity goes to is used, and one that is not there is a fault at its place', () => {
  const destinations = { chat: { type: 'preview' }, pager: { type: 'preview' } };
  const to = (labels: string[]) => ({ critical: labels, default: ['chat'] });
  const file = (labels: string[]) =>
    rulesFile({ destinations, rules: [{ ...rule, severity: 'critical', to: to(labels) }] });
  expect(warningsIn(file(['pager']))).toEqual([]);
  expect(warningsIn(file(['chat']))).toEqual(['destinations.pager: no rule sends to this destination']);
  expect(problemsIn(file(['pagr']))).toEqual([
    'rules[0].to.critical[0]: there is no destination "pagr": did you mean "pager"?',
  ]);
});
