import { expect, it } from 'vitest';
import { fingerprint } from '../../src/destinations/fingerprint.ts';

it('is the same for the same secret, another for another, and holds none of it', () => {
  const key = 'e93facc04764012d7bfb002500d5d1a6';
  expect(fingerprint(key)).toMatch(/^[0-9a-f]{16}$/);
  expect(fingerprint(key)).toBe(fingerprint(key));
  expect(fingerprint(key)).not.toBe(fingerprint(`${key} `));
  expect(key).not.toContain(fingerprint(key));
});

it('does not change between versions: what was told is found by it again', () => {
  expect(fingerprint('e93facc04764012d7bfb002500d5d1a6')).toBe('3a71ae98f2067a3c');
});
