import { describe, expect, it } from 'vitest';
import { cutText, oneLine, wellFormed } from '../../src/destinations/plain-text.ts';

describe('text from outside', () => {
  it('becomes one line of visible Unicode', () => {
    expect(oneLine(' a\r\n\tb\u0000c\u2029d\u202ee \ud83d')).toBe('a b c d e \ufffd');
  });

  it('is cut to a length, between code points', () => {
    expect(cutText('abcdef', 6)).toBe('abcdef');
    expect(cutText('abcdefg', 6)).toBe('abcde…');
    expect(cutText('abcd😀fg', 6)).toBe('abcd…');
  });

  it('is well-formed at any depth, in names as well, without touching the rest', () => {
    const value = { 'a\ud83d': ['\ude00', 1, null, true, { b: 'fine 😀' }] };
    expect(wellFormed(value)).toEqual({ 'a\ufffd': ['\ufffd', 1, null, true, { b: 'fine 😀' }] });
  });

  it('is cut where it is nested too deep to be written again', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
    expect(JSON.stringify(wellFormed(deep))).toContain('…');
  });

  it('keeps a name that means something else to JavaScript', () => {
    expect(JSON.stringify(wellFormed(JSON.parse('{"__proto__":{"a":1}}')))).toBe('{"__proto__":{"a":1}}');
  });
});
