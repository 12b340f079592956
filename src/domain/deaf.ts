import type { Judged } from './routing.ts';
import type { Rule } from './rules/rule-set.ts';
import { isOn } from './rules/type-pattern.ts';
import type { RuleTrace } from './trace.ts';
import { shortened } from './trace.ts';

/** A rule that an event does not concern: what kept it from being asked. */
export type Deaf = { rule: string; why: 'type' | 'source'; because: string };

/**
 * The rules that a delivery does not concern, in the order of the file. Those whose `where` keeps them out are told as
 * the others are of which that was found out by asking: they are the last of the traces.
 */
export function deafTo(
  rules: readonly Rule[],
  { judgements, outside, normalised: { event } }: Judged,
): { deaf: Deaf[]; outside: RuleTrace[] } {
  const asked = new Set([...judgements.map(({ rule }) => rule.id), ...outside.map(({ rule }) => rule)]);
  const deaf: Deaf[] = [];
  const traces: RuleTrace[] = [];
  for (const { id: rule, from, on, where } of rules.filter(({ id }) => !asked.has(id))) {
    if (from && !from.includes(event.source)) {
      deaf.push({ rule, why: 'source', because: `it hears ${from.join(', ')} only` });
    } else if (!isOn(on, event.type)) {
      deaf.push({ rule, why: 'type', because: `it hears ${on?.join(', ')} only` });
    } else if (where) {
      const because = '"where" does not match';
      traces.push({ rule, verdict: 'out-of-scope', because, where: shortened(where(event)) });
    }
  }
  return { deaf, outside: traces };
}
