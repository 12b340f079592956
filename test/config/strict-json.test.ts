import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pathText, readStrictJson } from '../../src/config/strict-json.ts';

describe('JSON, read strictly', () => {
  test('is what JSON.parse makes of it, with the line of each path', () => {
    const { value, problems, lines } = readStrictJson('{\n  "a": [\n    1,\n    { "b": null }\n  ]\n}');
    expect(value).toEqual({ a: [1, { b: null }] });
    expect(problems).toEqual([]);
    expect([...lines]).toEqual([
      ['', 1],
      ['a', 2],
      ['a[0]', 3],
      ['a[1]', 4],
      ['a[1].b', 4],
    ]);
  });

  test('finds in whatever JSON.stringify wrote no problem, and a line for each key', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (made) => {
        const text = JSON.stringify(made, null, 1);
        fc.pre(!text.includes('"__proto__"'));
        const { value, problems } = readStrictJson(text);
        expect(value).toEqual(JSON.parse(text));
        expect(problems).toEqual([]);
      }),
    );
  });

  test('of a text that JSON.parse refuses always has a problem', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (made, at) => {
        const whole = JSON.stringify(made);
        const text = whole.slice(0, at % whole.length);
        const { value, problems } = readStrictJson(text);
        if (value === undefined) expect(problems).not.toEqual([]);
      }),
    );
  });

  test('knows the same key in two objects from one that stands twice', () => {
    expect(readStrictJson('{"a": {"x": 1}, "b": {"x": 2}}').problems).toEqual([]);
    expect(readStrictJson('{"a": {"x": 1, "x": 2}}').problems).toEqual([
      { path: 'a.x', message: 'stands twice (line 1 too): leave one out' },
    ]);
  });
});

test('a path is written as people write it', () => {
  expect(pathText(['rules', 0, 'when', 'inboxRate'])).toBe('rules[0].when.inboxRate');
  expect(pathText([])).toBe('');
});

test.each(['['.repeat(100_000), '{"a":'.repeat(5_000), `${'['.repeat(101)}${']'.repeat(101)}`])(
  'what is nested too deep is said to be, and not read (%#)',
  (text) => {
    expect(readStrictJson(text)).toMatchObject({
      value: undefined,
      problems: [{ path: 'the file', message: 'is nested deeper than 100 levels' }],
    });
  },
);

test('brackets in texts are no nesting', () => {
  const text = JSON.stringify({ a: '['.repeat(500), ['{'.repeat(200)]: '"['.repeat(200) });
  expect(readStrictJson(text).problems).toEqual([]);
});

test('what is longer than any rules file is not read', () => {
  expect(readStrictJson(' '.repeat(17 * 1024 * 1024)).problems).toMatchObject([{ message: 'is longer than 16 MiB' }]);
});
