import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { nearest } from '../domain/filter/nearest.ts';
import type { Incident } from '../domain/incident/incident.ts';
import type { Settled } from '../domain/incident/settle.ts';
import { stepOf } from '../domain/telling/owed.ts';
import type { History } from '../ledger/history.ts';
import type { Inbox } from '../ledger/inbox.ts';

/** What a person does to an incident, or, in words, why that changes nothing. `now` is the ledger's. */
export type PersonsChange = (incident: Incident, now: number) => Settled | string;

export type PersonsAnswer =
  | { kind: 'changed'; before: Incident; after: Settled }
  | { kind: 'unchanged'; incident: Incident; why: string }
  | { kind: 'unknown' }
  /** Others changed it each time in between. */
  | { kind: 'busy' };

const mostTries = 30;
/** From then on those who change the same incident step aside, each for a moment of its own. */
const politeFrom = 3;
const politeMs = 20;

/**
 * Does what a person asked for to one incident, as it is when it is written: read, changed, compared, and all of it once
 * more when somebody else changed it in between.
 */
export async function changeIncident(
  ledger: Pick<Inbox & History, 'readIncidents' | 'commit' | 'now'>,
  key: string,
  change: PersonsChange,
): Promise<PersonsAnswer> {
  for (let tried = 0; tried < mostTries; tried += 1) {
    if (tried >= politeFrom) await delay(Math.random() * politeMs);
    const before = (await ledger.readIncidents([key])).get(key);
    if (!before) return { kind: 'unknown' };
    const after = change(before, await ledger.now());
    if (typeof after === 'string') return { kind: 'unchanged', incident: before, why: after };
    const [answer] = await ledger.commit([{ token: randomUUID(), ...stepOf(before, after) }]);
    if (answer === 'committed') return { kind: 'changed', before, after };
  }
  return { kind: 'busy' };
}

const looked = 1_000;
const mostAlike = 5;

/** The open keys that may have been meant: the nearest one, or those of which it is a part. */
export async function openKeysLike(ledger: Pick<History, 'listIncidents'>, key: string): Promise<string[]> {
  const { items } = await ledger.listIncidents({ limit: looked, open: true });
  const open = items.map((each) => each.key);
  const like = nearest(key, open);
  const part = key.trim().toLowerCase();
  const around = part === '' ? [] : open.filter((each) => each !== like && each.toLowerCase().includes(part));
  return [...(like === undefined ? [] : [like]), ...around].slice(0, mostAlike);
}
