import { expect, test } from 'vitest';
import { moment, table } from '../../src/cli/table.ts';

test('a table has columns as wide as their widest cell, and no white space at the end of a line', () => {
  expect(
    table(
      ['a', 'heading', 'c'],
      [
        ['wide cell', 'x', 'last'],
        ['1', '', ''],
      ],
    ),
  ).toBe('a          heading  c\nwide cell  x        last\n1');
});

test('a moment is in UTC, by the second', () => {
  expect(moment(Date.parse('2026-06-23T10:17:48.999Z'))).toBe('2026-06-23 10:17:48Z');
});
