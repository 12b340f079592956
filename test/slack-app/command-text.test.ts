import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aroundDuration, firstWords, keysMeant, leadingJson } from '../../src/slack-app/command-text.ts';

describe('what is typed', () => {
  test('begins with a word, or with what is in quotes', () => {
    expect(firstWords('placement:a  and more ')).toEqual({ text: 'placement:a', isQuoted: false, rest: 'and more' });
    for (const quoted of ['"a b" c', '“a b” c', "'a b' c", '`a b` c', '„a b“ c']) {
      expect(firstWords(quoted)).toEqual({ text: 'a b', isQuoted: true, rest: 'c' });
    }
    expect(firstWords('"a b')).toMatchObject({ text: '"a', isQuoted: false });
  });

  test('may begin with a key of several words', () => {
    expect(keysMeant('a b c')).toEqual([
      { key: 'a b c', rest: '' },
      { key: 'a b', rest: 'c' },
      { key: 'a', rest: 'b c' },
    ]);
    expect(keysMeant('"a b" c')).toEqual([{ key: 'a b', rest: 'c' }]);
    expect(keysMeant('')).toEqual([]);
  });

  test('is divided by the first duration', () => {
    expect(aroundDuration('a b 1h30m c 2h')).toEqual({ before: 'a b', forMs: 5_400_000, after: 'c 2h' });
    expect(aroundDuration('"2h ago" 1h')).toEqual({ before: '2h ago', forMs: 3_600_000, after: '' });
    expect(aroundDuration('a 0s b')).toBeUndefined();
    expect(aroundDuration('2h')).toBeUndefined();
  });

  test('may begin with JSON, however it is nested or spaced', () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        if (/[“”„]/.test(text)) return;
        expect(leadingJson(`${text} 2h } "x`)).toEqual({ json: text, rest: '2h } "x' });
      }),
    );
    expect(leadingJson('{“key”: “a”} 2h')).toEqual({ json: '{"key": "a"}', rest: '2h' });
    expect(leadingJson('{"key": "a" 2h')).toBeUndefined();
  });

  test('is read without harm, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const read of [firstWords, keysMeant, aroundDuration, leadingJson]) expect(() => read(text)).not.toThrow();
      }),
    );
  });
});
