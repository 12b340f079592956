import { expect } from 'vitest';
import type { Episode, Incident } from '../../src/domain/incident/incident.ts';
import { fingerprintsOf, markOrphans } from '../../src/domain/incident/orphans.ts';
import type { PersonsAct } from '../../src/domain/incident/people.ts';
import { acknowledge, addStandIn, resolveByHand, snooze, unacknowledge } from '../../src/domain/incident/people.ts';
import type { Settled } from '../../src/domain/incident/settle.ts';
import { freshIncident } from '../../src/domain/incident/settle.ts';
import { broughtLive } from '../../src/domain/incident/shadow.ts';
import { wake } from '../../src/domain/incident/waking.ts';
import { stepOf } from '../../src/domain/telling/owed.ts';
import { floorsGrow, holds } from './life-holds.ts';
import type { Happening } from './town.ts';
import { minute, momentIn, standingOf, start, town } from './town.ts';

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

const live = 'k';
const shadow = 'shadow:k';
const sources = ['inbox-check', 'reachscore'];

/** What one step commits. */
type Committed = {
  incidents: Incident[];
  episodes: Episode[];
  owed: { key: string; address: string; revision: number }[];
};

/** One incident's life, and that of its shadow, step after step, with everything that was ever committed; and what always holds. */
export function life(files: Record<string, unknown>[][]) {
  const place = town(...(files[0] ?? []));
  const episodes = { [live]: new Map<number, Episode>(), [shadow]: new Map<number, Episode>() };
  const rungOf = new Map<number, Set<string>>();
  const heard: Happening[] = [];
  let standing = standingOf(files[0] ?? []);
  let now = 0;
  let seq = 0;
  let resolvedAt = Number.NEGATIVE_INFINITY;
  const current = (key: keyof typeof episodes = live) => place.incidents.get(key) ?? freshIncident(key);
  const at = () => start + now * minute;

  function commit({ incidents, episodes: changed, owed }: Committed): void {
    const before = { [live]: current(live), [shadow]: current(shadow) };
    for (const incident of incidents) {
      const was = before[laneOf(incident)];
      expect(incident.revision).toBe(was.revision + 1);
      expect(incident.episode - was.episode).toBe(incident.open && !was.open ? 1 : 0);
      place.incidents.set(incident.key, incident);
    }
    floorsGrow([before[live], before[shadow]], [current(live), current(shadow)]);
    for (const episode of changed) {
      const { [laneOf(episode)]: mine } = episodes;
      expect(mine.get(episode.number)?.end).toBeUndefined();
      expect(episode.revision).toBe(current(laneOf(episode)).shown ?? current(laneOf(episode)).revision);
      mine.set(episode.number, episode);
      // What people see is owed to everybody who was rung for the episode, at its revision; of a shadow to nobody.
      const told = owed.filter(({ key }) => key === episode.key);
      for (const { address } of told) if (episode.key === live) rungSet(episode.number).add(address);
      const rung = episode.key === live ? [...rungSet(episode.number)] : [];
      expect(told.map(({ address }) => address).sort()).toEqual(rung.sort());
      for (const { revision } of told) expect(revision).toBe(episode.revision);
    }
    expect(owed.every(({ key }) => changed.some((episode) => episode.key === key))).toBe(true);
  }

  function rungSet(number: number): Set<string> {
    const known = rungOf.get(number) ?? new Set<string>();
    rungOf.set(number, known);
    return known;
  }

  const steps = {
    event(step: Extract<Step, { is: 'event' }>): void {
      now += 1;
      const again = step.again ? heard.at(-1) : undefined;
      if (!again) seq += 1;
      const happening = again ?? { ...step.what, at: now - step.lateBy, received: now, seq };
      const routing = place.routes(happening);
      commit(routing);
      heard.push(happening);
      if (start + (happening.at ?? 0) * minute > resolvedAt) return;
      // What was moved there from the shadow changes nothing for people either.
      expect(routing.episodes.filter((each) => each.key === live)).toEqual([]);
      if (routing.incidents.every((each) => each.key === live)) expect(routing.incidents).toEqual([]);
    },
    person(step: Extract<Step, { is: 'person' }>): void {
      const before = current();
      const stale = step.looksAt === 'before' && before.episode > 1;
      const act = { by: step.by, at: at(), ...(stale ? { episode: before.episode - 1 } : {}) };
      const settled = actionOf(step.does)(before, act);
      if (typeof settled === 'string') return;
      expect(stale).toBe(false);
      expect(before.open).toBe(true);
      commit(stepOf(before, settled));
      // Once more, by whomever, changes nothing.
      expect(typeof actionOf(step.does)(current(), { ...act, by: 'another' })).toBe('string');
      if (step.does !== 'resolve') return;
      expect(current().open).toBe(false);
      resolvedAt = Math.max(resolvedAt, at());
    },
    time(step: Extract<Step, { is: 'time' }>): void {
      const from = at();
      now += step.passes;
      const moment = momentIn(standing, {
        now: at(),
        gaps: step.deafFor > 0 ? [{ from, until: Math.min(at(), from + step.deafFor * minute) }] : [],
        ...(step.unroutedFor === undefined ? {} : { oldestUnroutedAt: at() - step.unroutedFor * minute }),
      });
      const isDue = (key: keyof typeof episodes) => (current(key).wakeAt ?? Number.POSITIVE_INFINITY) <= at();
      if (isDue(shadow)) {
        const moved = broughtLive(current(shadow), current(), (cause) => {
          const isWaiting = cause.absent !== undefined && !cause.firing;
          return isWaiting && moment.waitedFor(cause, { key: shadow, now: at() }).is === 'turned-live';
        });
        if (moved.shadow.causes.length < current(shadow).causes.length) {
          commit({ incidents: [moved.shadow, moved.live], episodes: [], owed: [] });
        }
      }
      for (const key of [live, shadow] as const) {
        if (isDue(key)) commit(stepOf(current(key), wake(current(key), moment)));
        expect(isDue(key)).toBe(false);
        expect(current(key).snoozed?.until ?? Number.POSITIVE_INFINITY).toBeGreaterThan(at());
      }
    },
    edit(step: Extract<Step, { is: 'edit' }>): void {
      const file = files[step.to % files.length] ?? [];
      place.edit(...file);
      standing = standingOf(file);
      const feeding = [{ rules: fingerprintsOf(standing.rules.rules), sources }];
      for (const key of [live, shadow] as const) {
        const marked = markOrphans(current(key), feeding, { now: at(), graceMs: 5 * minute });
        if (marked) commit({ incidents: [marked], episodes: [], owed: [] });
        expect(markOrphans(current(key), feeding, { now: at() + 1, graceMs: 5 * minute })).toBeUndefined();
      }
    },
    'stand-in'(): void {
      const before = current();
      const rung = addStandIn(before, { address: 'slack:C9', destination: 'stand-in', standsInFor: 'pager' });
      if (!rung) return;
      expect(rung.episode.revision).toBe(episodes[live].get(before.episode)?.revision);
      rungSet(before.episode).add('slack:C9');
      const owed = [...rungSet(before.episode)].map((address) => ({
        key: live,
        address,
        revision: rung.episode.revision,
      }));
      commit({ incidents: [rung.incident], episodes: [rung.episode], owed });
    },
  };

  return {
    take(step: Step): void {
      if (step.is === 'event') steps.event(step);
      else if (step.is === 'person') steps.person(step);
      else if (step.is === 'time') steps.time(step);
      else if (step.is === 'edit') steps.edit(step);
      else steps['stand-in']();
      holds(current(), episodes[live]);
      holds(current(shadow), episodes[shadow]);
    },
    current,
    episodes: episodes[live],
    shadows: episodes[shadow],
  };
}

function laneOf({ key }: { key: string }): typeof live | typeof shadow {
  expect([live, shadow]).toContain(key);
  return key === live ? live : shadow;
}

function actionOf(does: Extract<Step, { is: 'person' }>['does']) {
  return (incident: Incident, act: PersonsAct): Settled | string => {
    if (does === 'acknowledge') return acknowledge(incident, act);
    if (does === 'unacknowledge') return unacknowledge(incident, act);
    if (does === 'snooze') return snooze(incident, { ...act, until: act.at + 7 * minute });
    return resolveByHand(incident, act);
  };
}
