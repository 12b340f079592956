import type { Destination, Found, Order, Result } from '../../../src/destinations/destination.ts';
import type { Ways } from '../../../src/domain/telling/notification.ts';
import { pagerWays, postWays, threadWays } from '../made-destination.ts';
import { second } from '../open-store.ts';
import type { Fate, PlaceName } from './step.ts';

/** An order that was carried out, and what it changed or made there. */
export type Arrival = {
  order: Order;
  ref: string;
  /** Another process had begun to tell the same meanwhile, or to look for it. */
  isLate: boolean;
  /** Whoever told it came to record it; otherwise the ledger never heard of it. */
  isRecorded: boolean;
  /** It was on its way for some seconds. */
  isDelayed?: true;
};

/** What one place of the outside world was told, whoever told it. */
export type Place = {
  name: PlaceName;
  address: string;
  ways: Ways;
  pace: Destination['pace'];
  arrivals: Arrival[];
  deleted: Set<string>;
  /** What was looked for where it could not be looked for, by our ids. */
  unfindable: Set<string>;
  answerNext(fate: Fate): void;
  become(fate: Fate): void;
  beWell(): void;
  nextFate(): Fate;
  /** A call begins; what is done with it when it ends. */
  tell(order: Order, arrived: (arrival: Arrival) => void): (fate: Fate) => Result;
  find(sought: Parameters<Destination['find']>[0]): (fate: Fate) => Found;
  /** What has been on its way for long enough arrives. */
  arrive(): void;
  /** Somebody deletes one of the messages. */
  deleteOne(which: number): void;
};

const allWays: Record<PlaceName, Ways> = {
  chat: threadWays,
  pager: { ...pagerWays, editEveryMs: 10 * second },
  post: postWays,
  spare: threadWays,
};

/** A new message can be looked for a moment after it was posted. */
const seenAfterMs = 2 * second;
/** Just before what may still arrive is mended. */
const lateMs = 9 * second;
/** What was posted so long before the moment that is asked for is found as well. */
const lookMarginMs = 120 * second;

export type PlaceParts = {
  now: () => number;
  /** A call begins. */
  onCall: (place: Place, order: Order) => void;
};

export function openPlace(name: PlaceName, { now, onCall }: PlaceParts): Place {
  const ways = allWays[name];
  const arrivals: Arrival[] = [];
  const deleted = new Set<string>();
  const unfindable = new Set<string>();
  const fates: Fate[] = [];
  let mood: Fate = 'told';
  let calls = 0;
  /** By our id, the last call that was begun. */
  const lastCall = new Map<string, number>();
  const coming: { arrival: Arrival; by: number }[] = [];
  const posted: { ref: string; id: string; below: string | undefined; at: number }[] = [];

  function begin(id: string): { isLate(): boolean } {
    calls += 1;
    const call = calls;
    lastCall.set(id, call);
    return { isLate: () => lastCall.get(id) !== call };
  }

  function post(id: string, below?: string): string {
    const ref = ways.edits ? `${name}-${posted.length + 1}` : 'posted';
    posted.push({ ref, id, below, at: now() });
    return ref;
  }

  function carryOut(arrival: Arrival): Arrival | undefined {
    const { act, ref: known, key, notificationId } = arrival.order;
    if (ways.edits && !ways.folds && known !== undefined && deleted.has(known)) {
      return undefined;
    }
    const isEdit = ways.edits && known !== undefined && act !== 'reply';
    arrival.ref = ways.folds ? key : isEdit ? known : post(notificationId, act === 'reply' ? known : undefined);
    arrivals.push(arrival);
    return arrival;
  }

  const place: Place = {
    name,
    address: `place:${name}`,
    ways,
    pace: name === 'chat' ? { perMinute: 60, burst: 3 } : 'none',
    arrivals,
    deleted,
    unfindable,
    answerNext: (fate) => void fates.push(fate),
    become(fate) {
      mood = fate;
    },
    beWell() {
      fates.splice(0);
      mood = 'told';
    },
    nextFate: () => fates.shift() ?? mood,
    tell(order, arrived) {
      onCall(place, order);
      const { isLate } = begin(order.notificationId);
      return (fate) => {
        const begun = { order, ref: '', isLate: isLate(), isRecorded: false };
        if (fate === 'late') {
          arrived(begun);
          coming.push({ arrival: begun, by: now() + lateMs });
        }
        if (fate !== 'told' && fate !== 'arrived') return failures[fate];
        const arrival = carryOut(begun);
        if (arrival) arrived(arrival);
        if (fate === 'arrived') return failures.arrived;
        return arrival
          ? { kind: 'told', ref: arrival.ref }
          : { kind: 'refused', reason: 'the message is gone', lost: 'gone' };
      };
    },
    find({ notificationId, since, below }) {
      begin(notificationId);
      return (fate) => {
        if (fate === 'refused' || fate === 'too-long') {
          unfindable.add(notificationId);
          return { kind: 'refused', reason: 'cannot be looked for' };
        }
        if (fate !== 'told') return failures[fate];
        const [newest, ...others] = posted
          .toReversed()
          .filter(
            ({ ref, id, below: root, at }) =>
              id === notificationId &&
              root === below &&
              !deleted.has(ref) &&
              at >= since - lookMarginMs &&
              at + seenAfterMs <= now(),
          );
        if (!newest) return { kind: 'absent' };
        return { kind: 'found', refs: [newest.ref, ...others.map(({ ref }) => ref)] };
      };
    },
    arrive() {
      for (const each of coming.filter(({ by }) => by <= now())) {
        coming.splice(coming.indexOf(each), 1);
        // Of a process that died with it nobody can know.
        if (each.arrival.isRecorded) carryOut(Object.assign(each.arrival, { isDelayed: true as const }));
      }
    },
    deleteOne(which) {
      const roots = posted.filter(({ ref, below }) => below === undefined && !deleted.has(ref));
      const one = roots[which % Math.max(1, roots.length)];
      if (one && ways.edits) deleted.add(one.ref);
    },
  };
  return place;
}

const failures: Record<Exclude<Fate, 'told'>, Exclude<Result, { kind: 'told' }>> = {
  retry: { kind: 'retry', reason: 'not reached' },
  'over-limit': {
    kind: 'retry',
    reason: 'over the limit',
    afterMs: 30 * second,
    pause: { of: 'budget', ms: 30 * second },
  },
  arrived: { kind: 'ambiguous', reason: 'no answer, and it had arrived' },
  late: { kind: 'ambiguous', reason: 'no answer, and it is still to arrive', pending: true },
  lost: { kind: 'ambiguous', reason: 'no answer, and it had not arrived', pending: true },
  refused: { kind: 'refused', reason: 'never' },
  'too-long': { kind: 'refused', reason: 'too long', content: true },
  'no-credential': { kind: 'refused', reason: 'who are you', credential: true },
};
