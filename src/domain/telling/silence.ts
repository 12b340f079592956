import type { Filter, Problem } from '../filter/filter.ts';
import { compileFilter, isObject } from '../filter/filter.ts';
import { nearest } from '../filter/nearest.ts';
import type { Episode } from '../incident/incident.ts';
import { severities } from '../incident/incident.ts';

/** A filter and a window in which nothing new is told. */
export type Silence = {
  id: string;
  /** Over `key`, `rules`, `severity` and `event` (the last one of the incident). */
  filter: unknown;
  startsAt: number;
  endsAt: number;
  by: string;
  comment: string;
  createdAt: number;
  /** Who ended it before its time. */
  expiredBy?: string;
};

/** What a silence's filter sees of an incident. */
export type SilenceSubject = { key: string; rules: string[]; severity: string; event: unknown };

/** A silence ready to be asked. */
export type CompiledSilence = { silence: Silence; filter: Filter };

/** Those of them that can be read: what another version kept, and this one cannot read, silences nothing. */
export function compileSilences(silences: readonly Silence[]): CompiledSilence[] {
  return silences.flatMap((silence) => {
    const problems: Problem[] = [];
    const filter = compileSilence(silence.filter, problems);
    return problems.length === 0 ? [{ silence, filter }] : [];
  });
}

/**
 * Which of these silences it, the one that ends last where there are several: its filter matches. What cannot be known
 * is not silenced.
 */
export function silencing(compiled: readonly CompiledSilence[], subject: SilenceSubject): Silence | undefined {
  const holding = compiled.filter(({ filter }) => filter(subject).verdict === 'match').map(({ silence }) => silence);
  return holding.sort((a, b) => b.endsAt - a.endsAt)[0];
}

/** What there is to silence of an episode: the rules are those that fire, the event the last that one of them told. */
export function subjectOf({ key, severity, said, firing }: Episode): SilenceSubject {
  return { key, rules: [...new Set(firing.map(({ rule }) => rule))], severity, event: said.event };
}

/** Each silence is read with every claim of notifications. */
const maxFilterBytes = 8 * 1024;

/** Compiles a silence's filter: as in the rules file, over what an incident is. Faults are added to `problems`. */
export function compileSilence(filter: unknown, problems: Problem[]): Filter {
  const bytes = Buffer.byteLength(JSON.stringify(filter) ?? '');
  if (bytes > maxFilterBytes) {
    const message = `is ${bytes} bytes of JSON, and may be ${maxFilterBytes}: make several silences of it`;
    problems.push({ path: 'filter', message });
  }
  problems.push(...fieldProblems(filter, 'filter'));
  return compileFilter(filter, 'filter', problems);
}

const fields = ['key', 'rules', 'severity', 'event'];

/** It asks only for what there is; inside the event anything may be asked for. */
function fieldProblems(filter: unknown, at: string): Problem[] {
  if (!isObject(filter)) return [];
  return Object.entries(filter).flatMap(([name, inner]) => {
    const path = `${at}.${name}`;
    if (name === '$and' || name === '$or') {
      return Array.isArray(inner) ? inner.flatMap((each, i) => fieldProblems(each, `${path}[${i}]`)) : [];
    }
    if (name === '$not') return fieldProblems(inner, path);
    if (name === 'severity') return severityProblems(inner, path);
    if (name.startsWith('$') || fields.includes(name)) return [];
    return name.includes('.') ? [] : [{ path, message: `there is no "${name}" here: ${wayOut(name, inner)}` }];
  });
}

/** What stands in the event is meant, most likely, where it is none of ours. */
function wayOut(name: string, inner: unknown): string {
  const hint = nearest(name, fields);
  return hint ? `did you mean "${hint}"?` : `of the last event, say ${JSON.stringify({ event: { [name]: inner } })}`;
}

function severityProblems(inner: unknown, path: string): Problem[] {
  const known: readonly string[] = severities;
  if (typeof inner !== 'string' || known.includes(inner)) return [];
  const hint = nearest(inner, known);
  const way = hint ? `did you mean "${hint}"?` : `there are ${known.join(', ')}`;
  return [{ path, message: `there is no severity "${inner}": ${way}` }];
}
