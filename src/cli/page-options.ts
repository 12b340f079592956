import { InvalidArgumentError } from 'commander';

/** A number from 1 to 1000, as an option takes it. */
export function countOption(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1_000)
    throw new InvalidArgumentError('Give a number from 1 to 1000.');
  return count;
}

/** Where a page ended, as either engine writes it. */
export function cursorOption(text: string): string {
  if (!/^\d{1,16}(?:,\w{1,64}){0,2}$/.test(text))
    throw new InvalidArgumentError('Give what the page before printed last, after "more: --after".');
  return text;
}
