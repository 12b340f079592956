import { isNumeric, shapeAt, typesWith } from '../event-shape.ts';
import type { Problem } from '../filter/filter.ts';
import { keyVariables } from './key.ts';
import type { RuleText } from './rule.ts';
import type { KnownSources } from './rule-set.ts';
import { isOn, mayBegin } from './type-pattern.ts';
import { strayTypes } from './type-words.ts';

type Known = { sources: KnownSources; problems: Problem[] };

/** Whether a rule's keys go together: what excludes another, what can never open, and what would never end. */
export function checkRule(text: RuleText, at: string, { sources, problems }: Known): void {
  const found = [...faultsOfKind(text), ...faultsOfCounting(text), ...faultsOfEnd(text, sources)];
  problems.push(...found.map(({ key, message }) => ({ path: key === '' ? at : `${at}.${key}`, message })));
}

export function isNotice({ lifecycle, otherwise }: RuleText): boolean {
  return lifecycle === 'notice' || otherwise;
}

/** At a key of the rule, or of the whole of it. */
type Fault = { key: keyof RuleText | ''; message: string };

function faultsOfKind(text: RuleText): Fault[] {
  const incident: Fault[] =
    text.otherwise && text.lifecycle === 'incident'
      ? [{ key: 'lifecycle', message: 'a catch-all tells each event once, as a notice: leave this out' }]
      : [];
  return [...incident, ...besides(text, text.otherwise, ofOtherwise), ...faultsOfNoticeOrAbsent(text)];
}

function faultsOfNoticeOrAbsent(text: RuleText): Fault[] {
  if (isNotice(text)) return besides(text, true, ofNotice);
  return besides(text, text.absent !== undefined, ofAbsent);
}

function besides(text: RuleText, applies: boolean, faults: Partial<Record<keyof RuleText, string>>): Fault[] {
  if (!applies) return [];
  const names = Object.keys(faults) as (keyof RuleText)[];
  return names.flatMap((key) => (text[key] === undefined ? [] : [{ key, message: faults[key] ?? '' }]));
}

const ofOtherwise = { key: 'a catch-all tells each event once: leave this out, there is nothing to fold' };

const noEnd = 'a notice has no end: leave this out, or make it an incident';
const ofNotice = {
  clear: noEnd,
  clearAfter: noEnd,
  resolveAfter: noEnd,
  fireAfter: 'a notice is told of each match: leave this out, or make it an incident',
  baseline: 'a notice remembers nothing that would be usual: leave this out, or make it an incident',
  absent: 'a notice tells of an event, and here none comes: leave this out, or make it an incident',
};

const standsAlone = '"absent" opens when nothing comes and ends when something does: leave this out, or make two rules';
const ofAbsent = {
  when: standsAlone,
  clear: standsAlone,
  baseline: standsAlone,
  fireAfter: standsAlone,
  clearAfter: standsAlone,
  resolveAfter: standsAlone,
};

function faultsOfCounting(text: RuleText): Fault[] {
  const { fireAfter } = text;
  if (isNotice(text) || fireAfter?.of === undefined || fireAfter.count <= fireAfter.of) return [];
  const { count, of } = fireAfter;
  const ways = `"of" at least ${count}, or "count" at most ${of}`;
  return [{ key: 'fireAfter', message: `${count} matches are never among ${of} events: ${ways}` }];
}

/** A rule that can open must be able to end, under the key it opened. */
function faultsOfEnd(text: RuleText, sources: KnownSources): Fault[] {
  if (isNotice(text)) return [];
  const changing = variablesOf(text).find(isChanging);
  if (changing !== undefined) return faultsOfChangingKey(text, changing);
  if (text.absent || text.resolveAfter !== undefined) return [];
  const clearing = clearingTypes(text, sources);
  if (clearing.length > 0) return faultsOfClearing(text, clearing);
  // Nothing can be said of what nobody sends; that there is none is told where the sources stand.
  if (sources.size === 0) return [];
  const missing = text.clear === undefined ? '"clear"' : '"when" beside "clear", since without it every event is bad';
  const ways = `add ${missing}, "resolveAfter" such as "6h", or "lifecycle": "notice"`;
  const stray = strayTypes(text, sources).map(({ words }) => ` (${words})`);
  return [{ key: '', message: `this rule can open an incident and never end it: ${ways}${stray.join('')}` }];
}

/** What is another one in every delivery: its identity, or a number that is measured. */
function isChanging(path: string): boolean {
  return everNew.has(path) || isNumeric(shapeAt(path.split('.')));
}

const everNew = new Set(['id', 'occurredAt', 'test.id', 'data.testId']);

function faultsOfChangingKey(text: RuleText, path: string): Fault[] {
  const needing = (['absent', 'baseline'] as const).find((name) => text[name] !== undefined);
  const several = needing ?? (text.fireAfter && text.fireAfter.count > 1 ? 'fireAfter' : undefined);
  const words = `the key is another one with every delivery, because of {{ ${path} }}`;
  if (several) {
    return [{ key: 'key', message: `${words}, and "${several}" needs several under one: take it out of the key` }];
  }
  if (text.resolveAfter !== undefined) return [];
  const ways = 'take it out of the key, or add "resolveAfter" such as "6h", or "lifecycle": "notice"';
  return [{ key: 'key', message: `${words}, so that nothing ever ends what it opens: ${ways}` }];
}

/** The types, as in `on`, that can say that it is over. */
function clearingTypes({ on, from, when, clear, baseline }: RuleText, sources: KnownSources): string[] {
  const heard = [...sources].filter(([name]) => !from || from.includes(name)).map(([, traits]) => traits);
  const endings = heard.flatMap((traits) => Object.entries(traits.endings));
  const byEnding = endings.filter(([, ended]) => on !== undefined && isOn(on, ended)).map(([ending]) => ending);
  if ((clear !== undefined && when !== undefined) || baseline) return [...(on ?? ['*']), ...byEnding];
  const states = when === undefined ? [] : heard.flatMap((traits) => traits.states.filter((type) => isOn(on, type)));
  return [...new Set([...states, ...byEnding])];
}

/** What clears has to come under the key of what it clears. */
function faultsOfClearing(text: RuleText, clearing: readonly string[]): Fault[] {
  const opening = text.on ?? ['*'];
  // Where nothing that it hears has it, all stand under the default.
  const variables = keyVariables(text.key ?? '').filter(
    ({ path, hasDefault }) => !hasDefault || opening.some((type) => mayHave(type, path)),
  );
  const lacking = (type: string) => variables.find(({ path }) => !mayHave(type, path))?.path;
  if (variables.length === 0 || clearing.some((type) => lacking(type) === undefined)) return [];
  const path = lacking(clearing[0] ?? '');
  const message = `what ends it (${clearing.join(', ')}) has no ${path}, which the key needs: nothing ends what it opens`;
  return [{ key: 'key', message: `${message}; choose another key, or add "resolveAfter" such as "6h"` }];
}

function variablesOf({ key = '' }: RuleText): string[] {
  return keyVariables(key).map(({ path }) => path);
}

function mayHave(type: string, path: string): boolean {
  const beginning = typesWith(path.split('.')[0] ?? '');
  return beginning === undefined || mayBegin(type, beginning);
}
