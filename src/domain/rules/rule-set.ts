import { createHash } from 'node:crypto';
import type { Event, SourceTraits } from '../event.ts';
import type { Filter, Problem } from '../filter/filter.ts';
import { compileFilter } from '../filter/filter.ts';
import type { Baseline } from '../incident/baseline.ts';
import type { Counting, Severity } from '../incident/incident.ts';
import type { Hearing } from './hearing.ts';
import { hearingIndex } from './hearing.ts';
import type { KeyTemplate } from './key.ts';
import { compileKey } from './key.ts';
import type { MessageTemplate } from './rendered.ts';
import { compileMessage } from './rendered.ts';
import type { RuleText } from './rule.ts';
import { checkRule, isNotice } from './rule-checks.ts';
import type { SeverityOf } from './severity-of.ts';
import { compileSeverity, compileTo, labelsIn } from './severity-of.ts';

/** A rule ready to be asked. */
export type Rule = {
  id: string;
  /** Its place in the file. */
  order: number;
  /** Of its key and event types: another one is another rule to the causes it opened. */
  fingerprint: string;
  /** Event types, or beginnings of them; left out: all. */
  on?: readonly string[];
  /** Sources; left out: all. */
  from?: readonly string[];
  where?: Filter;
  when?: Filter;
  clear?: Filter;
  /** Where it is the same for every event. */
  severity?: Severity;
  severityOf: SeverityOf;
  key?: KeyTemplate;
  /** Every label it may send to. */
  to: string[];
  toOf(severity: Severity): string[];
  notice: boolean;
  /** It hears only what no other live rule had in scope. */
  otherwise: boolean;
  /** Its causes live apart, and nobody is told. */
  shadow: boolean;
  onUnknown: RuleText['onUnknown'];
  baseline?: Baseline;
  absentMs?: number;
  message?: MessageTemplate;
  counting: Counting;
  resolveAfterMs?: number;
  testsAsLive: boolean;
};

/** The rules in force, found by what they hear. */
export type RuleSet = {
  rules: readonly Rule[];
  /**
   * Those that an event may concern; to the others it is of no matter. `misread`: the fields of which nobody can say
   * whether they have the value that is looked for.
   */
  hearing(event: Event, misread?: readonly string[]): readonly Hearing[];
};

/** What a rule may refer to: the configured sources. */
export type KnownSources = ReadonlyMap<string, SourceTraits>;

/** A rule as it stands in the file, and its place there. */
export type PlacedRule = { text: RuleText; order: number };

/** Compiles the enabled rules. Faults are added to `problems` with paths below `rules`. */
export function compileRules(placed: readonly PlacedRule[], sources: KnownSources, problems: Problem[]): RuleSet {
  const compiled = placed.map(({ text, order }) => ({ text, rule: compileRule(text, order, { sources, problems }) }));
  const enabled = compiled.filter(({ text }) => text.enabled);
  return { rules: enabled.map(({ rule }) => rule), hearing: hearingIndex(enabled, sources) };
}

type Known = { sources: KnownSources; problems: Problem[] };

function compileRule(text: RuleText, order: number, { sources, problems }: Known): Rule {
  const at = `rules[${order}]`;
  const filter = (name: 'where' | 'when' | 'clear') =>
    text[name] === undefined ? {} : { [name]: compileFilter(text[name], `${at}.${name}`, problems) };
  checkRule(text, at, { sources, problems });
  return {
    id: text.id,
    order,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([text.key, text.on?.toSorted()]))
      .digest('hex')
      .slice(0, 16),
    ...(text.on ? { on: text.on } : {}),
    ...(text.from ? { from: text.from } : {}),
    ...filter('where'),
    ...filter('when'),
    ...filter('clear'),
    ...(typeof text.severity === 'string' ? { severity: text.severity } : {}),
    severityOf: compileSeverity(text.severity),
    ...(text.key === undefined ? {} : { key: compileKey(text.key, `${at}.key`, problems) }),
    to: labelsIn(text.to),
    toOf: compileTo(text.to),
    notice: isNotice(text),
    otherwise: text.otherwise,
    shadow: text.mode === 'shadow',
    onUnknown: text.onUnknown,
    ...(text.baseline ? { baseline: text.baseline } : {}),
    ...(text.absent ? { absentMs: text.absent.for } : {}),
    ...(text.message ? { message: compileMessage(text.message, `${at}.message`, problems) } : {}),
    counting: countingOf(text),
    ...(text.resolveAfter === undefined ? {} : { resolveAfterMs: text.resolveAfter }),
    testsAsLive: text.testEvents === 'as-live',
  };
}

function countingOf({ fireAfter, clearAfter }: RuleText): Counting {
  const { count, of = count } = fireAfter ?? { count: 1 };
  return { fire: { count, of }, clear: clearAfter?.count ?? 1 };
}
