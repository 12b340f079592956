import { isNumeric, shapeAt } from '../event-shape.ts';
import type { Problem } from '../filter/filter.ts';
import type { Findings } from '../filter/filter-doubts.ts';
import { contradictionsIn, slipsIn } from '../filter/filter-doubts.ts';
import type { Heard } from '../filter/path-words.ts';
import { missingAt, missingWords } from '../filter/path-words.ts';
import type { Severity } from '../incident/incident.ts';
import { severities } from '../incident/incident.ts';
import { keyVariables } from './key.ts';
import type { RuleText } from './rule.ts';
import { originsOf, possibilityOf } from './rule-possible.ts';
import type { KnownSources, PlacedRule } from './rule-set.ts';
import { templateVariables } from './template.ts';
import { findingsInTemplate } from './template-findings.ts';
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
  const heard = heardBy(text, sources);
  const sound = soundParts(text, at, isSound);
  const filters = (['where', 'when', 'clear'] as const).filter((name) => sound[name] !== undefined);
  const found: Findings[] = [
    ...filters.map((name) => slipsIn(sound[name], `${at}.${name}`, heard)),
    ofKey(sound, at, heard),
    ofBaseline(sound, at, heard),
    ofSeverity(sound, at, heard),
    { faults: [], doubts: doubtsOfTypes(sound, at, sources) },
    ofMessage(sound, at, heard),
  ];
  const alone = filters.filter((_, i) => found[i]?.faults.length === 0);
  // How the parts go together says nothing where one of them has a fault.
  const hasFaults = !isSound(at) || found.some(({ faults }) => faults.length > 0);
  if (!hasFaults) found.push(possibilityOf(text, at, sources));
  else found.push({ faults: alone.flatMap((name) => contradictionsIn(sound[name], `${at}.${name}`)), doubts: [] });
  return { faults: found.flatMap(({ faults }) => faults), doubts: found.flatMap(({ doubts }) => doubts) };
}

/** What all of its senders lack, no event of it has. */
function heardBy(text: RuleText, sources: KnownSources): Heard {
  const origins = originsOf(text, sources);
  const [first, ...others] = origins.map(({ traits }) => traits.lacks ?? []);
  return {
    on: strayTypes(text, sources).length > 0 ? undefined : text.on,
    from: text.from,
    sources: origins.flatMap(({ world }) => world.sources ?? []),
    lacks: (first ?? []).filter((path) => others.every((lacks) => lacks.includes(path))),
  };
}

/** Without what has faults of its own, which are told already. */
function soundParts(text: RuleText, at: string, isSound: Known['isSound']): RuleText {
  const faulty = (['where', 'when', 'clear', 'key', 'message'] as const).filter((name) => !isSound(`${at}.${name}`));
  return { ...text, ...Object.fromEntries(faulty.map((name) => [name, undefined])) };
}

/** A key that is never made: each match would ring under the default key, and nothing would clear. */
function ofKey({ key = '' }: RuleText, at: string, heard: Heard): Findings {
  const found: Findings = { faults: [], doubts: [] };
  for (const { path, hasDefault } of keyVariables(key)) {
    const missing = missingAt(path.split('.'), heard);
    const becomes = hasDefault ? 'it is always the default' : 'the key can never be made';
    const words = missing ? missingWords(missing, becomes) : becauseOf(unprintable(path), becomes);
    if (!words) continue;
    // A default may be meant for other types than those of today; a field that there is not is a slip.
    const isDoubt = missing?.isSure === false || (missing?.isKnown && hasDefault);
    (isDoubt ? found.doubts : found.faults).push({ path: `${at}.key`, message: words });
  }
  return found;
}

function becauseOf(words: string | undefined, becomes: string): string | undefined {
  return words && `${words}, so ${becomes}`;
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
  const missing = missingAt(path, heard);
  if (missing) {
    const told = [{ path: `${at}.baseline.metric`, message: missingWords(missing, 'nothing can fall') }];
    return missing.isSure ? { faults: told, doubts: [] } : { faults: [], doubts: told };
  }
  const shape = shapeAt(path);
  if (shape?.kind !== 'anything' && !isNumeric(shape)) {
    return { faults: [{ path: `${at}.baseline.metric`, message: `${metric} is no number` }], doubts: [] };
  }
  if (shape?.kind !== 'share' || dropAtLeast <= 1) return { faults: [], doubts: [] };
  const way = dropAtLeast <= 100 ? `: for ${dropAtLeast} points of a hundred write ${dropAtLeast / 100}` : '';
  const message = `${metric} is a share from 0 to 1, and cannot fall by more${way}`;
  return { faults: [{ path: `${at}.baseline.dropAtLeast`, message }], doubts: [] };
}

function ofSeverity({ severity, to }: RuleText, at: string, heard: Heard): Findings {
  const never = doubtsOfTo(to, at, typeof severity === 'string' ? [severity] : valuesOf(severity));
  if (typeof severity === 'string') return { faults: [], doubts: never };
  const path = `${at}.severity.from`;
  const always = `it is always "${severity.default}"`;
  const missing = missingAt(severity.from.split('.'), heard);
  const fault = missing ? undefined : unprintable(severity.from);
  return {
    faults: fault ? [{ path, message: `${fault}, so ${always}` }] : [],
    doubts: [...(missing ? [{ path, message: missingWords(missing, always) }] : []), ...never],
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

function ofMessage({ message }: RuleText, at: string, heard: Heard): Findings {
  const { fields = {}, ...texts } = message ?? {};
  const named = Object.entries(fields).map(([name, field]): [string, string] => [`fields.${name}`, field]);
  const found: Findings = { faults: [], doubts: [] };
  for (const [name, template = ''] of [...Object.entries(texts), ...named]) {
    const path = `${at}.message.${name}`;
    const { faults, doubts } = findingsInTemplate(template);
    found.faults.push(...faults.map((words) => ({ path, message: words })));
    found.doubts.push(...[...missingIn(template, heard), ...doubts].map((words) => ({ path, message: words })));
  }
  return found;
}

function missingIn(template: string, heard: Heard): string[] {
  return templateVariables(template).flatMap((segments) => {
    const steps = segments.filter((step) => !ofLists.test(step));
    const missing = missingAt(steps, heard);
    return missing ? [missingWords(missing)] : [];
  });
}
