import type { Event } from '../event.ts';
import { valueAt } from '../event.ts';
import type { Problem } from '../filter/filter.ts';
import { fittingKey } from '../telling/notification.ts';

type Piece = { text: string } | { path: string[]; downcase: boolean; fallback: string | undefined };

/** A key of a rule: fixed text and `{{ path }}`. Gives the key, or the first variable that the event does not have. */
export type KeyTemplate = (event: Event) => { key: string } | { missing: string };

/** Keys that begin so are tocsin's own. */
const reserved = ['test:', 'shadow:', 'notice:', 'owner:'];

/** Compiles a key: `{{ path }}` with the filters `downcase` and `default: "…"`; no tags. */
export function compileKey(text: string, at: string, problems: Problem[]): KeyTemplate {
  const fault = (message: string) => problems.push({ path: at, message });
  const prefix = reserved.find((each) => text.startsWith(each));
  if (prefix) fault(`keys that begin with ${prefix} are tocsin's own: choose another beginning`);
  if (text.trim() === '') fault('a key must not be empty');
  const pieces = piecesOf(text, fault);
  return (event) => render(pieces, event);
}

/** The paths that a key is made of, and whether it does without. */
export function keyVariables(text: string): { path: string; hasDefault: boolean }[] {
  return piecesOf(text, () => undefined).flatMap((piece) => {
    return 'text' in piece ? [] : [{ path: piece.path.join('.'), hasDefault: Boolean(piece.fallback) }];
  });
}

function piecesOf(text: string, fault: (message: string) => void): Piece[] {
  return text.split(/(\{\{.*?\}\})/s).flatMap((part, i): Piece[] => {
    if (part === '') return [];
    const isVariable = i % 2 === 1;
    if (isVariable) return variable(part.slice(2, -2).trim(), fault);
    if (/\{\{|\}\}|\{%/.test(part)) fault(`unclosed braces, or a tag, near ${JSON.stringify(part)}: write {{ path }}`);
    return [{ text: part }];
  });
}

function variable(inside: string, fault: (message: string) => void): Piece[] {
  const [path = '', ...filters] = inside.split('|').map((part) => part.trim());
  if (!/^\w+(?:\.\w+)*$/.test(path)) fault(`"${path}" is no path of an event, such as monitor.id`);
  const piece = { path: path.split('.'), downcase: false, fallback: undefined as string | undefined };
  for (const filter of filters) {
    const fallback = /^default:\s*(?:"([^"]*)"|'([^']*)')$/.exec(filter);
    if (fallback) piece.fallback = fallback[1] ?? fallback[2];
    else if (filter === 'downcase') piece.downcase = true;
    else if (/^default\b/.test(filter)) fault('default takes what stands there instead, such as default: "none"');
    else fault(`keys know the filters downcase and default: "…", not "${filter}"`);
  }
  return [piece];
}

function render(pieces: Piece[], event: Event): { key: string } | { missing: string } {
  let key = '';
  for (const piece of pieces) {
    if ('text' in piece) {
      key += piece.text;
      continue;
    }
    const value = asText(valueAt(event, piece.path)) || piece.fallback;
    if (!value) return { missing: piece.path.join('.') };
    key += piece.downcase ? value.toLowerCase() : value;
  }
  return { key: incidentKey(key) };
}

function asText(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? value.trim().toWellFormed() : '';
}

/** The key of a rule that names none, or whose own cannot be made: `<source>:<rule id>:<thing>`. */
export function defaultKey(rule: string, event: Event): string {
  const thing = event.monitor?.id || event.alert?.id || event.domain || event.test?.id || '-';
  return incidentKey(`${event.source}:${rule}:${thing}`);
}

/** Whatever the event brings, its key is not taken for one of tocsin's own: a monitor named "test:…" still pages. */
function incidentKey(text: string): string {
  return fittingKey(reserved.some((prefix) => text.startsWith(prefix)) ? `key:${text}` : text);
}
