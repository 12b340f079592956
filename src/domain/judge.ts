import type { Event, SourceTraits } from './event.ts';
import type { ConditionTrace, Tripped } from './filter.ts';
import { trippedLeaves } from './filter.ts';
import type { CauseVerdict } from './incident.ts';
import { defaultKey } from './key.ts';
import { fittingKey } from './notification.ts';
import type { Hearing, Rule } from './rule-set.ts';
import type { RuleTrace } from './trace.ts';
import { shortened } from './trace.ts';

/** What one rule says of an event, before any incident is looked at. */
export type Judgement = {
  rule: Rule;
  verdict: CauseVerdict;
  /** The incident's key, in its lane; left out where none can be made. */
  key?: string;
  keyless: boolean;
  /** What made the verdict: the conditions that matched. */
  tripped: Tripped[];
  trace: RuleTrace;
};

/** How an event is to be looked at. */
export type View = { traits: SourceTraits; isTest: boolean };

/** Each hearing rule's judgement of the event; rules that are out of scope only leave their trace. */
export function judge(
  event: Event,
  hearings: readonly Hearing[],
  view: View,
): { judgements: Judgement[]; outside: RuleTrace[] } {
  const judgements: Judgement[] = [];
  const outside: RuleTrace[] = [];
  for (const { rule, ending } of hearings) {
    const where = ending ? undefined : rule.where?.(event);
    if (where && where.verdict !== 'match') {
      const because = where.verdict === 'unknown' ? '"where" cannot be known' : '"where" does not match';
      outside.push({ rule: rule.id, verdict: 'out-of-scope', because, where: shortened(where) });
    } else {
      judgements.push(judgeInScope(event, rule, { ...view, ending, where }));
    }
  }
  return { judgements, outside };
}

type Scope = View & { ending: boolean; where: ConditionTrace | undefined };

function judgeInScope(event: Event, rule: Rule, scope: Scope): Judgement {
  const when = scope.ending ? undefined : rule.when?.(event);
  const clear = scope.ending ? undefined : rule.clear?.(event);
  const said = verdictOf(event, { rule, scope, when, clear });
  const keyed = keyOf(event, rule, said.verdict);
  const lane = scope.isTest && !rule.testsAsLive ? 'test:' : '';
  const verdict = keyed.key === undefined ? 'unknown' : said.verdict;
  const because = keyed.because ?? said.because;
  const telling = verdict === 'clear' ? clear : when;
  const key = keyed.key === undefined ? {} : { key: fittingKey(lane + keyed.key) };
  const trace: RuleTrace = {
    rule: rule.id,
    verdict,
    ...(because ? { because } : {}),
    ...key,
    ...(scope.where ? { where: shortened(scope.where) } : {}),
    ...(when ? { when: shortened(when) } : {}),
    ...(clear ? { clear: shortened(clear) } : {}),
  };
  return { rule, verdict, ...key, keyless: keyed.keyless, tripped: telling ? trippedLeaves(telling) : [], trace };
}

type Conditions = { rule: Rule; scope: Scope; when: ConditionTrace | undefined; clear: ConditionTrace | undefined };

/** `when` wins over `clear`; without `clear`, a state that is no longer bad is over. */
function verdictOf(
  event: Event,
  { rule, scope, when, clear }: Conditions,
): { verdict: CauseVerdict; because?: string } {
  if (scope.ending) return { verdict: 'clear', because: `${event.type} ends ${scope.traits.endings[event.type]}` };
  if (!when || when.verdict === 'match') return { verdict: 'match' };
  if (clear?.verdict === 'match') return { verdict: 'clear' };
  if (when.verdict === 'unknown') return { verdict: 'unknown', because: '"when" cannot be known' };
  if (clear?.verdict === 'unknown') return { verdict: 'unknown', because: '"clear" cannot be known' };
  if (!rule.clear && !rule.notice && scope.traits.states.includes(event.type)) {
    return { verdict: 'clear', because: `${event.type} reports a state, and "when" does not match any more` };
  }
  return { verdict: 'neither' };
}

function keyOf(event: Event, rule: Rule, verdict: CauseVerdict): { key?: string; keyless: boolean; because?: string } {
  if (!rule.key) return { key: defaultKey(rule.id, event), keyless: false };
  const made = rule.key(event);
  if ('key' in made) return { key: made.key, keyless: false };
  const because = `the event has no ${made.missing}, which the key needs`;
  if (verdict !== 'match') return { keyless: false, because };
  return { key: defaultKey(rule.id, event), keyless: true, because: `${because}: it rings under its default key` };
}
