/**
 * Text for a terminal, with line ends as they are: any other control character, which from outside could work the
 * terminal, is written as JSON writes it, and so is what would turn the direction of the text around it.
 */
export function printable(text: string): string {
  return text.replace(
    /[\u202A-\u202E\u2066-\u2069]|[^\P{Cc}\n]/gu,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
