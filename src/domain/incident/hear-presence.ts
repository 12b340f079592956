import type { Judgement } from '../judge.ts';
import { periodWords } from '../message/value-words.ts';
import type { Judged, Standing } from '../routing.ts';
import { disarmed } from './absence.ts';
import type { Effect } from './cause.ts';
import { hear, once } from './cause.ts';
import { lateWords } from './heard-words.ts';
import type { Cause, Incident } from './incident.ts';
import { isTestKey } from './lane.ts';
import { markOf, newCause } from './new-cause.ts';
import { saidOf } from './said.ts';

/**
 * The incident after something came that a rule waits for: it is not absent any more, and from now on it is waited for
 * anew. Every source is waited for that makes the same key, all as one: whichever was heard last speaks for it.
 */
export function hearPresence(
  incident: Incident,
  judgement: Judgement,
  { judged, standing }: { judged: Judged; standing: Standing },
): { incident: Incident; effect: Effect; words: string } {
  const { rule } = judgement;
  const { absentMs: forMs = 0 } = rule;
  const { receivedAt } = judged.delivery;
  const mine = incident.causes.filter((cause) => cause.rule === rule.id);
  const { source } = judged.normalised.event;
  const before = mine.find((cause) => cause.source === source) ?? newCause(incident, judgement, judged);
  const mark = markOf(before, judged);
  if (isTestKey(incident.key)) return { incident, effect: 'noted', words: 'kept: a test is no sign of life' };
  if (receivedAt - mark.at > Math.min(standing.staleAfterMs, forMs)) {
    return { incident, effect: 'noted', words: 'kept: too old to be a sign of life' };
  }
  const heard = hear(before, { mark, verdict: 'clear', stale: false, receivedAt, counting: once });
  if (heard.effect === 'late') return { incident, effect: 'late', words: lateWords(before) };
  const armed = armedBy(heard.cause, judgement, { judged, heardAt: Math.max(...mine.map((cause) => cause.heardAt)) });
  const causes = incident.causes.map((cause) => {
    if (cause === before) return armed;
    return cause.rule === rule.id ? disarmed(cause) : cause;
  });
  const isOver = mine.some((cause) => cause.firing);
  return {
    incident: { ...incident, causes: mine.includes(before) ? causes : [...causes, armed] },
    effect: isOver ? 'ends' : 'noted',
    words: isOver ? 'over' : `kept: it opens when nothing is heard for ${periodWords(forMs)}`,
  };
}

function armedBy(cause: Cause, { rule }: Judgement, { judged, heardAt }: { judged: Judged; heardAt: number }): Cause {
  const { usual: _usual, resolveAfterMs: _resolve, orphan: _orphan, said, ...rest } = cause;
  const { event } = judged.normalised;
  const isNewest = cause.ring.at(-1)?.seq === judged.delivery.seq;
  return {
    ...rest,
    firing: false,
    fingerprint: rule.fingerprint,
    order: rule.order,
    severity: isNewest ? rule.severityOf(event) : cause.severity,
    heardAt: Math.max(cause.heardAt, heardAt),
    absent: { forMs: rule.absentMs ?? 0 },
    said: said && !isNewest ? said : saidOf(rule.id, event, []),
  };
}
