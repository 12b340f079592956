import type { Destination, Order, Result } from '../../src/destinations/destination.ts';
import type { Ways } from '../../src/domain/notification.ts';

/** One thing that stands at a destination: a message, or an incident. */
export type Standing = { ref: string; key: string; state: 'open' | 'resolved' | 'notice'; title: string; told: number };

/** A call that the test ends itself. */
export type Held = {
  begun: Promise<Order>;
  /** It arrives only now, and is answered so; told, unless said otherwise. */
  arrive(result?: Result): void;
};

/** A destination that keeps what it is told, as Slack does, or folds it by key, as PagerDuty does. */
export type MadeDestination = Destination & {
  standing: Standing[];
  calls: Order[];
  /** What was looked for. */
  looks: string[];
  cannotFind(reason: string): void;
  /** The next calls are answered so and change nothing there. */
  answerNext(...results: Result[]): void;
  /** What the next calls were to be answered is forgotten: from now on all is well. */
  forgetAnswers(): void;
  /** What goes under this key is well, whatever the answers to others are. */
  onlyKey(key: string): void;
  /** The next call arrives, but its answer is this. */
  arriveBut(result: Result): void;
  holdNext(): Held;
};

type Script = (order: Order, signal: AbortSignal) => Promise<Result>;

export function madeDestination(
  over: { name?: string; ways?: Ways; timeoutMs?: number; pace?: Destination['pace'] } = {},
): MadeDestination {
  const { name = 'chat', ways = chatWays, timeoutMs = 10_000, pace = 'none' } = over;
  const standing: Standing[] = [];
  const calls: Order[] = [];
  const scripts: Script[] = [];
  let wellKey: string | undefined;
  /** By our ids, as Slack keeps them with its messages. */
  const told = new Map<string, string>();
  const looks: string[] = [];
  let unfindable: string | undefined;
  const carryOut = (order: Order): Result => {
    const ref = keep(standing, order, ways);
    told.set(order.notificationId, ref);
    return { kind: 'told', ref };
  };
  return {
    name,
    type: ways.folds ? 'pagerduty' : 'slack',
    address: `made:${name}`,
    ways,
    timeoutMs,
    pace,
    standing,
    calls,
    looks,
    async tell(order, signal) {
      calls.push(order);
      const script = order.key === wellKey ? undefined : scripts.shift();
      return script ? script(order, signal) : carryOut(order);
    },
    async find({ notificationId }) {
      looks.push(notificationId);
      if (unfindable) return { kind: 'refused', reason: unfindable };
      const ref = told.get(notificationId);
      return ref === undefined ? { kind: 'absent' } : { kind: 'found', ref };
    },
    cannotFind(reason) {
      unfindable = reason;
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
    forgetAnswers: () => void scripts.splice(0),
    onlyKey(key) {
      wellKey = key;
    },
    arriveBut(result) {
      scripts.push(async (order) => {
        carryOut(order);
        return result;
      });
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
    close: async () => {},
  };
}

const chatWays: Ways = { edits: true, folds: false, finds: false, fallbackAfterMs: 600_000 };
export const findingWays: Ways = { ...chatWays, finds: true };
export const pagerWays: Ways = { edits: true, folds: true, finds: false, fallbackAfterMs: 120_000 };

/** Keeps what an order says; the reference to it. */
function keep(standing: Standing[], { act, ref, key, message }: Order, { folds }: Ways): string {
  const { state, title } = message;
  const found = standing.find((each) =>
    folds ? each.key === key && each.state === 'open' : ref !== undefined && each.ref === ref,
  );
  if (found) Object.assign(found, { state, title, told: found.told + 1 });
  else if (!folds || act !== 'resolve') {
    standing.push({ ref: `${key}@${standing.length + 1}`, key, state, title, told: 1 });
  }
  return folds ? key : ((found ?? standing.at(-1))?.ref ?? '');
}
