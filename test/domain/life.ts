import { expect } from 'vitest';
import type { Episode, Incident, Mark } from '../../src/domain/incident.ts';
import type { Feeding } from '../../src/domain/orphans.ts';
import { fingerprintsOf, isOrphan, markOrphans } from '../../src/domain/orphans.ts';
import { stepOf } from '../../src/domain/owed.ts';
import type { PersonsAct } from '../../src/domain/people.ts';
import { acknowledge, addStandIn, resolveByHand, snooze, unacknowledge } from '../../src/domain/people.ts';
import type { Settled } from '../../src/domain/settle.ts';
import { episodeOf, freshIncident } from '../../src/domain/settle.ts';
import { wake } from '../../src/domain/waking.ts';
import type { Happening } from './town.ts';
import { minute, standingOf, start, town } from './town.ts';

/** What may happen next, in minutes. */
export type Step =
  | { is: 'event'; what: Omit<Happening, 'at' | 'received' | 'seq'>; lateBy: number; again: boolean }
  | {
      is: 'person';
      does: 'acknowledge' | 'unacknowledge' | 'snooze' | 'resolve';
      by: string;
      looksAt: 'now' | 'before';
    }
  | { is: 'time'; passes: number; deafFor: number; unroutedFor: number | undefined }
  | { is: 'edit'; to: number }
  | { is: 'stand-in' };

const key = 'k';
const sources = ['inbox-check', 'reachscore'];

/** What one step commits. */
type Committed = { incidents: Incident[]; episodes: Episode[]; owed: { address: string; revision: number }[] };

/** One incident's life, step after step, with everything that was ever committed about it; and what always holds. */
export function life(files: Record<string, unknown>[][]) {
  const place = town(...(files[0] ?? []));
  const episodes = new Map<number, Episode>();
  const rungOf = new Map<number, Set<string>>();
  const heard: { mark: Mark; happening: Happening }[] = [];
  let feeding = feedingOf(files[0] ?? []);
  let now = 0;
  let seq = 0;
  let resolvedAt = Number.NEGATIVE_INFINITY;
  const current = () => place.incidents.get(key) ?? freshIncident(key);
  const at = () => start + now * minute;

  function commit(before: Incident, { incidents, episodes: changed, owed }: Committed): void {
    for (const incident of incidents) {
      expect(incident.revision).toBe(before.revision + 1);
      expect(incident.episode - before.episode).toBe(incident.open && !before.open ? 1 : 0);
      floorsGrow(before, incident);
      place.incidents.set(key, incident);
    }
    for (const episode of changed) {
      expect(episodes.get(episode.number)?.end).toBeUndefined();
      expect(episode.revision).toBe(current().shown ?? current().revision);
      episodes.set(episode.number, episode);
      for (const { address } of owed) rungSet(episode.number).add(address);
    }
  }

  function rungSet(number: number): Set<string> {
    const known = rungOf.get(number) ?? new Set<string>();
    rungOf.set(number, known);
    return known;
  }

  function commitVisible(before: Incident, settled: Settled): void {
    const step = stepOf(before, settled);
    commit(before, step);
    if (!settled.episode) return;
    // What people see is owed to everybody who was rung for the episode, at its revision.
    expect(step.owed.map(({ address }) => address).sort()).toEqual([...rungSet(settled.episode.number)].sort());
    for (const { revision } of step.owed) expect(revision).toBe(settled.episode.revision);
  }

  const steps = {
    event(step: Extract<Step, { is: 'event' }>): void {
      now += 1;
      const again = step.again ? heard.at(-1) : undefined;
      if (!again) seq += 1;
      const happening = again?.happening ?? { ...step.what, at: now - step.lateBy, received: now, seq };
      const before = current();
      const routing = place.happens(happening);
      place.incidents.set(key, before);
      commit(before, routing);
      heard.push({ mark: { at: (happening.at ?? 0) * minute, ends: false, seq }, happening });
      const isOld = start + (happening.at ?? 0) * minute <= resolvedAt;
      if (isOld) expect(routing.incidents).toEqual([]);
      if (routing.episodes.length > 0) {
        const owedTo = routing.owed.map(({ address }) => address);
        expect(owedTo.sort()).toEqual([...rungSet(routing.episodes[0]?.number ?? 0)].sort());
      }
    },
    person(step: Extract<Step, { is: 'person' }>): void {
      const before = current();
      const stale = step.looksAt === 'before' && before.episode > 1;
      const act = { by: step.by, at: at(), ...(stale ? { episode: before.episode - 1 } : {}) };
      const settled = actionOf(step.does)(before, act);
      if (typeof settled === 'string') return;
      expect(stale).toBe(false);
      expect(before.open).toBe(true);
      commitVisible(before, settled);
      // Once more, by whomever, changes nothing.
      expect(typeof actionOf(step.does)(current(), { ...act, by: 'another' })).toBe('string');
      if (step.does !== 'resolve') return;
      expect(current().open).toBe(false);
      resolvedAt = Math.max(resolvedAt, at());
    },
    time(step: Extract<Step, { is: 'time' }>): void {
      const from = at();
      now += step.passes;
      const before = current();
      if ((before.wakeAt ?? Number.POSITIVE_INFINITY) > at()) return;
      const settled = wake(before, {
        now: at(),
        gaps: step.deafFor > 0 ? [{ from, until: Math.min(at(), from + step.deafFor * minute) }] : [],
        ...(step.unroutedFor === undefined ? {} : { oldestUnroutedAt: at() - step.unroutedFor * minute }),
        stillOrphan: (cause) => isOrphan(cause, feeding),
      });
      commitVisible(before, settled);
      expect(current().wakeAt ?? Number.POSITIVE_INFINITY).toBeGreaterThan(at());
      expect(current().snoozed?.until ?? Number.POSITIVE_INFINITY).toBeGreaterThan(at());
    },
    edit(step: Extract<Step, { is: 'edit' }>): void {
      const file = files[step.to % files.length] ?? [];
      place.edit(...file);
      feeding = feedingOf(file);
      const before = current();
      const marked = markOrphans(before, feeding, { now: at(), graceMs: 5 * minute });
      if (marked) commit(before, { incidents: [marked], episodes: [], owed: [] });
      expect(markOrphans(current(), feeding, { now: at() + 1, graceMs: 5 * minute })).toBeUndefined();
    },
    'stand-in'(): void {
      const before = current();
      const rung = addStandIn(before, { address: 'slack:C9', destination: 'stand-in', standsInFor: 'pager' });
      if (!rung) return;
      const owed = [{ address: 'slack:C9', revision: rung.episode.revision }];
      expect(rung.episode.revision).toBe(episodes.get(before.episode)?.revision);
      commit(before, { incidents: [rung.incident], episodes: [rung.episode], owed });
    },
  };

  return {
    take(step: Step): void {
      if (step.is === 'event') steps.event(step);
      else if (step.is === 'person') steps.person(step);
      else if (step.is === 'time') steps.time(step);
      else if (step.is === 'edit') steps.edit(step);
      else steps['stand-in']();
      holds(current(), episodes);
    },
    current,
    episodes,
  };
}

