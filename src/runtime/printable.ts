/**
 * Text for a terminal, with line ends as they are: any other control character, which from outside could work the
 * terminal, is written as JSON writes it.
 */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
