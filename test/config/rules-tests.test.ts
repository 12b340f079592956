import { mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { traitsByType } from '../../src/compose.ts';
import { loadRules, parseRules } from '../../src/config/load-rules.ts';
import { readRules } from '../../src/config/read-rules.ts';
import { testsPath } from '../../src/config/rules-tests.ts';
import { temporaryFile } from '../cli/temporary-file.ts';
import { configOf, linesNamedIn, problemsIn, rulesFile } from './made-rules.ts';

const event = { source: 'inbox-check', fire: 'test.completed' };
const good = { name: 'good', events: [event], expect: { told: ['chat'] } };

const withTest = (changes: object) => rulesFile({ tests: [{ ...good, ...changes }] });
const withEvent = (changes: object) => withTest({ events: [{ ...event, ...changes }] });
const withExpect = (expected: object) => withTest({ expect: expected });

/** What is wrong with these tests in the file beside a rules file without a fault. */
function problemsBeside(text: string): string[] {
  const loaded = parseRules(rulesFile(), traitsByType, { name: 'rules.tests.json', text });
  return loaded.ok ? [] : loaded.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('a test of a rules file', () => {
  test('is read, its moments as milliseconds', () => {
    const events = [event, { ...event, at: '4h', occurredAt: '90m' }];
    expect(configOf(withTest({ events, until: '1d' })).tests).toEqual([
      {
        ...good,
        at: 'tests[0]',
        events: [event, { ...event, at: 14_400_000, occurredAt: 5_400_000 }],
        until: 86_400_000,
      },
    ]);
  });

  test.each([
    [
      withEvent({ source: 'inbox-chek' }),
      'tests[0].events[0].source: there is no source "inbox-chek": did you mean "inbox-check"?',
    ],
    [
      withEvent({ fire: 'test.complete' }),
      'tests[0].events[0].fire: there is no event type "test.complete": did you mean "test.completed"?',
    ],
    [
      withEvent({ fire: 'alert.triggered' }),
      'tests[0].events[0].fire: there is no event type "alert.triggered": there are: test.completed, test.failed, monitor.alert',
    ],
    [withEvent({ fire: undefined }), 'tests[0].events[0]: takes either "fire" or "payload"'],
    [withEvent({ payload: {} }), 'tests[0].events[0]: takes either "fire" or "payload"'],
    [
      withEvent({ fire: undefined, payload: {}, set: {} }),
      'tests[0].events[0].set: changes what is fired: a payload is as it stands',
    ],
    [
      withEvent({ set: { 'data..x': 1 } }),
      'tests[0].events[0].set.data..x: takes a dotted path of the body, such as "data.summary.inboxRate"',
    ],
    [withEvent({ at: 'soon' }), 'tests[0].events[0].at: takes a duration from the start, such as "0m" or "4h"'],
    [withEvent({ at: '1h', occurredAt: '2h' }), 'tests[0].events[0].occurredAt: is after it is received'],
    [
      withEvent({ tyep: 'x' }),
      'tests[0].events[0].tyep: there is no key "tyep" here: there are: source, fire, set, payload, at, occurredAt',
    ],
    [
      withTest({
        events: [
          { ...event, at: '2h' },
          { ...event, at: '1h' },
        ],
      }),
      'tests[0].events[1].at: is before the one before it: what comes late has "occurredAt"',
    ],
    [withTest({ events: [{ ...event, at: '2h' }], until: '1h' }), 'tests[0].until: is before the last event'],
    [withTest({ events: [] }), 'tests[0].events: takes at least one event'],
    [withTest({ name: undefined }), 'tests[0].name: is missing'],
    [withExpect({}), 'tests[0].expect: takes "incidents", "told", "verdicts", or some of them'],
    [withExpect({ told: ['chta'] }), 'tests[0].expect.told[0]: there is no destination "chta": did you mean "chat"?'],
    [
      withExpect({ told: { chta: [] } }),
      'tests[0].expect.told.chta: there is no destination "chta": did you mean "chat"?',
    ],
    [
      withExpect({ told: { chat: ['opened'] } }),
      'tests[0].expect.told.chat[0]: takes "open", "update", "resolve", "notice"',
    ],
    [
      withExpect({ told: 'chat' }),
      'tests[0].expect.told: takes a list of destinations, or what each is told, such as {"deliverability": ["open", "resolve"]}',
    ],
    [
      withExpect({ incidents: { k: 'closed' } }),
      'tests[0].expect.incidents.k: takes "open", "resolved", "quiet", "none"',
    ],
    [
      withExpect({ verdicts: { rr: 'match' } }),
      'tests[0].expect.verdicts.rr: there is no rule "rr": did you mean "r"?',
    ],
    [
      withExpect({ verdicts: { r: 'no-match' } }),
      'tests[0].expect.verdicts.r: takes "match", "clear", "neither", "unknown", "out-of-scope"',
    ],
    [rulesFile({ tests: [good, good] }), 'tests[1].name: tests[0] has this name too'],
    [rulesFile({ tests: {} }), 'tests: takes a list'],
  ])('with a fault is refused with its path and the way out (%#)', (text, problem) => {
    expect(problemsIn(text)).toEqual([problem]);
  });

  test('with a fault names its line', () => {
    expect(linesNamedIn(withEvent({ fire: 'test.complete' }))).toEqual(['"fire": "test.complete"']);
  });

  test('does not hide the faults of the rules', () => {
    const text = rulesFile({ tests: [{ ...good, expect: {} }], owner: 'nobody' });
    expect(problemsIn(text)).toHaveLength(2);
  });
});

describe('tests beside a rules file', () => {
  test('stand in a file of that name', () => {
    expect(testsPath('/etc/tocsin/rules.json')).toBe('/etc/tocsin/rules.tests.json');
    expect(testsPath('rules.example.json')).toBe('rules.example.tests.json');
    expect(testsPath('rules')).toBe('rules.tests.json');
  });

  test.each([
    ['an object', { $schema: './some.json', tests: [{ ...good, name: 'beside' }] }, 'tests[0]'],
    ['a list', [{ ...good, name: 'beside' }], '[0]'],
  ])('are %s, and come after those in it', async (_form, content, at) => {
    const path = await temporaryFile('rules.json', rulesFile({ tests: [good] }));
    await writeFile(testsPath(path), JSON.stringify(content));
    const loaded = loadRules(path, traitsByType);
    const names = loaded.ok ? loaded.config.tests.map((each) => `${each.at}: ${each.name}`) : loaded.problems;
    expect(names).toEqual(['tests[0]: good', `rules.tests.json ${at}: beside`]);
  });

  test('may not be there', async () => {
    const path = await temporaryFile('rules.json', rulesFile());
    expect(loadRules(path, traitsByType)).toMatchObject({ ok: true, config: { tests: [] } });
  });

  test('that cannot be read are a fault', async () => {
    const path = await temporaryFile('rules.json', rulesFile());
    await mkdir(testsPath(path));
    expect(loadRules(path, traitsByType)).toEqual({
      ok: false,
      problems: [{ path: 'rules.tests.json', message: 'cannot be read (EISDIR)' }],
    });
  });

  test.each([
    ['{"tests": [', 'rules.tests.json line 1, column 12: this is no JSON: close bracket expected'],
    ['{"test": []}', 'rules.tests.json test (line 1): there is no such key here: takes {"tests": […]}'],
    ['{}', 'rules.tests.json tests: takes a list of tests: {"tests": […]}'],
    ['3', 'rules.tests.json tests: takes a list of tests: {"tests": […]}'],
    [
      JSON.stringify({ tests: [{ ...good, name: '' }] }, null, 2),
      'rules.tests.json tests[0].name (line 4): takes a text of 1 to 200 characters',
    ],
  ])('with a fault are refused with file, path and line (%#)', (text, problem) => {
    expect(problemsBeside(text)[0]).toContain(problem);
  });

  test('that change make another reading, of the same file', async () => {
    const path = await temporaryFile('rules.json', rulesFile());
    const read = () => readRules({ path, traits: traitsByType, secret: () => 'secret', preview: false });
    const before = read();
    await writeFile(testsPath(path), JSON.stringify([good]));
    const after = read();
    if (!before.ok || !after.ok) throw new Error('cannot be read');
    expect(before.files).toContain(testsPath(path));
    expect(after.rules.mark).not.toBe(before.rules.mark);
    expect(after.rules.file).toBe(before.rules.file);
  });
});

describe('what a test sets in a fired body', () => {
  const setting = (set: object) =>
    rulesFile({
      tests: [{ name: 'a', events: [{ source: 'inbox-check', fire: 'test.completed', set }], expect: { told: [] } }],
    });
  const warned = (set: object) =>
    configOf(setting(set)).warnings.map(({ path, message }) => `${path.replace(/ \(line \d+\)$/, '')}: ${message}`);

  test('is warned of where that has no such path', () => {
    expect(warned({ 'data.sumary.inboxRate': 0.5 })).toEqual([
      'tests[0].events[0].set.data.sumary.inboxRate: the body of test.completed has no data.sumary, so that this adds it: did you mean "data.summary"?',
    ]);
    expect(warned({ 'data.summary.rate': 0.5 })).toEqual([expect.stringContaining('has no data.summary.rate')]);
  });

  test.each([{ 'data.summary.inboxRate': 0.5 }, { 'data.tags': null }, { 'data.providers.7': { provider: 'x' } }])(
    'is fine: %j',
    (set) => {
      expect(warned(set)).toEqual([]);
    },
  );
});
