import type { Effect } from './cause.ts';
import { clearsIn, hear, isOnce, matchesIn } from './cause.ts';
import type { Cause, Incident, Mark } from './incident.ts';
import type { Judgement } from './judge.ts';
import type { Judged, Standing } from './routing.ts';
import { saidOf } from './said.ts';

type Hearing = { judged: Judged; standing: Standing };

/** The incident after its cause heard one rule's judgement; what that did, also in words for the trace. */
export function hearJudgement(
  incident: Incident,
  judgement: Judgement,
  { judged, standing }: Hearing,
): { incident: Incident; effect: Effect; words: string } {
  const { rule, verdict } = judgement;
  const { event } = judged.normalised;
  const { seq, receivedAt } = judged.delivery;
  const index = incident.causes.findIndex((cause) => cause.rule === rule.id && cause.source === event.source);
  const known = incident.causes[index];
  if (!known && (verdict === 'unknown' || (verdict === 'neither' && isOnce(rule.counting)))) {
    return { incident, effect: 'noted', words: 'kept' };
  }
  const before = known ?? newCause(incident, judgement, judged);
  const mark = markOf(before, judged);
  const staleAfterMs = Math.min(standing.staleAfterMs, rule.resolveAfterMs ?? Number.POSITIVE_INFINITY);
  const stale = receivedAt - mark.at > staleAfterMs;
  const { cause, effect } = hear(before, { mark, verdict, stale, receivedAt, counting: rule.counting });
  if (effect === 'late') return { incident, effect, words: lateWords(before) };
  const refreshed = effect === 'fires' || effect === 'again' ? withRule(cause, judgement, judged) : cause;
  const causes = known ? incident.causes.with(index, refreshed) : [...incident.causes, refreshed];
  return {
    incident: { ...incident, causes },
    effect,
    words: effect === 'noted' ? notedWords(incident, cause, { judgement, seq }) : effectWords[effect],
  };
}

/**
 * The event's place is its own moment. Where that is the receipt, because it says none or one still to come, it is
 * behind all that was received before: that may have a later moment, if our clock went back in between.
 */
function markOf({ ring, floor, forgotten }: Cause, judged: Judged): Mark {
  const { seq, receivedAt } = judged.delivery;
  const mark = { at: Date.parse(judged.normalised.event.occurredAt), ends: isEnding(judged), seq };
  if (mark.at < receivedAt) return mark;
  const ahead = [...ring, floor, forgotten].flatMap((each) =>
    each && each.seq < seq && each.at > receivedAt ? [each.at + 1] : [],
  );
  return { ...mark, at: Math.max(mark.at, ...ahead) };
}

function isEnding({ traits, normalised }: Judged): boolean {
  return Object.hasOwn(traits.endings, normalised.event.type);
}

/** What a person ended is over for a rule too that was not heard before. */
function newCause({ floor }: Incident, { rule }: Judgement, { normalised, delivery }: Judged): Cause {
  return {
    rule: rule.id,
    source: normalised.event.source,
    fingerprint: rule.fingerprint,
    order: rule.order,
    firing: false,
    severity: rule.severity,
    ring: [],
    ...(floor ? { floor } : {}),
    heardAt: delivery.receivedAt,
  };
}

/**
 * What rings brings the cause up to the rule as it is now. What is not a match may ring too, where it turns out that
 * the cause was never over: it has nothing to say of what is bad.
 */
function withRule(cause: Cause, { rule, tripped, verdict }: Judgement, { normalised }: Judged): Cause {
  const { resolveAfterMs: _before, orphan: _orphan, said, ...rest } = cause;
  return {
    ...rest,
    fingerprint: rule.fingerprint,
    order: rule.order,
    severity: rule.severity,
    said: said && verdict !== 'match' ? said : saidOf(rule.id, normalised.event, tripped),
    ...(rule.resolveAfterMs === undefined ? {} : { resolveAfterMs: rule.resolveAfterMs }),
  };
}

const effectWords = { fires: 'fires', again: 'fires already', ends: 'over' } as const;

function lateWords({ floor }: Cause): string {
  const by = floor?.episode === undefined ? 'what is over' : `what ended in episode ${floor.episode}`;
  return `late: not newer than ${by}, it changed nothing`;
}

/** Why it turned nothing: how many it takes, or what else kept it from counting. */
function notedWords({ open }: Incident, { ring, firing }: Cause, { judgement, seq }: Noted): string {
  const { rule, verdict } = judgement;
  if (verdict !== 'match' && verdict !== 'clear') return 'kept';
  const entry = ring.find((each) => each.seq === seq);
  if (!entry) return 'kept, and not counted: too much that is newer stands';
  if (verdict === 'clear' && !firing)
    return open ? 'kept: this rule does not fire' : 'kept: nothing is open under this key';
  if (entry !== ring.at(-1)) return 'kept: something newer stands';
  if (verdict === 'clear') return `kept: clear ${clearsIn(ring)} of ${rule.counting.clear} needed in a row`;
  const { count, of } = rule.counting.fire;
  const matches = matchesIn(ring, rule.counting);
  if (matches >= count) return 'kept: too old to open anything';
  return `kept: match ${matches} of ${count} needed in the last ${of}`;
}

type Noted = { judgement: Judgement; seq: number };
