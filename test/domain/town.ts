import { expect } from 'vitest';
import type { Event, SourceTraits } from '../../src/domain/event.ts';
import type { Problem } from '../../src/domain/filter/filter.ts';
import { waitedFor } from '../../src/domain/incident/absence.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import { fingerprintsOf, isOrphan } from '../../src/domain/incident/orphans.ts';
import type { Listening } from '../../src/domain/incident/quiet.ts';
import type { Settled } from '../../src/domain/incident/settle.ts';
import type { Moment } from '../../src/domain/incident/waking.ts';
import { wake } from '../../src/domain/incident/waking.ts';
import type { Judged, Routing, Standing } from '../../src/domain/routing.ts';
import { judgeDelivery, routeDelivery } from '../../src/domain/routing.ts';
import { ruleSchema } from '../../src/domain/rules/rule.ts';
import { compileRules } from '../../src/domain/rules/rule-set.ts';
import { anEvent } from './events.ts';

export const start = Date.parse('2026-03-02T08:00:00Z');
export const minute = 60_000;
export const hour = 60 * minute;

const traits: Record<string, SourceTraits> = {
  'inbox-check': { states: ['test.completed'], endings: {} },
  reachscore: {
    states: ['test.completed', 'domain.health_changed'],
    endings: { 'alert.resolved': 'alert.triggered', 'domain.verified': 'domain.verification_failed' },
  },
};

/** Labels that lead to addresses; `twin` leads where `slack` does. */
const places = [
  { destination: 'slack', address: 'slack:C1', pages: false },
  { destination: 'twin', address: 'slack:C1', pages: false },
  { destination: 'other', address: 'slack:C2', pages: false },
  { destination: 'pager', address: 'pagerduty:1', pages: true },
];

export function standingOf(rules: Record<string, unknown>[], staleAfterMs = 24 * hour): Standing {
  const problems: Problem[] = [];
  const placed = rules.map((rule, order) => ({
    text: ruleSchema.parse({ id: `r${order}`, to: ['slack'], ...rule }),
    order,
  }));
  const compiled = compileRules(placed, new Map(Object.entries(traits)), problems);
  expect(problems).toEqual([]);
  return { rules: compiled, places: new Map(places.map((each) => [each.destination, each])), staleAfterMs };
}

/** What happens, in minutes from the start; received when it happens unless told otherwise. */
export type Happening = Partial<Omit<Event, 'occurredAt'>> & {
  at?: number;
  received?: number;
  seq?: number;
  isTest?: boolean;
};

/** Rules in force and the incidents they made, delivery after delivery. */
export function town(...rules: Record<string, unknown>[]) {
  let standing = standingOf(rules);
  let seq = 0;
  let clock = 0;
  const incidents = new Map<string, Incident>();

  function judged(happening: Happening): Judged {
    clock += 1;
    seq += 1;
    const { at = clock, received = at, seq: mine = seq, isTest, ...fields } = happening;
    const event = anEvent({ id: `dlv_${mine}`, ...fields, occurredAt: new Date(start + at * minute).toISOString() });
    const arrived = {
      delivery: { seq: mine, source: event.source, id: event.id, receivedAt: start + received * minute },
      normalised: { event, notes: [] },
      traits: traits[event.source] ?? { states: [], endings: {} },
      isTest: isTest ?? !event.live,
    };
    return judgeDelivery(arrived, standing);
  }

  /** What it changes. */
  function routes(happening: Happening): Routing {
    const delivery = judged(happening);
    return routeDelivery(delivery, incidents, { standing, now: delivery.delivery.receivedAt });
  }

  return {
    incidents,
    /** What the rules say of it, before anything is looked at. */
    judges: judged,
    routes,
    /** Routes it, and keeps what it changed. */
    happens(happening: Happening): Routing {
      const routing = routes(happening);
      for (const incident of routing.incidents) incidents.set(incident.key, incident);
      return routing;
    },
    /** Time passes until then, in minutes, and what is due is looked at once; what that changed. */
    passes(until: number, over: Partial<Moment> = {}): Settled[] {
      const now = start + until * minute;
      const due = [...incidents.values()].filter(({ wakeAt = Number.POSITIVE_INFINITY }) => wakeAt <= now);
      const moment = { ...momentIn(standing, { gaps: [], now }), ...over };
      const settled = due.map((incident) => wake(incident, moment));
      for (const { incident } of settled) incidents.set(incident.key, incident);
      return settled.filter(({ change }) => change !== 'none');
    },
    /** The file is edited: these rules are in force from now on. */
    edit(...edited: Record<string, unknown>[]) {
      standing = standingOf(edited);
    },
  };
}

/** A moment of a process that is alone, with both sources. */
export function momentIn(standing: Standing, listening: Listening): Moment {
  const feeding = [{ rules: fingerprintsOf(standing.rules.rules), sources: Object.keys(traits) }];
  return {
    ...listening,
    stillOrphan: (cause) => isOrphan(cause, feeding),
    waitedFor: (cause, waiting) => waitedFor(cause, { ...waiting, standing }),
  };
}

/** What is owed, in words: what and where. */
export const owedIn = (routing: Routing) => routing.trace.owed.map((each) => `${each.what} ${each.destination}`);
/** What changed, in words: which episode of which key, and how. */
export const changesIn = (routing: Routing) =>
  routing.trace.incidents.map((each) => `${each.key}#${each.episode} ${each.change}`);
/** What each rule made of it. */
export const verdictsIn = (routing: Routing) => routing.trace.rules.map((each) => each.verdict);
