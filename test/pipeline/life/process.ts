import type { Logger } from 'pino';
import { pino } from 'pino';
import type { Destination } from '../../../src/destinations/destination.ts';
import type { Feeding } from '../../../src/domain/incident/orphans.ts';
import type { Place as Standing } from '../../../src/domain/routing.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { notifier } from '../../../src/pipeline/notify.ts';
import { lookForOrphans } from '../../../src/pipeline/orphans.ts';
import { router } from '../../../src/pipeline/route.ts';
import { rememberUnheard } from '../../../src/pipeline/unheard.ts';
import { watcher } from '../../../src/pipeline/watch.ts';
import { inboxCheck } from '../../../src/sources/inbox-check.ts';
import { reachscore } from '../../../src/sources/reachscore.ts';
import type { SourceType } from '../../../src/sources/source.ts';
import { day, minute, second } from '../open-store.ts';
import type { Arrival, Place } from './place.ts';
import { rulesIn } from './rule-files.ts';
import type { PlaceName, Point } from './step.ts';
import type { Stoppable } from './stoppable.ts';
import { stoppable } from './stoppable.ts';

export const orphanGraceMs = 5 * minute;

export type ProcessParts = {
  ledger: Ledger;
  places: ReadonlyMap<PlaceName, Place>;
  now: () => number;
  newToken: () => string;
  /** The rules file it goes by. */
  file: () => string;
  /** What every process that is there goes by. */
  feeding: () => Feeding[];
  /** Something was thrown that nobody expects. */
  onFault: (fault: unknown) => void;
};

/** One process from its start to its end. Each step returns when all it began has ended, or is held up. */
export type Process = {
  stoppable: Stoppable;
  route(): Promise<void>;
  watch(): Promise<void>;
  tell(): Promise<void>;
  /** All of it, until nothing is due. */
  work(): Promise<void>;
  lookForOrphans(): Promise<void>;
};

/** So many turns one after the other are more than any of these stories takes. */
const mostTurns = 100;
const retention = { historyMs: 1_000 * day, historyBytes: 1e12, memoryMs: 1_000 * day };

export function startProcess(parts: ProcessParts): Process {
  const { now, newToken, feeding, onFault } = parts;
  const mine = stoppable();
  let claims = 0;
  const unrecorded = new Map<string, Arrival[]>();
  const ledger = stoppableLedger(parts.ledger, mine, {
    claimed(count) {
      claims += count;
    },
    recorded(id) {
      for (const each of unrecorded.get(id) ?? []) each.isRecorded = true;
      unrecorded.delete(id);
    },
  });
  const arrived = (arrival: Arrival) => {
    const [id = ''] = arrival.order.notificationId.split(':');
    unrecorded.set(id, [...(unrecorded.get(id) ?? []), arrival]);
  };
  const log = faultLog(onFault);
  const owner = () => ({ address: 'place:spare', destination: 'spare' });
  const shared = { ledger, log, newToken, owner, feeding: async () => feeding(), elapsedMs: now };
  const destinations = new Map([...parts.places.values()].map((each) => [each.address, reached(each, mine, arrived)]));
  const places = new Map([...parts.places.values()].map((each): [string, Standing] => [each.name, standingOf(each)]));
  const standing = () => ({ rules: rulesIn[parts.file()] ?? noRules, places, staleAfterMs: day });
  /** Where the pager or the chat cannot be told in time, the spare is. */
  const fallback = (address: string) =>
    ['place:chat', 'place:pager'].includes(address) ? places.get('spare') : undefined;
  const telling = notifier(
    { ...shared, destinations: () => destinations, fallback, onUntellable: () => {}, chance: () => 1 },
    () => mine.under(-1),
  );
  const routing = router({
    ...shared,
    unheard: rememberUnheard(now),
    answers: { take: () => false, holding: () => [] },
    standing,
    source: (name) => senders[name],
    chance: () => 0,
  });
  const watching = watcher({ ...shared, standing, retention: () => retention });
  const busy = new Set<string>();

  /** A turn that is held up is not begun again meanwhile. */
  async function turn(name: string, take: () => Promise<unknown>): Promise<void> {
    if (busy.has(name)) return;
    busy.add(name);
    mine.under(1);
    take()
      .catch(onFault)
      .finally(() => {
        busy.delete(name);
        mine.under(-1);
      });
    await mine.still();
  }

  async function untilNothingIsDue(take: () => Promise<void>): Promise<void> {
    let before: number;
    let turns = 0;
    do {
      before = claims;
      turns += 1;
      if (turns > mostTurns) throw new Error('there is always something due');
      await take();
    } while (claims > before && !mine.isDead());
  }

  const route = () => turn('route', routing);
  const watch = () => turn('watch', watching);
  const tell = () => turn('tell', telling.turn);
  return {
    stoppable: mine,
    route,
    watch,
    tell,
    async work() {
      await untilNothingIsDue(route);
      await watch();
      await untilNothingIsDue(tell);
    },
    lookForOrphans: () =>
      turn('orphans', () => lookForOrphans({ ...shared, graceMs: orphanGraceMs, file: parts.file() }, feeding())),
  };
}

