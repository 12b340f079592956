import type { Judgement } from '../judge.ts';
import type { Judged, Standing } from '../routing.ts';
import type { Effect } from './cause.ts';
import { hear, isOnce } from './cause.ts';
import { hearPresence } from './hear-presence.ts';
import { heardWords, lateWords } from './heard-words.ts';
import type { Cause, Incident, Mark } from './incident.ts';
import { judgeBaseline, thawed } from './judge-baseline.ts';
import { markOf, newCause } from './new-cause.ts';
import { saidByRule } from './said-by-rule.ts';

export type Hearing = { judged: Judged; standing: Standing };

/** What hearing a judgement did, also in words for the trace; the judgement as it is now that more is known. */
export type Heard = { incident: Incident; judgement: Judgement; effect: Effect; words: string };

/** The incident after its cause heard one rule's judgement. */
export function hearJudgement(incident: Incident, judgement: Judgement, hearing: Hearing): Heard {
  const { rule } = judgement;
  if (rule.absentMs !== undefined) return { judgement, ...hearPresence(incident, judgement, hearing) };
  const { judged } = hearing;
  const { event } = judged.normalised;
  const known = incident.causes.find((cause) => cause.rule === rule.id && cause.source === event.source);
  const before = known ?? newCause(incident, judgement, judged);
  const mark = markOf(before, judged);
  const compared = judgeBaseline(judgement, known?.usual, { event, mark });
  const told = compared.judgement;
  if (!known && saysNothing(compared)) return { incident, judgement: told, effect: 'noted', words: 'kept' };
  const { cause, effect } = hear(before, heardBy(told, mark, hearing));
  if (effect === 'late') return { incident, judgement: told, effect, words: lateWords(before) };
  const refreshed = effect === 'fires' || effect === 'again' ? withRule(cause, told, judged) : cause;
  const after = withUsual(refreshed, compared);
  return {
    incident: {
      ...incident,
      causes: known ? incident.causes.map((each) => (each === known ? after : each)) : [...incident.causes, after],
    },
    judgement: told,
    effect,
    words: heardWords(effect, incident, { cause, judgement: told, seq: judged.delivery.seq }),
  };
}

type Compared = ReturnType<typeof judgeBaseline>;

/** To a cause that was not heard before: nothing to count, and nothing that would be usual. */
function saysNothing({ judgement: { rule, verdict }, usual }: Compared): boolean {
  if (usual && usual.values.length > 0) return false;
  return verdict === 'unknown' || (verdict === 'neither' && isOnce(rule.counting));
}

function heardBy({ rule, verdict }: Judgement, mark: Mark, { judged, standing }: Hearing) {
  const { receivedAt } = judged.delivery;
  const staleAfterMs = Math.min(standing.staleAfterMs, rule.resolveAfterMs ?? Number.POSITIVE_INFINITY);
  return { mark, verdict, stale: receivedAt - mark.at > staleAfterMs, receivedAt, counting: rule.counting };
}

/** What is usual is the rule's as it is now; without a baseline there is nothing to remember. */
function withUsual({ usual: _before, ...cause }: Cause, { judgement, usual }: Compared): Cause {
  return usual ? { ...cause, usual: thawed(usual, cause, judgement.rule.counting) } : cause;
}

/**
 * What rings brings the cause up to the rule as it is now. What is not a match may ring too, where it turns out that
 * the cause was never over: it has nothing to say of what is bad.
 */
function withRule(cause: Cause, judgement: Judgement, judged: Judged): Cause {
  const { rule, verdict } = judgement;
  const { resolveAfterMs: _before, orphan: _orphan, absent: _absent, said, ...rest } = cause;
  return {
    ...rest,
    fingerprint: rule.fingerprint,
    order: rule.order,
    severity: rule.severityOf(judged.normalised.event),
    said: said && verdict !== 'match' ? said : saidByRule(judgement, judged),
    ...(rule.resolveAfterMs === undefined ? {} : { resolveAfterMs: rule.resolveAfterMs }),
  };
}
