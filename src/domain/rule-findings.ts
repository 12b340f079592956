import { shapeAt } from './event-shape.ts';
import type { Problem } from './filter.ts';
import type { Findings, Heard } from './filter-doubts.ts';
import { findingsIn } from './filter-doubts.ts';
import type { Severity } from './incident.ts';
import { severities } from './incident.ts';
import { keyVariables } from './key.ts';
import { missingWords } from './path-words.ts';
import type { RuleText } from './rule.ts';
import { literalsIn } from './rule-index.ts';
import type { KnownSources, PlacedRule } from './rule-set.ts';
import { templateVariables } from './template.ts';
import { strayTypes } from './type-words.ts';

type Known = {
  sources: KnownSources;
  /** Nothing is wrong with what stands there in itself. */
  isSound: (at: string) => boolean;
};

/**
 * Looks at a rule for what no event can meet. `faults`: it can never do what it says. `doubts`: most likely a slip,
 * such as a path that no documented event has.
 */
export function findingsInRule({ text, order }: PlacedRule, { sources, isSound }: Known): Findings {
  const at = `rules[${order}]`;
  const heard: Heard = { on: text.on, from: text.from };
  const sound = soundParts(text, at, isSound);
  const filters = (['where', 'when', 'clear'] as const).filter((name) => sound[name] !== undefined);
  const found: Findings[] = [
    ...filters.map((name) => findingsIn(sound[name], `${at}.${name}`, heard)),
    { faults: [...contradictions(sound, at), ...faultsOfKey(sound, at, heard)], doubts: [] },
    ofBaseline(sound, at, heard),
    ofSeverity(sound, at, heard),
    { faults: [], doubts: [...doubtsOfTypes(sound, at, sources), ...doubtsOfMessage(sound, at, heard)] },
  ];
  return { faults: found.flatMap(({ faults }) => faults), doubts: found.flatMap(({ doubts }) => doubts) };
}

/** Without what has faults of its own, which are told already. */
function soundParts(text: RuleText, at: string, isSound: Known['isSound']): RuleText {
  const faulty = (['where', 'when', 'clear', 'key', 'message'] as const).filter((name) => !isSound(`${at}.${name}`));
  return { ...text, ...Object.fromEntries(faulty.map((name) => [name, undefined])) };
}

/** What is in scope is never bad: `where` and `when` demand two values of one place. */
function contradictions({ where, when, clear }: RuleText, at: string): Problem[] {
  const demanded = new Map(literalsIn(where).map(({ path, value }) => [path, value]));
  return Object.entries({ when, clear }).flatMap(([name, filter]) =>
    literalsIn(filter).flatMap(({ path, value }) => {
      const other = demanded.get(path);
      if (other === undefined || other === value) return [];
      return [
        { path: `${at}.${name}.${path}`, message: `can never match: "where" takes only ${JSON.stringify(other)}` },
      ];
    }),
  );
}

/** A key that is never made: each match would ring under the default key, and nothing would clear. */
function faultsOfKey({ key = '' }: RuleText, at: string, heard: Heard): Problem[] {
  return keyVariables(key).flatMap(({ path, hasDefault }) => {
    const words = missingWords(path.split('.'), heard) ?? unprintable(path);
    if (!words) return [];
    const becomes = hasDefault ? 'it is always the default' : 'the key can never be made';
    return [{ path: `${at}.key`, message: `${words}; ${becomes}` }];
  });
}

function unprintable(path: string): string | undefined {
  const kind = shapeAt(path.split('.'))?.kind;
  if (kind === 'fields') return `${path} is an object, and no value of its own`;
  return kind === 'list' ? `${path} is a list, and no value of its own` : undefined;
}

function ofBaseline({ baseline }: RuleText, at: string, heard: Heard): Findings {
  if (!baseline) return { faults: [], doubts: [] };
  const { metric, dropAtLeast } = baseline;
  const path = metric.split('.');
  const missing = missingWords(path, heard);
  if (missing)
    return { faults: [{ path: `${at}.baseline.metric`, message: `${missing}; nothing could fall` }], doubts: [] };
  const kind = shapeAt(path)?.kind;
  if (kind !== 'number' && kind !== 'share' && kind !== 'anything') {
    return { faults: [{ path: `${at}.baseline.metric`, message: `${metric} is no number` }], doubts: [] };
  }
  if (kind !== 'share' || dropAtLeast <= 1) return { faults: [], doubts: [] };
  const way = dropAtLeast <= 100 ? `: for ${dropAtLeast} points of a hundred write ${dropAtLeast / 100}` : '';
  const message = `${metric} is a share from 0 to 1, and cannot fall by more${way}`;
  return { faults: [{ path: `${at}.baseline.dropAtLeast`, message }], doubts: [] };
}

function ofSeverity({ severity, to }: RuleText, at: string, heard: Heard): Findings {
  const never = doubtsOfTo(to, at, typeof severity === 'string' ? [severity] : valuesOf(severity));
  if (typeof severity === 'string') return { faults: [], doubts: never };
  const path = `${at}.severity.from`;
  const always = `it is always "${severity.default}"`;
  const missing = missingWords(severity.from.split('.'), heard);
  const fault = missing ? undefined : unprintable(severity.from);
  return {
    faults: fault ? [{ path, message: `${fault}; ${always}` }] : [],
    doubts: [...(missing ? [{ path, message: `${missing}; ${always}` }] : []), ...never],
  };
}

function valuesOf(severity: { map: Record<string, Severity>; default: Severity }): Severity[] {
  return [...Object.values(severity.map), severity.default];
}

function doubtsOfTo(to: RuleText['to'], at: string, possible: readonly Severity[]): Problem[] {
  if (Array.isArray(to)) return [];
  const idle = severities.filter((each) => to[each] !== undefined && !possible.includes(each));
  return idle.map((each) => ({
    path: `${at}.to.${each}`,
    message: `this rule is never "${each}": nobody here is told`,
  }));
}

function doubtsOfTypes(text: RuleText, at: string, sources: KnownSources): Problem[] {
  return strayTypes(text, sources).map(({ index, words }) => ({ path: `${at}.on[${index}]`, message: words }));
}

/** What a text reads of a list may be one of its elements, or how many there are. */
const ofLists = /^(?:\d+|first|last|size)$/;

function doubtsOfMessage({ message }: RuleText, at: string, heard: Heard): Problem[] {
  if (!message) return [];
  const { fields = {}, ...texts } = message;
  const named = Object.entries(fields).map(([name, field]): [string, string] => [`fields.${name}`, field]);
  return [...Object.entries(texts), ...named].flatMap(([name, template = '']) => {
    return templateVariables(template).flatMap((segments) => {
      const words = missingWords(
        segments.filter((step) => !ofLists.test(step)),
        heard,
      );
      return words ? [{ path: `${at}.message.${name}`, message: words }] : [];
    });
  });
}
