import { describe, expect, test } from 'vitest';
import { linesNamedIn, problemsIn, rule, rulesFile, withDestination, withRule } from './made-rules.ts';

describe('faults', () => {
  test('are all told at once, each with its path and line, also those within one rule', () => {
    const text = rulesFile({
      owner: 'cat',
      rules: [
        { ...rule, severity: 'high', when: { inboxRate: { $lte2: 0.8 } }, to: ['chatt'] },
        { ...rule, id: 'r2', from: ['reachscor'] },
        rule,
        rule,
      ],
    });
    expect(problemsIn(text)).toEqual([
      'rules[0].when.inboxRate.$lte2: there is no operator $lte2: did you mean $lte?',
      'rules[0].to[0]: there is no destination "chatt": did you mean "chat"?',
      expect.stringMatching(/^rules\[0\]\.severity: takes "critical", "error", "warning", "info", or \{"from"/),
      'rules[1].from[0]: there is no source "reachscor": did you mean "reachscore"?',
      'rules[3].id: rules[2] has this id too: each rule needs its own',
      'owner: there is no destination "cat": did you mean "chat"?',
    ]);
    expect(linesNamedIn(text)).toEqual([
      '"$lte2": 0.8',
      '"chatt"',
      '"severity": "high"',
      '"reachscor"',
      '"id": "r",',
      '"owner": "cat"',
    ]);
  });

  test('of what is missing have the line of what it is missing in', () => {
    const text = rulesFile({ sources: { ic: { type: 'inbox-check' } } });
    expect(problemsIn(text)).toEqual(['sources.ic.secrets: is missing']);
    expect(linesNamedIn(text)).toEqual(['"ic": {']);
    expect(problemsIn('{}')).toEqual(['sources: is missing', 'destinations: is missing', 'rules: is missing']);
  });

  test.each([
    ['', 'line 1, column 1: this is no JSON: value expected'],
    ['{\n  "rules": [,]\n}', 'line 2, column 13: this is no JSON: value expected'],
    ['{} // done', 'line 1, column 4: this is no JSON: invalid comment token'],
    ['{ "rules": [] ', 'line 1, column 15: this is no JSON: close brace expected'],
  ])('of a text that is no JSON have the line and column: %j', (text, problem) => {
    expect(problemsIn(text)[0]).toBe(problem);
  });

  test.each(['null', '[]', '"rules"', '7'])('a file is an object, not %s', (text) => {
    expect(problemsIn(text)).toEqual(['the file: takes an object']);
  });

  test('a key that stands twice is one, wherever it is', () => {
    const twice = (text: string) => text.replace('"to":', '"id": "other",\n      "to":');
    expect(problemsIn(twice(rulesFile()))).toEqual([
      expect.stringMatching(/^rules\[0\]\.id: stands twice \(line 2\d too\): leave one out$/),
    ]);
    expect(linesNamedIn(twice(rulesFile()))).toEqual(['"id": "other",']);
    const sources = rulesFile().replace('"reachscore": {', '"inbox-check": {');
    expect(problemsIn(sources)[0]).toBe('sources.inbox-check: stands twice (line 3 too): leave one out');
  });

  test('__proto__ is one, and changes nothing', () => {
    const text = rulesFile().replace('"to":', '"__proto__": { "enabled": false },\n      "to":');
    expect(problemsIn(text)[0]).toBe('rules[0].__proto__: is no key that can be used');
    expect({}).not.toHaveProperty('enabled');
  });

  test.each(['constructor', 'toString', 'hasOwnProperty'])('a name of every object, %s, names nothing', (name) => {
    expect(problemsIn(withRule({ to: [name] }))).toEqual([
      `rules[0].to[0]: there is no destination "${name}": there are: chat`,
    ]);
    expect(problemsIn(withRule({ from: [name], resolveAfter: '6h' }))).toHaveLength(1);
  });
});

describe('a fallback', () => {
  const preview = (fallback?: string) => ({ type: 'preview', ...(fallback === undefined ? {} : { fallback }) });
  const withFallbacks = (of: Record<string, string | undefined>) => {
    const destinations = Object.fromEntries(Object.entries(of).map(([name, fallback]) => [name, preview(fallback)]));
    return rulesFile({ destinations: { chat: preview(), ...destinations } });
  };

  test('that is not there is a fault with the nearest that is', () => {
    const text = withFallbacks({ pager: 'chatt' });
    expect(problemsIn(text)).toEqual([
      'destinations.pager.fallback: there is no destination "chatt": did you mean "chat"?',
    ]);
    expect(linesNamedIn(text)).toEqual(['"fallback": "chatt"']);
  });

  test.each(['constructor', '__proto__'])('is no name of every object: %s', (name) => {
    expect(problemsIn(withFallbacks({ pager: name }))).toEqual([
      `destinations.pager.fallback: there is no destination "${name}": there are: chat, pager`,
    ]);
  });

  test('may not be the destination itself', () => {
    expect(problemsIn(withFallbacks({ pager: 'pager' }))).toEqual([
      'destinations.pager.fallback: it cannot stand in for itself',
    ]);
  });

  test('may not lead back to where it began: each circle is named once, with the way', () => {
    const text = withFallbacks({ a: 'b', b: 'c', c: 'a', d: 'a', x: 'y', y: 'x' });
    expect(problemsIn(text)).toEqual([
      'destinations.a.fallback: the fallbacks go round in a circle: a → b → c → a',
      'destinations.x.fallback: the fallbacks go round in a circle: x → y → x',
    ]);
  });

  test('may lead to what several others lead to', () => {
    expect(problemsIn(withFallbacks({ a: 'c', b: 'c', c: 'chat' }))).toEqual([]);
  });

  test('is looked at although there are faults elsewhere', () => {
    const destinations = { chat: { type: 'preview', fallback: 'other' }, other: { type: 'previw', fallback: 'chat' } };
    expect(problemsIn(rulesFile({ destinations }))).toContainEqual(expect.stringContaining('chat → other → chat'));
  });
});

describe('a key that is unknown', () => {
  test.each([
    ['at the top', rulesFile({ ruls: [] }), 'ruls: there is no key "ruls" here: did you mean "rules"?'],
    [
      'in a rule',
      withRule({ sevrity: 'error' }),
      'rules[0].sevrity: there is no key "sevrity" here: did you mean "severity"?',
    ],
    [
      'in a destination',
      withDestination({ type: 'slack', channel: 'C0123456789', timout: '5s' }),
      'destinations.chat.timout: there is no key "timout" here: did you mean "timeout"?',
    ],
    [
      'in a count',
      withRule({ fireAfter: { count: 2, off: 3 } }),
      'rules[0].fireAfter.off: there is no key "off" here: did you mean "of"?',
    ],
    [
      'in a destination, and new',
      withDestination({ type: 'preview', falback: 'chat' }),
      'destinations.chat.falback: there is no key "falback" here: did you mean "fallback"?',
    ],
    [
      'at the top, and long',
      rulesFile({ orphanGrase: '5m' }),
      'orphanGrase: there is no key "orphanGrase" here: did you mean "orphanGrace"?',
    ],
    [
      'that stands elsewhere only',
      withRule({ clearAfter: { count: 2, of: 3 } }),
      'rules[0].clearAfter.of: there is no key "of" here: there are: count',
    ],
    ['in a rule, and called so elsewhere', withRule({ source: ['rs'] }), '"source" here: did you mean "from"?'],
    ['in a rule, and what it is of', withRule({ types: ['a'] }), '"types" here: did you mean "on"?'],
    ['in a rule, and at the top of the file', withRule({ tests: [] }), '"tests" here: there are: id, description, '],
    [
      'in a destination, and of another type',
      withDestination({ type: 'slack', channel: 'C0123456789', routingKey: { env: 'A' } }),
      '"routingKey" here: there are: type, channel, token, ',
    ],
    ['in severities, and short', withRule({ to: { crit: ['chat'], default: ['chat'] } }), 'did you mean "critical"?'],
    ['in a pace', withDestination({ type: 'preview', pace: { perMinut: 3 } }), 'destinations.chat.pace'],
  ])('%s is a fault with the nearest that exists', (_, text, problem) => {
    expect(problemsIn(text)[0]).toContain(problem);
  });
});

describe('what is of another kind is shown with an example', () => {
  test.each([
    [withRule({ on: [] }), 'rules[0].on: takes a list of at least 1, such as ["test.completed"]'],
    [withRule({ on: 'test.completed' }), 'rules[0].on: takes a list of at least 1, such as ["test.completed"]'],
    [withRule({ to: [] }), 'rules[0].to: takes a list of at least 1, such as ["deliverability"]'],
    [withRule({ mode: 'off' }), 'rules[0].mode: takes "live" or "shadow"'],
    [withRule({ enabled: 'yes' }), 'rules[0].enabled: takes true or false'],
    [withRule({ id: 5 }), 'rules[0].id: takes a text, such as "inbox-rate-low"'],
    [withRule({ key: 5 }), 'rules[0].key: takes a text of at most 1000 characters, such as "placement:{{ domain }}"'],
    [withRule({ resolveAfter: 6 }), 'rules[0].resolveAfter: takes a text of at most 30 characters, such as "6h"'],
    [
      withRule({ baseline: { metric: 'score', dropAtLeast: 'much' } }),
      'rules[0].baseline.dropAtLeast: takes a number above 0, such as 0.15',
    ],
    [
      withRule({ message: { title: '', text: 'a' } }),
      'rules[0].message.title: takes a text that is not empty, such as ',
    ],
    [rulesFile({ rules: {} }), 'rules: takes a list, such as [{"id":"test-failed"'],
    [rulesFile({ retention: { bytes: 5 } }), 'retention.bytes: takes a whole number from 1000000, such as 1000000000'],
    [
      rulesFile({ tests: [{ name: '', events: [], expect: {} }] }),
      'tests[0].name: takes a text of 1 to 200 characters',
    ],
    [
      rulesFile({
        tests: [{ name: 'a', events: [{ source: 'reachscore', fire: 'x' }], expect: { incidents: { a: 'up' } } }],
      }),
      'tests[0].expect.incidents.a: takes "open", "resolved", "quiet", "none"',
    ],
  ])('%#: %s', (text, problem) => {
    expect(problemsIn(text)[0]).toContain(problem);
  });
});

describe('a rule that can open', () => {
  const edge = { when: undefined, on: ['monitor.alert'] };
  const never = /rules\[0\]: this rule can open an incident and never end it/;

  test('and never end is a fault that shows the ways out', () => {
    const problems = problemsIn(withRule(edge));
    expect(problems).toEqual([expect.stringMatching(never)]);
    for (const way of ['"clear"', '"resolveAfter"', '"lifecycle": "notice"']) expect(problems[0]).toContain(way);
  });

  test.each([
    { resolveAfter: '6h' },
    { when: { level: 'page' }, clear: { level: 'ok' } },
    { lifecycle: 'notice' },
    { on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } } },
    { on: ['alert.triggered'] },
    { on: ['alert.*'], from: ['reachscore'] },
  ])('and end: %j', (changes) => {
    expect(problemsIn(withRule({ ...edge, ...changes }))).toEqual([]);
  });

  test.each([{}, { pager: { type: 'pagerduty', secrets: [{ env: 'P' }] } }])(
    'is not said to never end because of no source: %j',
    (sources) => {
      expect(problemsIn(rulesFile({ sources, rules: [{ ...rule, ...edge }] }))).toEqual([
        expect.stringMatching(/^sources: there is none that sends events, so that no rule hears anything: add one/),
      ]);
    },
  );

  test('ends by no type that its source does not send', () => {
    expect(problemsIn(withRule({ ...edge, on: ['alert.triggered'], from: ['inbox-check'] }))).toEqual([
      expect.stringMatching(never),
    ]);
  });

  test.each([
    [
      'a source whose type is misspelt',
      { reachscore: { type: 'reachscor', secrets: [{ env: 'RS' }] } },
      ['reachscore'],
    ],
    [
      'a source whose name is misspelt',
      { reachscore: { type: 'reachscore', secrets: [{ env: 'RS' }] } },
      ['reachscor'],
    ],
  ])('is not said to never end because of %s', (_, sources, from) => {
    const problems = problemsIn(rulesFile({ sources, rules: [{ ...rule, ...edge, on: ['alert.triggered'], from }] }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).not.toMatch(never);
  });

  test('as a notice has no end', () => {
    expect(problemsIn(withRule({ lifecycle: 'notice', clear: { inboxRate: 1 } }))).toEqual([
      expect.stringMatching(/^rules\[0\]\.clear: a notice has no end/),
    ]);
  });
});

