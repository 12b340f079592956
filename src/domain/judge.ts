import type { Event, Normalised, SourceTraits } from './event.ts';
import type { ConditionTrace, Tripped } from './filter/filter.ts';
import { trippedLeaves } from './filter/filter.ts';
import type { Verdict } from './filter/verdict.ts';
import type { CauseVerdict } from './incident/incident.ts';
import { shadowKey, testKey } from './incident/lane.ts';
import type { Hearing } from './rules/hearing.ts';
import { defaultKey } from './rules/key.ts';
import type { Rule } from './rules/rule-set.ts';
import { illTyped } from './rules/scope-doubts.ts';
import { fittingKey } from './telling/notification.ts';
import type { RuleTrace } from './trace.ts';
import { shortened } from './trace.ts';

/** What one rule says of an event, before any incident is looked at. */
export type Judgement = {
  rule: Rule;
  verdict: CauseVerdict;
  /** The incident's key, in its lane; left out where none can be made. */
  key?: string;
  /** Where the cause would be if the rule were turned, live or shadow. */
  twin?: string;
  /** What its filters say by themselves, for a baseline that is and-ed with them; left out where it was heard as an end. */
  parts?: { when: Verdict; clear?: Verdict };
  keyless: boolean;
  /** Of a test that lives apart: nobody is called out by it. */
  apart: boolean;
  /** The variable of the key that the event does not have. */
  missing?: string;
  /** What made the verdict: the conditions that matched. */
  tripped: Tripped[];
  trace: RuleTrace;
};

/** A rule that cannot tell whether the event is in its scope, for these conditions of its `where`. */
export type Unscoped = { rule: Rule; apart: boolean; conditions: ConditionTrace[] };

/** What rules say of an event; of those out of whose scope it is, the trace, and where that is for what it should not be. */
export type Judgements = { judgements: Judgement[]; outside: RuleTrace[]; unscoped: Unscoped[] };

/** How an event is to be looked at. */
export type View = { normalised: Normalised; traits: SourceTraits; isTest: boolean };

/**
 * Each hearing rule's judgement of the event; rules that are out of scope only leave their trace. A catch-all hears
 * what no other live rule had in scope.
 */
export function judge(hearings: readonly Hearing[], view: View): Judgements {
  const first = judgeAll(withOtherwise(hearings, false), view);
  const last = withOtherwise(hearings, true);
  const other = first.judgements.find(({ rule }) => !rule.shadow);
  if (other) {
    const because = `${other.rule.id} has it in scope: this rule hears what no other does`;
    const outside = last.map(({ rule }): RuleTrace => ({ rule: rule.id, verdict: 'out-of-scope', because }));
    return { ...first, outside: [...first.outside, ...outside] };
  }
  const rest = judgeAll(last, view);
  return {
    judgements: [...first.judgements, ...rest.judgements],
    outside: [...first.outside, ...rest.outside],
    unscoped: [...first.unscoped, ...rest.unscoped],
  };
}

function withOtherwise(hearings: readonly Hearing[], otherwise: boolean): Hearing[] {
  return hearings.filter(({ rule }) => rule.otherwise === otherwise);
}

function judgeAll(hearings: readonly Hearing[], view: View): Judgements {
  const { event } = view.normalised;
  const judgements: Judgement[] = [];
  const outside: RuleTrace[] = [];
  const unscoped: Unscoped[] = [];
  for (const { rule, ending } of hearings) {
    const where = ending ? undefined : rule.where?.(event);
    if (where && where.verdict !== 'match') {
      const because = where.verdict === 'unknown' ? '"where" cannot be known' : '"where" does not match';
      outside.push({ rule: rule.id, verdict: 'out-of-scope', because, where: shortened(where) });
      const conditions = illTyped(where, view.normalised);
      if (conditions.length > 0) unscoped.push({ rule, apart: isApart(rule, view), conditions });
    } else {
      judgements.push(judgeInScope(event, rule, { ...view, ending, where }));
    }
  }
  return { judgements, outside, unscoped };
}

type Scope = View & { ending: boolean; where: ConditionTrace | undefined };

