import type { Episode } from '../../domain/incident/incident.ts';
import type { Stray, Told } from '../../domain/telling/notification.ts';
import { groupCommit } from '../group-commit.ts';
import type { AttemptRecord, ClaimedNotification, Next, Outbox, Outcome, Room } from '../outbox.ts';
import { addressName, changeArguments } from './change-arguments.ts';
import { indexIn } from './notification-index.ts';
import { type NotificationRow, notificationOf } from './notification-row.ts';
import { type SilenceRow, silenceOf } from './silences.ts';
import { type Argument, byteLengthOf, type Store } from './store.ts';

const claimMs = 5_000;
/** What was told is worth recording for as long as its lease may still run. */
const recordMs = 10_000;

/** Notifications and their attempts. */
export function notificationsIn(store: Store): Omit<Outbox, 'revive'> {
  const claim = store.script('claim-notifications');
  const release = store.script('release-notifications');
  const recordGroup = store.script('record');
  const index = indexIn(store);
  let isIndexed = true;

  const recordInGroup = groupCommit({
    run: async (group: Argument[][]) => {
      const args = [store.channel, group.length, ...group.flat()];
      return (await recordGroup(args, { withinMs: recordMs, replicated: true })) as ('recorded' | 'late')[];
    },
    bytes: byteLengthOf,
  });

  return {
    async claimNotifications({ token, rooms, holding }) {
      // Before what is claimed has its lease: there may be much to index.
      if (!isIndexed) await index();
      const args = [token, holding.length, ...holding, rooms.length, ...rooms.flatMap(roomArguments)];
      const reply = (await claim(args, { withinMs: claimMs, token })) as ClaimReply;
      const [now, nextInMs, claimed, silences, indexed] = reply;
      isIndexed = indexed === 1;
      return {
        now,
        notifications: claimed.map(claimedOf),
        ...(nextInMs !== null && { nextInMs }),
        silences: silences.map(silenceOf),
      };
    },

    async releaseNotifications(claims) {
      const args = [store.channel, claims.length, ...claims.flatMap(({ id, token }) => [id, token])];
      await release(args, { withinMs: claimMs });
    },

    record: (record) => recordInGroup(recordArguments(record)),

    async owedAddresses() {
      const names = await store.read((client) => client.hkeys(store.column('owed_addresses')));
      return names.map((name) => JSON.parse(name) as string);
    },
  };
}

function roomArguments({ address, slots, leaseMs, pace, lateMs }: Room): Argument[] {
  return [addressName(address), slots, leaseMs, pace?.perMinute ?? 0, pace?.burst ?? 0, lateMs ?? -1];
}

type ClaimReply = [now: number, nextInMs: number | null, ClaimedRow[], SilenceRow[], indexed: number];
type ClaimedRow = [
  row: NotificationRow,
  token: string,
  interrupted: number,
  strays: string[],
  episode: string,
  predecessor: [id: string, dead: number] | null,
  before: [number: number, told: string] | null,
  beyondPace: number,
];

function claimedOf(claimed: ClaimedRow): ClaimedNotification {
  const [row, token, interrupted, strays, episode, predecessor, before, beyondPace] = claimed;
  return {
    ...notificationOf(row),
    token,
    interrupted: interrupted === 1,
    strays: strays.map((json) => JSON.parse(json) as Stray),
    episode: JSON.parse(episode) as Episode,
    ...(predecessor !== null && { predecessor: predecessorOf(predecessor) }),
    ...(before !== null && beforeOf(before)),
    ...(beyondPace === 1 && { beyondPace: true as const }),
  };
}

function predecessorOf([id, dead]: [string, number]): NonNullable<ClaimedNotification['predecessor']> {
  return { id, ...(dead === 1 && { dead: true }) };
}

function beforeOf([number, json]: [number, string]): Pick<ClaimedNotification, 'before'> {
  const [root] = (JSON.parse(json) as Told).parts;
  return root ? { before: { number, ref: root.ref } } : {};
}

function recordArguments(record: AttemptRecord): Argument[] {
  const { id, token, outcome, told, next, failures, absorbed, refund, pauseMs, stray, also } = record;
  const reason = next.state === 'dead' ? next.reason : (outcome.reason ?? '');
  return [
    ...[id, token, outcomeText(outcome), outcome.act === 'wait' ? 1 : 0],
    ...[JSON.stringify(told), told.ownKey === undefined ? 0 : 1, reason],
    ...[failures, absorbed, refund ? 1 : 0, pauseMs ?? 0],
    ...nextArguments(next),
    ...(stray ? [stray.at, JSON.stringify(stray.stray)] : ['', '']),
    ...changeArguments(also ?? { episodes: [], owed: [] }),
  ];
}

/** The same for the same outcome: it is compared as it stands. */
function outcomeText({ act, result, reason, ref }: Outcome): string {
  return JSON.stringify({ act, result, reason, ref });
}

function nextArguments(next: Next): Argument[] {
  if (next.state === 'due') return [next.state, 0, next.afterMs, ''];
  if (next.state === 'waiting') return [next.state, 0, next.afterMs, next.for];
  return [next.state, next.revision, 0, ''];
}
