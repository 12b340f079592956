import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Openers } from './compose-destinations.ts';
import { amongWorkers } from './compose-workers.ts';
import type { RulesReading } from './config/read-rules.ts';
import type { InForce, InForceHolder, Sender } from './in-force.ts';
import type { Retention } from './ledger/history.ts';
import type { Ledger } from './ledger/ledger.ts';
import { answeringBack } from './pipeline/answering-back.ts';
import { notifier } from './pipeline/notify.ts';
import { presence } from './pipeline/presence.ts';
import { router } from './pipeline/route.ts';
import { rememberUnheard } from './pipeline/unheard.ts';
import { watcher } from './pipeline/watch.ts';
import type { Refused } from './reload.ts';
import { reloader } from './reload.ts';
import type { PollLoop } from './runtime/poll-loop.ts';
import { pollLoop } from './runtime/poll-loop.ts';

export type PipelineParts = {
  ledger: Ledger;
  inForce: InForceHolder;
  openers: Openers;
  /** Reads the rules file and its secrets anew. */
  read: () => Promise<RulesReading>;
  /** Hears, after each reading, whether what was read is in force. */
  heard: (isInForce: boolean) => void;
  onUntellable: () => void;
  retention: Pick<Retention, 'historyMs' | 'historyBytes'>;
  log: Logger;
};

export type Pipeline = {
  /** Reads the rules file at once, changed or not. */
  reload(): void;
  /** What people should look at. */
  warnings(): string[];
  /** How many credentials were refused and wait for another. */
  parked(): number;
  /** What stops each part, in the order they were started. */
  stops: (() => Promise<void>)[];
};

/** Senders replay for 30 days. */
const memoryMs = 35 * 86_400_000;
const drainWithinMs = 5_000;

/** Joins the steps and starts their loops. */
export function startPipeline({ ledger, inForce, openers, read, heard, ...parts }: PipelineParts): Pipeline {
  const { current } = inForce;
  const { log } = parts;
  const retention = () => retentionOf(current(), parts.retention);
  const owner = () => current().owner;
  const shared = { ledger, log, newToken: randomUUID, chance: Math.random, owner, elapsedMs: () => performance.now() };
  const among = amongWorkers({ ...shared, inForce, openers, refused: () => reload.refused() });
  const reload = reloader({
    ...shared,
    read,
    current: () => current().rules,
    replace: inForce.replace,
    refusal: among.refusal,
    isConfirmed: ledger.isConfirmed,
    heard(isInForce) {
      heard(isInForce);
      loops.presence.wake();
    },
  });
  const present = presence({
    ...shared,
    id: among.id,
    worker: among.mine,
    addresses: () => current().configured,
    look: among.look,
  });
  const standing = () => current().standing;
  const destinations = () => current().destinations;
  const fallback = (address: string) => current().fallbacks.get(address);
  const wake = () => loops.notify.wake();
  const telling = notifier({ ...shared, destinations, fallback, onUntellable: parts.onUntellable }, wake);
  const unheard = rememberUnheard(shared.elapsedMs);
  const answers = answeringBack({ ...shared, answering: (name) => senderOf(current(), name, 'answers') });
  const source = (name: string) => senderOf(current(), name, 'events');
  const route = router({ ...shared, answers, unheard, feeding: among.feeding, standing, source });
  const loops: Record<'presence' | 'notify' | 'route' | 'watch' | 'reload', PollLoop> = {
    presence: pollLoop('presence', present.turn, log),
    notify: pollLoop('notify', telling.turn, log),
    route: pollLoop('route', route, log),
    watch: pollLoop('watch', watcher({ ...shared, feeding: among.feeding, standing, retention }), log),
    reload: pollLoop('reload', reload.turn, log),
  };
  const deafen = ledger.onWork((work) => loops[work].wake());
  return {
    reload() {
      reload.ask();
      loops.reload.wake();
    },
    warnings: () => [...warningsOf(current(), reload.refused()), ...telling.troubles(), ...unheard.warnings()],
    parked: () => telling.parked().length,
    stops: [
      () => present.leave(),
      () => telling.drain(drainWithinMs),
      () => loops.presence.stop(),
      () => loops.notify.stop(),
      () => answers.stop(),
      () => loops.route.stop(),
      () => loops.watch.stop(),
      () => loops.reload.stop(),
      async () => deafen(),
    ],
  };
}

function senderOf<Sends extends Sender['sends']>({ sources }: InForce, name: string, sends: Sends) {
  const sender = sources.get(name);
  return sender?.sends === sends ? (sender as Extract<Sender, { sends: Sends }>) : undefined;
}

function retentionOf({ rules }: InForce, { historyMs, historyBytes }: PipelineParts['retention']): Retention {
  const { ageMs, bytes } = rules.config.retention;
  return { historyMs: ageMs ?? historyMs, historyBytes: bytes ?? historyBytes, memoryMs };
}

function warningsOf({ rules }: InForce, refused: Refused | undefined): string[] {
  return [
    ...(refused ? [`the rules file is not in force, those before it are: ${refused.why}`] : []),
    ...rules.config.warnings.map(({ path, message }) => `${path}: ${message}`),
  ];
}