function judgeInScope(event: Event, rule: Rule, scope: Scope): Judgement {
  const when = scope.ending ? undefined : rule.when?.(event);
  const clear = scope.ending ? undefined : rule.clear?.(event);
  const said = verdictOf(event, { rule, scope, when, clear });
  const keyed = keyOf(event, rule, said.verdict);
  const verdict = keyed.key === undefined ? 'unknown' : said.verdict;
  const because = keyed.because ?? said.because;
  const telling = verdict === 'clear' ? clear : when;
  const keys: Pick<Judgement, 'key' | 'twin'> = keyed.key === undefined ? {} : keysOf(keyed.key, rule, scope);
  const trace: RuleTrace = {
    rule: rule.id,
    verdict,
    ...(because ? { because } : {}),
    ...(keys.key === undefined ? {} : { key: keys.key }),
    ...(scope.where ? { where: shortened(scope.where) } : {}),
    ...(when ? { when: shortened(when) } : {}),
    ...(clear ? { clear: shortened(clear) } : {}),
  };
  const tripped = telling ? trippedLeaves(telling) : [];
  const missing = keyed.missing === undefined ? {} : { missing: keyed.missing };
  return {
    rule,
    verdict,
    ...keys,
    keyless: keyed.keyless,
    apart: isApart(rule, scope),
    ...missing,
    tripped,
    ...partsOf({ rule, scope, when, clear }),
    trace,
  };
}

function isApart({ testsAsLive }: Rule, { isTest }: Pick<View, 'isTest'>): boolean {
  return isTest && !testsAsLive;
}

/** In its lane: tests live apart, and what is in shadow too. */
function keysOf(text: string, rule: Rule, scope: Scope): { key: string; twin: string } {
  const live = isApart(rule, scope) ? testKey(text) : fittingKey(text);
  const shadow = shadowKey(live);
  return rule.shadow ? { key: shadow, twin: live } : { key: live, twin: shadow };
}

function partsOf({ rule, scope, when, clear }: Conditions): Pick<Judgement, 'parts'> {
  if (!rule.baseline || scope.ending) return {};
  return { parts: { when: when?.verdict ?? 'match', ...(clear ? { clear: clear.verdict } : {}) } };
}

type Conditions = { rule: Rule; scope: Scope; when: ConditionTrace | undefined; clear: ConditionTrace | undefined };

/** `when` wins over `clear`; without `clear`, a state that is no longer bad is over. */
function verdictOf(
  event: Event,
  { rule, scope, when, clear }: Conditions,
): { verdict: CauseVerdict; because?: string } {
  if (scope.ending) return { verdict: 'clear', because: `${event.type} ends ${scope.traits.endings[event.type]}` };
  if (rule.absentMs !== undefined) return { verdict: 'clear', because: 'it is there' };
  if (!when || when.verdict === 'match') return { verdict: 'match' };
  if (clear?.verdict === 'match') return { verdict: 'clear' };
  if (when.verdict === 'unknown') return { verdict: 'unknown', because: '"when" cannot be known' };
  if (clear?.verdict === 'unknown') return { verdict: 'unknown', because: '"clear" cannot be known' };
  if (!rule.clear && !rule.notice && !rule.baseline && scope.traits.states.includes(event.type)) {
    return { verdict: 'clear', because: `${event.type} reports a state, and "when" does not match any more` };
  }
  return { verdict: 'neither' };
}

type Keyed = { key?: string; keyless: boolean; because?: string; missing?: string };

function keyOf(event: Event, rule: Rule, verdict: CauseVerdict): Keyed {
  if (!rule.key || rule.notice) return { key: defaultKey(rule.id, event), keyless: false };
  const made = rule.key(event);
  if ('key' in made) return { key: made.key, keyless: false };
  const { missing } = made;
  const because = `the event has no ${missing}, which the key needs`;
  if (verdict !== 'match') return { keyless: false, because, missing };
  return {
    key: defaultKey(rule.id, event),
    keyless: true,
    because: `${because}: it rings under its default key`,
    missing,
  };
}
