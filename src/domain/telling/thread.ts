import type { Episode, EpisodeChange } from '../incident/incident.ts';
import type { Reply, Told } from './notification.ts';

export type OwedReply = { change: EpisodeChange; reply: Reply | undefined };

/**
 * The changes that are still owed a reply below the root, the oldest first: what matters to whoever was told, what the
 * root says already, and nothing older than a reply that was made.
 */
export function owedReplies(told: Told, episode: Episode): OwedReply[] {
  const [root] = told.parts;
  if (!root) return [];
  const { since = 0, replies = [] } = told;
  const answered = Math.max(since, ...replies.filter(isOver).map((each) => each.of));
  return (episode.changes ?? [])
    .filter(({ what, revision }) => what !== 'snoozed' && revision > answered && revision <= root.revision)
    .map((change) => ({ change, reply: replies.find((each) => each.of === change.revision) }));
}

function isOver(reply: Reply): boolean {
  return reply.ref !== undefined || reply.dropped === true;
}

/** The record with that reply; those about changes that the episode has forgotten go. */
export function withReply(told: Told, reply: Reply, episode: Episode): Told {
  const changes = new Set(episode.changes?.map((each) => each.revision));
  const others = (told.replies ?? []).filter((each) => each.of !== reply.of && changes.has(each.of));
  return { ...told, replies: [...others, reply] };
}

export function withoutReply(told: Told, of: number): Told {
  return { ...told, replies: (told.replies ?? []).filter((each) => each.of !== of) };
}
