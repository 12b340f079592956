import { expect, test } from 'vitest';
import { printable } from '../../src/runtime/printable.ts';

test.each([
  ['a\nb', 'a\nb'],
  ['\u001b[2J', '\\u001b[2J'],
  ['invoice \u202Efdp.exe', 'invoice \\u202efdp.exe'],
  ['\u2066a\u2069', '\\u2066a\\u2069'],
  ['שלום 👩‍💻 é', 'שלום 👩‍💻 é'],
])('%j is written as %j', (text, written) => {
  expect(printable(text)).toBe(written);
});
