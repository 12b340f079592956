import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nearest } from '../../../src/domain/filter/nearest.ts';

/** Every way of making one of the other, without a bound. */
function wholeDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j += 1) {
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const ways = [at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)];
      row.push(Math.min(...ways, isSwapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY));
    }
  }
  return at(a.length, b.length);
}

describe('the nearest known word', () => {
  test.each([
    ['$neq', ['$eq', '$ne', '$lt'], '$ne'],
    ['inbxoRate', ['inboxRate', 'spamRate'], 'inboxRate'],
    ['ACK', ['ack', 'resolve'], 'ack'],
    [
      'placement:new.example.com',
      ['auth:news.example.com', 'placement:news.example.com'],
      'placement:news.example.com',
    ],
    ['snooze', ['status', 'resolve'], undefined],
    ['', ['a', 'bc'], 'a'],
    ['x', [], undefined],
  ])('to %j of %j is %j', (word, known, meant) => {
    expect(nearest(word, known)).toBe(meant);
  });

  test('of short words is at the least distance there is', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 24 });
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 8 }), (typed, known) => {
        const distances = known.map((each) => wholeDistance(typed, each));
        const least = Math.min(...distances);
        const found = nearest(typed, known);
        if (least > Math.max(1, Math.floor(typed.length / 3))) expect(found).toBeUndefined();
        else expect(distances[known.indexOf(found ?? '')]).toBe(least);
      }),
    );
  });

  test('of a long word is one with a few slips, not one with a third of it changed', () => {
    const key = `monitor:${'0123456789'.repeat(20)}`;
    const changed = (letters: number) => 'x'.repeat(letters) + key.slice(letters);
    expect(nearest(changed(8), [key])).toBe(key);
    expect(nearest(changed(9), [key])).toBeUndefined();
  });
});
