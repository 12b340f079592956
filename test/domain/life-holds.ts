import { expect } from 'vitest';
import type { Cause, Episode, Incident } from '../../src/domain/incident/incident.ts';
import { isShadowKey } from '../../src/domain/incident/lane.ts';
import { episodeOf } from '../../src/domain/incident/settle.ts';

/** No cause is lost, and none forgets what is over: neither where it is, nor where it is moved to. */
export function floorsGrow(before: Incident[], after: Incident[]): void {
  const causes = after.flatMap((incident) => incident.causes);
  for (const { rule, source, floor } of before.flatMap((incident) => incident.causes)) {
    const now = causes.filter((cause) => cause.rule === rule && cause.source === source);
    expect(now).not.toEqual([]);
    const latest = Math.max(...now.map((cause) => cause.floor?.at ?? Number.NEGATIVE_INFINITY));
    if (floor) expect(latest).toBeGreaterThanOrEqual(floor.at);
  }
}

/** What is true of an incident at any time, and of what was last committed of its episodes. */
export function holds(incident: Incident, episodes: ReadonlyMap<number, Episode>): void {
  const { open, causes, changes = [], rung, wakeAt } = incident;
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
  const isWaiting = causes.some((cause) => cause.absent);
  if (isWaiting) expect(wakeAt).toBeDefined();
  else if (!open) expect(wakeAt).toBeUndefined();
  if (isShadowKey(incident.key)) expect(rung).toEqual([]);
  for (const cause of causes) holdsOfCause(cause, incident);
  const waiting = causes.filter((cause) => cause.absent).map(({ rule }) => rule);
  expect(new Set(waiting).size).toBe(waiting.length);
}

function holdsOfCause({ shadow, absent, said, firing, ring, usual }: Cause, { key }: Incident): void {
  expect(isShadowKey(key) ? key : undefined).toBe(shadow === undefined ? undefined : `shadow:${shadow}`);
  if (absent || firing) expect(said).toBeDefined();
  if (!usual) return;
  const { values, frozen } = usual;
  expect(values.length).toBeLessThanOrEqual(5 + 8);
  expect(new Set(values.map(({ seq }) => seq)).size).toBe(values.length);
  expect(values.map(({ at }) => at)).toEqual(values.map(({ at }) => at).sort((a, b) => a - b));
  if (frozen !== undefined && !firing) expect(ring.some(({ verdict }) => verdict === 'match')).toBe(true);
}