function feedingOf(file: Record<string, unknown>[]): Feeding[] {
  return [{ rules: fingerprintsOf(standingOf(file).rules.rules), sources }];
}

function actionOf(does: Extract<Step, { is: 'person' }>['does']) {
  return (incident: Incident, act: PersonsAct): Settled | string => {
    if (does === 'acknowledge') return acknowledge(incident, act);
    if (does === 'unacknowledge') return unacknowledge(incident, act);
    if (does === 'snooze') return snooze(incident, { ...act, until: act.at + 7 * minute });
    return resolveByHand(incident, act);
  };
}

function floorsGrow(before: Incident, after: Incident): void {
  for (const { rule, source, floor } of before.causes) {
    const now = after.causes.find((cause) => cause.rule === rule && cause.source === source);
    expect(now).toBeDefined();
    if (floor) expect(now?.floor?.at ?? Number.NEGATIVE_INFINITY).toBeGreaterThanOrEqual(floor.at);
  }
}

/** What is true of an incident at any time, and of what was last committed of its episodes. */
function holds(incident: Incident, episodes: ReadonlyMap<number, Episode>): void {
  const { open, causes, changes = [], rung } = incident;
  expect(open).toBe(causes.some((cause) => cause.firing));
  expect(JSON.parse(JSON.stringify(incident))).toStrictEqual(incident);
  expect(changes.length).toBeLessThanOrEqual(20);
  expect(changes.map(({ revision }) => revision)).toEqual(
    [...new Set(changes.map(({ revision }) => revision))].sort((a, b) => a - b),
  );
  expect(new Set(rung.map(({ address }) => address)).size).toBe(rung.length);
  expect([...episodes.keys()]).toEqual(Array.from({ length: incident.episode }, (_, i) => i + 1));
  for (const [number, episode] of episodes) {
    expect(episode.end === undefined).toBe(open && number === incident.episode);
    if (episode.end) expect(episode.changes?.at(-1)).toMatchObject({ what: 'ended', revision: episode.revision });
  }
  if (open) expect(episodes.get(incident.episode)).toEqual(episodeOf(incident));
  else expect(incident).not.toMatchObject({ wakeAt: expect.anything() });
}
