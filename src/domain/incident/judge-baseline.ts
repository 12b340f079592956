import type { Event } from '../event.ts';
import { valueAt } from '../event.ts';
import type { Tripped } from '../filter/filter.ts';
import type { Verdict } from '../filter/verdict.ts';
import { and } from '../filter/verdict.ts';
import type { Judgement } from '../judge.ts';
import { shortened } from '../trace.ts';
import type { Fall, Usual } from './baseline.ts';
import { fallOf, fewestValues, remembered, usualOf } from './baseline.ts';
import type { Cause, CauseVerdict, Counting, Mark } from './incident.ts';

/**
 * The judgement once the event is compared with what was usual for its cause, and what is usual from then on. It is
 * compared with what was known when it was routed: a value that comes later and happened earlier finds its place among
 * the others, and turns no verdict that was given.
 */
export function judgeBaseline(
  judgement: Judgement,
  known: Usual | undefined,
  { event, mark }: { event: Event; mark: Mark },
): { judgement: Judgement; usual?: Usual } {
  const { rule, parts, trace } = judgement;
  const { baseline } = rule;
  if (!baseline) return { judgement };
  const usual = usualOf(baseline, known);
  if (!parts) return { judgement, usual };
  const at = { mark, value: valueAt(event, baseline.metric.split('.')) };
  const fall = fallOf(usual, at, baseline);
  const { verdict, because } = verdictOf(judgement, parts, fall);
  Object.assign(trace, { verdict, baseline: shortened(fall.trace) });
  if (because) trace.because = because;
  else delete trace.because;
  const tripped = verdict === 'match' ? [...judgement.tripped, trippedBy(fall)] : [];
  const kept = remembered(usual, at, baseline);
  return {
    judgement: { ...judgement, verdict, tripped },
    usual: verdict === 'match' && fall.usual !== undefined ? { ...kept, frozen: fall.usual } : kept,
  };
}

/** The median is held while the cause fires, and while a match counts that no clear came after. */
export function thawed(usual: Usual, { firing, ring }: Pick<Cause, 'firing' | 'ring'>, { fire }: Counting): Usual {
  const counted = ring.slice(-fire.of).map(({ verdict }) => verdict);
  if (firing || counted.lastIndexOf('match') > counted.lastIndexOf('clear')) return usual;
  const { frozen: _frozen, ...rest } = usual;
  return rest;
}

type Parts = NonNullable<Judgement['parts']>;

/** Bad where `when` says so and it fell; over where "clear" says so or, without one, where half the fall is made up for. */
function verdictOf(
  { rule, keyless }: Judgement,
  parts: Parts,
  fall: Fall,
): { verdict: CauseVerdict; because?: string } {
  const bad = and([parts.when, asBad[fall.verdict]]);
  const over = parts.clear ?? asOver[fall.verdict];
  if (bad === 'match') return { verdict: 'match', ...(keyless ? { because: keylessWords } : {}) };
  if (keyless) return { verdict: 'unknown', because: 'it has no key of its own, and is not bad' };
  if (over === 'match') return { verdict: 'clear', ...(parts.clear ? {} : { because: overWords }) };
  if (bad === 'no-match' && over === 'no-match') return { verdict: 'neither' };
  if (bad === 'unknown' && parts.when === 'unknown') return { verdict: 'unknown', because: '"when" cannot be known' };
  if (parts.clear === 'unknown') return { verdict: 'unknown', because: '"clear" cannot be known' };
  return { verdict: 'unknown', because: `"baseline" cannot be known: ${whyUnknown(rule.baseline?.metric, fall)}` };
}

const asBad: Record<Fall['verdict'], Verdict> = {
  bad: 'match',
  between: 'no-match',
  over: 'no-match',
  unknown: 'unknown',
};
const asOver: Record<Fall['verdict'], Verdict> = { ...asBad, bad: 'no-match', over: 'match' };

const keylessWords = 'it has no key of its own: it rings under its default key';
const overWords = 'at most half of the fall that is bad';

function whyUnknown(metric: string | undefined, { usual }: Fall): string {
  return usual === undefined ? `fewer than ${fewestValues} earlier values` : `${metric} is no number`;
}

function trippedBy({ usual, trace: { path, op, actual } }: Fall): Tripped {
  return { path, op, expected: usual, actual };
}