const noRules = { rules: [], hearing: () => [] };
const senders: Record<string, { type: SourceType }> = {
  'inbox-check': { type: inboxCheck },
  reachscore: { type: reachscore },
};

function standingOf({ name, address, ways }: Place): Standing {
  return { address, destination: name, pages: ways.folds };
}

/** The place as this process calls it. */
function reached(place: Place, mine: Stoppable, arrived: (arrival: Arrival) => void): Destination {
  const { name, address, ways, pace } = place;
  return {
    name,
    type: ways.folds ? 'pagerduty' : ways.edits ? 'slack' : 'slack-webhook',
    address,
    credential: `credential of ${name}`,
    ways,
    timeoutMs: 10 * second,
    pace,
    async tell(order) {
      const end = place.tell(order, arrived);
      return mine.reach(name, (fate) => end(fate ?? place.nextFate()));
    },
    async find(sought) {
      const end = place.find(sought);
      return mine.reach(name, (fate) => end(fate ?? place.nextFate()));
    },
    examine: async () => [],
    budget: ({ act, ref }) => (ref === undefined || act === 'reply' ? 'post' : 'edit'),
    close: async () => {},
  };
}

type Hears = { claimed: (count: number) => void; recorded: (id: string) => void };

/** The ledger as this process asks it: nothing more once it is dead. What it claims is under way until it is over. */
function stoppableLedger(ledger: Ledger, mine: Stoppable, { claimed, recorded }: Hears): Ledger {
  const through =
    <Given extends unknown[], Answer>(verb: (...given: Given) => Promise<Answer>, point?: Point) =>
    (...given: Given): Promise<Answer> =>
      mine.reach(point, () => verb(...given));
  const claimDeliveries = through(ledger.claimDeliveries, 'claimDeliveries');
  const claimNotifications = through(ledger.claimNotifications, 'claimNotifications');
  return {
    ...ledger,
    async claimDeliveries(claim) {
      const answer = await claimDeliveries(claim);
      claimed(answer.deliveries.length);
      return answer;
    },
    async claimNotifications(claim) {
      const answer = await claimNotifications(claim);
      claimed(answer.notifications.length);
      mine.under(answer.notifications.length);
      return answer;
    },
    commit: through(ledger.commit, 'commit'),
    record: through(async (record) => {
      const answer = await ledger.record(record);
      recorded(record.id);
      return answer;
    }, 'record'),
    readIncidents: through(ledger.readIncidents),
    releaseDeliveries: through(ledger.releaseDeliveries),
    releaseNotifications: through(ledger.releaseNotifications),
    postpone: through(ledger.postpone),
    revive: through(ledger.revive),
    wakeable: through(ledger.wakeable),
    heartbeat: through(ledger.heartbeat),
    listIncidents: through(ledger.listIncidents),
    prune: through(ledger.prune),
    now: through(ledger.now),
  };
}

const faults = ['attempt.failed', 'delivery.routing-failed'];

function faultLog(onFault: (fault: unknown) => void): Logger {
  return pino(
    { level: 'error' },
    {
      write(line: string) {
        const { msg } = JSON.parse(line) as { msg?: string };
        if (faults.includes(msg ?? '')) onFault(line);
      },
    },
  );
}
