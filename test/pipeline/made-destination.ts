import type { Destination, Order, Result } from '../../src/destinations/destination.ts';
import type { Ways } from '../../src/domain/telling/notification.ts';

/** One thing that stands at a destination: a message, or an incident. */
export type Standing = {
  ref: string;
  key: string;
  /** Of the episode. */
  number: number;
  state: 'open' | 'resolved' | 'notice';
  title: string;
  told: number;
  short: boolean;
  acknowledged?: true;
  standsInFor?: string;
};

/** What was posted below a message. */
export type PostedReply = { ref: string; below: string; id: string; what: string };

/** A call that the test ends itself. */
export type Held = {
  begun: Promise<Order>;
  /** It arrives only now, and is answered so; told, unless said otherwise. */
  arrive(result?: Result): void;
};

/** A destination that keeps what it is told, as Slack does, or folds it by key, as PagerDuty does. */
export type MadeDestination = Destination & {
  standing: Standing[];
  replies: PostedReply[];
  calls: Order[];
  /** What was looked for. */
  looks: string[];
  cannotFind(result: Exclude<Result, { kind: 'told' }>): void;
  /** The next calls are answered so and change nothing there. */
  answerNext(...results: Result[]): void;
  /** Every call of these acts is answered so, until `forgetAnswers`. */
  answerAll(result: Result, ...acts: Order['act'][]): void;
  /** What the next calls were to be answered is forgotten: from now on all is well. */
  forgetAnswers(): void;
  /** What goes under this key is well, whatever the answers to others are. */
  onlyKey(key: string): void;
  /** The next call arrives, but its answer is this. */
  arriveBut(result: Result): void;
  /** The next call is refused for its form, unless it is short. */
  refuseForm(): void;
  holdNext(): Held;
  /** Somebody deletes all that stands there. */
  deleteAll(): void;
  useCredential(credential: string): void;
};

type Script = (order: Order, signal: AbortSignal) => Promise<Result>;

export function madeDestination(
  over: { name?: string; ways?: Ways; timeoutMs?: number; pace?: Destination['pace'] } = {},
): MadeDestination {
  const { name = 'chat', ways = chatWays, timeoutMs = 10_000, pace = 'none' } = over;
  const standing: Standing[] = [];
  const replies: PostedReply[] = [];
  const calls: Order[] = [];
  const scripts: Script[] = [];
  const always = new Map<Order['act'], Result>();
  let wellKey: string | undefined;
  let credential = `credential of ${name}`;
  /** By our ids, as Slack keeps them with its messages. */
  const told = new Map<string, string>();
  const looks: string[] = [];
  let unfindable: Exclude<Result, { kind: 'told' }> | undefined;
  const carryOut = (order: Order): Result => {
    const ref = order.act === 'reply' ? post(replies, order) : keep(standing, order, ways);
    if (ref === undefined) return { kind: 'refused', reason: 'the message is gone', lost: 'gone' };
    told.set(order.notificationId, ref);
    return { kind: 'told', ref };
  };
  return {
    name,
    type: ways.folds ? 'pagerduty' : 'slack',
    address: `made:${name}`,
    get credential() {
      return credential;
    },
    ways,
    timeoutMs,
    pace,
    standing,
    replies,
    calls,
    looks,
    async tell(order, signal) {
      calls.push(order);
      const script = order.key === wellKey ? undefined : scripts.shift();
      if (script) return script(order, signal);
      return (order.key === wellKey ? undefined : always.get(order.act)) ?? carryOut(order);
    },
    async find({ notificationId }) {
      looks.push(notificationId);
      if (unfindable) return unfindable;
      const ref = told.get(notificationId);
      return ref === undefined ? { kind: 'absent' } : { kind: 'found', refs: [ref] };
    },
    examine: async () => [],
    budget: ({ act }) => act,
    cannotFind(result) {
      unfindable = result;
    },
    answerNext(...results) {
      scripts.push(
        ...results.map(
          (result): Script =>
            async () =>
              result,
        ),
      );
    },
    answerAll(result, ...acts) {
      for (const act of acts) always.set(act, result);
    },
    forgetAnswers() {
      scripts.splice(0);
      always.clear();
    },
    onlyKey(key) {
      wellKey = key;
    },
    arriveBut(result) {
      scripts.push(async (order) => {
        carryOut(order);
        return result;
      });
    },
    refuseForm() {
      scripts.push(async (order) =>
        order.short ? carryOut(order) : { kind: 'refused', reason: 'its form', content: true },
      );
    },
    holdNext() {
      const begun = Promise.withResolvers<Order>();
      const ended = Promise.withResolvers<Result | undefined>();
      scripts.push(async (order, signal) => {
        begun.resolve(order);
        signal.addEventListener('abort', () => ended.resolve({ kind: 'ambiguous', reason: 'stopped' }), { once: true });
        return (await ended.promise) ?? carryOut(order);
      });
      return { begun: begun.promise, arrive: (result) => ended.resolve(result) };
    },
    deleteAll() {
      standing.splice(0);
      told.clear();
    },
    useCredential(other) {
      credential = other;
    },
    close: async () => {},
  };
}

/** Where nothing waits for the next edit, so that a test need not either. */
export const chatWays: Ways = {
  edits: true,
  folds: false,
  finds: false,
  threads: false,
  acknowledges: false,
  editEveryMs: 0,
  fallbackAfterMs: 600_000,
};
export const findingWays: Ways = { ...chatWays, finds: true };
/** As Slack is told by a bot. */
export const threadWays: Ways = { ...chatWays, finds: true, threads: true, editEveryMs: 10_000 };
/** As an incoming webhook is told. */
export const postWays: Ways = { ...chatWays, edits: false };
export const pagerWays: Ways = { ...chatWays, folds: true, acknowledges: true, fallbackAfterMs: 120_000 };

/** Keeps what an order says; the reference to it, or `undefined` where what was to be changed is gone. */
function keep(standing: Standing[], order: Order, { folds, edits }: Ways): string | undefined {
  const { act, ref, key, message, short } = order;
  const { number, state, title, standsInFor } = message;
  const says = { number, state, title, short, ...(standsInFor === undefined ? {} : { standsInFor }) };
  const found = standing.find((each) =>
    folds ? each.key === key && each.state === 'open' : ref !== undefined && each.ref === ref,
  );
  if (act === 'acknowledge') {
    if (found) found.acknowledged = true;
    return key;
  }
  if (!folds && edits && ref !== undefined && !found) return undefined;
  if (found && (folds || edits)) Object.assign(found, { ...says, told: found.told + 1 });
  else if (!folds || act !== 'resolve') standing.push({ ref: `${key}@${standing.length + 1}`, key, told: 1, ...says });
  if (folds) return key;
  return (edits ? found : undefined)?.ref ?? standing.at(-1)?.ref;
}

function post(replies: PostedReply[], { ref: below = '', notificationId: id, change }: Order): string {
  const ref = `${below}/${replies.length + 1}`;
  replies.push({ ref, below, id, what: change?.what ?? '' });
  return ref;
}
