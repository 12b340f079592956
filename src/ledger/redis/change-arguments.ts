import type { Episode } from '../../domain/incident/incident.ts';
import type { Owed } from '../../domain/telling/notification.ts';
import type { Argument } from './store.ts';

/** What `takeEpisodes` and `takeOwed` in outbox.lua take. */
export function changeArguments({ episodes, owed }: { episodes: Episode[]; owed: Owed[] }): Argument[] {
  return [
    episodes.length,
    ...episodes.flatMap((episode) => [
      episodeName(episode.key, episode.number),
      episode.end || episode.kind === 'notice' ? 1 : 0,
      JSON.stringify(episode),
    ]),
    owed.length,
    ...owed.flatMap(owedArguments),
  ];
}

function owedArguments({ revision, rank, ...head }: Owed): Argument[] {
  const { id, key, number, address } = head;
  const sibling = `${JSON.stringify([key, address])}\n${padded(number)}`;
  return [id, addressName(address), episodeName(key, number), sibling, JSON.stringify(head), revision, rank];
}

/** What the names of a key's episodes begin with. The length keeps a line break in a key from being taken for its end. */
export function episodePrefix(key: string): string {
  return `${Buffer.byteLength(key)}:${key}\n`;
}

/** In JSON an address holds no line break. */
export function addressName(address: string): string {
  return JSON.stringify(address);
}

function episodeName(key: string, number: number): string {
  return `${episodePrefix(key)}${padded(number)}`;
}

/** Names are ordered as text. */
function padded(number: number): string {
  return String(number).padStart(10, '0');
}
