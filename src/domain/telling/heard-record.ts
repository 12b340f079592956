import type { Episode } from '../incident/incident.ts';
import type { Stray, Told } from './notification.ts';
import { toldRecord } from './told-record.ts';

type Claimed = { address: string; episode: Episode; interrupted: boolean; failures: number; strays: readonly Stray[] };

/** PagerDuty answers before it has processed: what was told a moment before it was resolved there may come after that. */
const processedWithinMs = 5_000;

/**
 * The record with what was done where it was told, and need not be told there: it was acknowledged, or it was resolved,
 * and nothing told there since can have opened it again. Where that is not sure it is told: once more does no harm.
 */
export function heardRecord(told: Told, { address, episode, interrupted, failures, strays }: Claimed): Told {
  const [root] = told.parts;
  const isSure = !interrupted && failures === 0 && strays.length === 0 && !told.doubt;
  if (!root || root.revision < 0 || !isSure) return told;
  const { end, acknowledged, key } = episode;
  const there = { key: told.ownKey ?? key, part: 0, ref: root.ref };
  if (end) {
    const isEnded = end.there === address && root.at > 0 && root.at + processedWithinMs <= end.at;
    return isEnded ? toldRecord(told, { act: 'resolve', ...there }, { ref: root.ref, episode, at: end.at }) : told;
  }
  if (acknowledged?.there !== address || root.acknowledged === acknowledged.at) return told;
  return toldRecord(told, { act: 'acknowledge', ...there }, { ref: root.ref, episode, at: root.at });
}
