import type { Episode, EpisodeChange } from '../../src/domain/incident/incident.ts';
import type { Part, Stray, Told } from '../../src/domain/telling/notification.ts';
import type { Judged, Telling } from '../../src/domain/telling/telling.ts';
import { nextTelling } from '../../src/domain/telling/telling.ts';
import { anEpisode } from './episodes.ts';
import { edited } from './made-ways.ts';

export const end = { at: 1, why: 'cleared' } as const;
export const key = anEpisode().key;
export const acknowledged = { by: 'ann', at: 1 };
export const raised: EpisodeChange = { revision: 2, at: 1, what: 'raised', from: 'warning', to: 'critical' };
export const acked: EpisodeChange = { revision: 3, at: 1, what: 'acknowledged', by: 'ann' };
export const ended: EpisodeChange = { revision: 4, at: 1, what: 'ended' };

export function part(over: Partial<Part> = {}): Part {
  return { ref: 'C1:1.1', revision: 1, severity: 'warning', at: 0, ...over };
}

export function told(...parts: Part[]): Told {
  return { opened: 'yes', parts, since: 1 };
}

export const maybe: Told = { opened: 'maybe', parts: [] };

export function stray(over: Partial<Stray> = {}): Stray {
  return { act: 'open', ref: 'C1:2.2', revision: 1, severity: 'warning', ...over };
}

/** What is next for a notification owed since the beginning of time, at that moment unless said otherwise. */
export function next(episode: Partial<Episode>, record: Told, ways = edited, over: Partial<Judged> = {}): Telling {
  return nextTelling({ episode: anEpisode(episode), told: record, owedSince: 0, now: 0, ...over }, ways);
}
