import { momentWords } from '../../domain/message/moment-words.ts';
import { oneLine } from '../plain-text.ts';

/** The only control characters: https://docs.slack.dev/messaging/formatting-message-text#escaping */
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Nothing in the text is markup or a mention any more. */
export function escapedWhole(text: string): string {
  return text.replace(/[&<>]/g, (control) => entities[control] ?? control);
}

/**
 * Text from outside for wherever Slack reads markup: one line, escaped, at most `max` UTF-16 units as sent, cut
 * between code points and never within an entity.
 */
export function escaped(text: string, max: number): string {
  let out = '';
  let fitting = '';
  for (const point of oneLine(text)) {
    out += entities[point] ?? point;
    if (out.length > max) return `${fitting}…`;
    if (out.length < max) fitting = out;
  }
  return out;
}

/** As many whole lines as fit into `max.units`, at most `max.lines`; how many more there are is said in their place. */
export function fittingLines(lines: string[], max: { units: number; lines: number; of?: number }): string[] {
  const of = max.of ?? lines.length;
  const room = max.units - ' and 1234567890 more'.length;
  const shown: string[] = [];
  let used = 0;
  for (const line of lines.slice(0, max.lines)) {
    used += line.length + 1;
    if (used > room) break;
    shown.push(line);
  }
  return shown.length === of ? shown : [...shown, `and ${of - shown.length} more`];
}

/** A moment in the reader's own time zone; in UTC where Slack cannot show that. */
export function moment(atMs: number): string {
  return `<!date^${Math.floor(atMs / 1000)}^{date_short_pretty} at {time}|${momentWords(atMs)}>`;
}

/** The same for each moment that stands in the text as `momentWords` writes it. */
export function inTheirZone(text: string): string {
  return text.replace(/\b\d{4}-\d\d-\d\d \d\d:\d\d UTC\b/g, (words) => {
    const at = Date.parse(words.replace(/ (.*) UTC/, 'T$1Z'));
    return Number.isNaN(at) ? words : moment(at);
  });
}
