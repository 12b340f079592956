import type { Problem } from '../domain/filter/filter.ts';
import { isObject } from '../domain/filter/filter.ts';
import { compileSilence } from '../domain/telling/silence.ts';

export type FilterOptions = { key?: string; rule?: string; severity?: string; everything?: boolean };

/** The filter that is meant by a text and by options, which are and-ed; or what is wrong with it. */
export function silenceFilter(text: string | undefined, options: FilterOptions): Made {
  const { key, rule, severity, everything } = options;
  const short = {
    ...(key === undefined ? {} : { key: /[*?]/.test(key) ? { $glob: key } : key }),
    ...(rule === undefined ? {} : { rules: rule }),
    ...(severity === undefined ? {} : { severity }),
  };
  const blank = Object.entries({ '--key': key, '--rule': rule }).find(([, value]) => value?.trim() === '');
  if (blank) return { ok: false, problems: [{ path: blank[0], message: 'is empty, and would match nothing' }] };
  const given = text === undefined ? undefined : jsonOf(text);
  if (given && 'problem' in given) return { ok: false, problems: [given.problem] };
  const parts = [given?.json, short].filter((part) => part !== undefined && !isEmpty(part));
  if (everything) return parts.length === 0 ? { ok: true, filter: all } : { ok: false, problems: [contradiction] };
  if (parts.length === 0) return { ok: false, problems: [nothingSaid] };
  const filter = parts.length === 1 ? parts[0] : { $and: parts };
  const problems: Problem[] = [];
  if (given !== undefined && !isEmpty(given.json)) compileSilence(given.json, problems);
  // By then only both together may be too large.
  if (problems.length === 0) compileSilence(filter, problems);
  return problems.length === 0 ? { ok: true, filter } : { ok: false, problems };
}

type Made = { ok: true; filter: unknown } | { ok: false; problems: Problem[] };

/** Each incident has a key. */
const all = { key: { $exists: true } };

const example = `'{"key": {"$glob": "placement:*"}, "severity": "warning"}'`;
const nothingSaid = {
  path: 'filter',
  message: `an empty one would silence everything: say what, such as ${example} or --key 'placement:*', or say --everything`,
};
const contradiction = { path: '--everything', message: 'leaves nothing to choose: leave the filter out, or this' };

function isEmpty(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

function jsonOf(text: string): { json: unknown } | { problem: Problem } {
  try {
    return { json: JSON.parse(text) };
  } catch (error) {
    const { message } = error as SyntaxError;
    return { problem: { path: 'filter', message: `is no JSON (${message}): write it in quotes, such as ${example}` } };
  }
}
