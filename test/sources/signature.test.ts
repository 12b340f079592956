import { describe, expect, test } from 'vitest';
import { hexSignature, hmac, verifyAge, verifySignature } from '../../src/sources/signature.ts';

// RFC 4231, test case 2.
const key = 'Jefe';
const text = 'what do ya want for nothing?';
const digits = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';

describe('the HMAC', () => {
  test('is that of RFC 4231', () => {
    expect(hmac(key, [text]).toString('hex')).toBe(digits);
  });

  test('is the same over pieces as over the whole', () => {
    expect(hmac(key, ['what do ya ', Buffer.from('want for nothing?')]).toString('hex')).toBe(digits);
  });
});

describe('hex digits', () => {
  test('are read in either case', () => {
    expect(hexSignature(digits.toUpperCase())).toEqual(hexSignature(digits));
  });

  test.each([
    ['63 of them', digits.slice(1)],
    ['65 of them', `${digits}0`],
    ['66 of them', `${digits}00`],
    ['one that is none', `g${digits.slice(1)}`],
    ['a line break after them', `${digits}\n`],
    ['none', ''],
  ])('are no signature: %s', (_, wrong) => {
    expect(hexSignature(wrong)).toBeUndefined();
  });
});

describe('a signature', () => {
  test.each([
    ['first', [key, 'other', 'another']],
    ['last', ['other', 'another', key]],
    ['only', [key]],
  ])('fits by the %s secret', (_, secrets) => {
    expect(verifySignature(hexSignature(digits), [text], secrets)).toEqual({ ok: true });
  });

  test('fits no other bytes, no other secret, and no secret at all', () => {
    expect(verifySignature(hexSignature(digits), [`${text} `], [key])).toMatchObject({ code: 'bad_signature' });
    expect(verifySignature(hexSignature(digits), [text], ['jefe'])).toMatchObject({ code: 'bad_signature' });
    expect(verifySignature(hexSignature(digits), [text], [])).toMatchObject({ code: 'bad_signature' });
  });

  test('is refused without giving away the right one', () => {
    const refused = JSON.stringify(verifySignature(hexSignature('0'.repeat(64)), [text], [key]));
    expect(refused).not.toContain(digits);
    expect(refused).not.toContain(key);
  });
});

describe('a timestamp', () => {
  const now = 1_772_438_400_999;
  const at = (offsetS: number) => String(1_772_438_400 + offsetS);

  test.each([-300, 0, 300])('passes %d s away from now, of 300 allowed', (offsetS) => {
    expect(verifyAge(at(offsetS), 300_000, now)).toEqual({ ok: true });
  });

  test.each([
    [-301, 'the timestamp is 301 s old; is the clock right?'],
    [301, 'the timestamp is 301 s ahead; is the clock right?'],
  ])('is stale %d s away from now', (offsetS, reason) => {
    expect(verifyAge(at(offsetS), 300_000, now)).toEqual({ ok: false, code: 'stale_timestamp', reason });
  });

  test.each([
    undefined,
    '',
    '-1772438400',
    '1772438400.0',
    '1.7e9',
    '0x69a54200',
    ' 1772438400',
    '1'.repeat(13),
    'NaN',
  ])('is refused when it is no number of seconds: %s', (timestamp) => {
    expect(verifyAge(timestamp, 300_000, now)).toMatchObject({ ok: false, code: 'stale_timestamp' });
    expect(verifyAge(timestamp, undefined, now)).toMatchObject({ ok: false, code: 'stale_timestamp' });
  });

  test('of any age passes where none is asked for', () => {
    expect(verifyAge('1', undefined, now)).toEqual({ ok: true });
  });
});