describe('a secret in the file itself', () => {
  const words = /takes \{"env": "NAME"\}.*a secret never stands in the rules file itself/;
  test.each([
    ['a source’s', rulesFile({ sources: { ic: { type: 'inbox-check', secrets: ['whsec_123'] } } })],
    ['Slack’s', withDestination({ type: 'slack', channel: 'C0123456789', token: 'xoxb-123' })],
    ['Slack’s among others', withDestination({ type: 'slack', channel: 'C0123456789', token: ['xoxb-123'] })],
    ['a webhook’s', withDestination({ type: 'slack-webhook', url: 'https://hooks.slack.com/services/T/B/123' })],
  ])('is a fault that does not repeat it: %s', (_, text) => {
    const problems = problemsIn(text);
    expect(problems).toEqual([expect.stringMatching(words)]);
    expect(problems[0]).not.toContain('123\n');
    expect(problems[0]).not.toMatch(/whsec|xoxb|hooks\.slack/);
  });

  test('is a fault at PagerDuty too, where a list is taken', () => {
    const problems = problemsIn(withDestination({ type: 'pagerduty', routingKey: 'f'.repeat(32) }));
    expect(problems).toEqual([expect.stringMatching(/routingKey: takes \{"env": "NAME"\}/)]);
    expect(problems[0]).not.toContain('ffff');
  });
});
