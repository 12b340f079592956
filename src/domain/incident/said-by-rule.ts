import type { Judgement } from '../judge.ts';
import type { Judged } from '../routing.ts';
import { renderMessage } from '../rules/rendered.ts';
import type { Said } from './incident.ts';
import { saidOf } from './said.ts';

/**
 * What a rule has to say of an event, in its own words where it has some. Where they fail, the trace says why, and the
 * made ones stand. "Ago" is counted from the receipt, so that whoever routes it says the same.
 */
export function saidByRule({ rule, tripped, trace }: Judgement, { normalised, delivery }: Judged): Said {
  const said = saidOf(rule.id, normalised.event, tripped);
  if (!rule.message) return said;
  const { rendered, error } = renderMessage(rule.message, normalised.event, delivery.receivedAt);
  if (error !== undefined) trace.template = error;
  return rendered ? { ...said, rendered } : said;
}
