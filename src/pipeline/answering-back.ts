import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ownerNotice } from '../domain/notice.ts';
import { owedFor } from '../domain/telling/owed.ts';
import type { History } from '../ledger/history.ts';
import type { ClaimedDelivery, Inbox } from '../ledger/inbox.ts';
import { LedgerUnavailable } from '../ledger/ledger.ts';
import type { AnswerType, AskAlerts, Asked, Unanswered } from '../sources/source.ts';
import { commitOf } from './answer-commit.ts';
import { findPaged } from './find-paged.ts';

export type AnsweringParts = {
  ledger: Pick<Inbox & History, 'commit' | 'postpone' | 'releaseDeliveries' | 'findIncident' | 'listIncidents'>;
  /** By name, as configured: where people are rung. */
  answering: (name: string) => Answerer | undefined;
  owner: () => { address: string; destination: string } | undefined;
  log: Logger;
};

type Answerer = { type: AnswerType; ask?: AskAlerts };

/** The claim that a delivery was given under. */
export type Claim = { token: string; now: number };

/** What people do where they were rung: what they said there becomes true of the incident. */
export type AnsweringBack = {
  /** Whether it is such a delivery; then it is seen to beside the others, which need not wait for a question. */
  take(delivery: ClaimedDelivery, claim: Claim): boolean;
  /** What is still being seen to. */
  holding(): number[];
  settled(): Promise<void>;
  /** Asks nothing more; what is not known yet is given back. */
  stop(): Promise<void>;
};

export function answeringBack(parts: AnsweringParts): AnsweringBack {
  const inHand = new Map<number, Promise<void>>();
  const newest = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  const settled = async () => void (await Promise.all(inHand.values()));
  return {
    take(delivery, claim) {
      const answerer = parts.answering(delivery.source);
      if (!answerer) return false;
      const { seq, source } = delivery;
      const before = newest.get(source);
      const seen = see({ delivery, claim, parts, ...answerer, before, signal: stopping.signal });
      const done = seen.finally(() => inHand.delete(seq));
      inHand.set(seq, done);
      newest.set(source, done);
      return true;
    },
    holding: () => [...inHand.keys()],
    settled,
    stop() {
      stopping.abort();
      return settled();
    },
  };
}

type Seen = Answerer & {
  delivery: ClaimedDelivery;
  claim: Claim;
  parts: AnsweringParts;
  /** The one of the same source that came before. */
  before: Promise<void> | undefined;
  signal: AbortSignal;
};

/** A routing that throws so often is given up. */
const maxFailures = 5;
/** How long what cannot be asked now is asked again. */
const patienceMs = 600_000;
/** A delivery that is due further ahead than a minute is taken for one from before the clock went back. */
const longestPauseMs = 30_000;

async function see(seen: Seen): Promise<void> {
  const { delivery, claim, parts, signal } = seen;
  const { source, id, seq, failures } = delivery;
  try {
    const asked = await settle(seen);
    if (!asked) return;
    if (signal.aborted) return await parts.ledger.releaseDeliveries(claim.token, [seq]);
    const isPatient = asked.kind === 'later' && claim.now - delivery.receivedAt < patienceMs;
    if (!isPatient) return await giveUp(seen, asked.reason);
    const afterMs = asked.afterMs ?? 1_000 * 2 ** Math.min(failures, maxFailures);
    parts.log.warn({ source, id, reason: asked.reason }, 'delivery.cannot-be-asked');
    await parts.ledger.postpone(claim.token, seq, Math.min(longestPauseMs, afterMs));
  } catch (err) {
    parts.log.error({ err, source, id, failures: failures + 1 }, 'delivery.routing-failed');
    // The lease lapses, and whoever takes it up then has a ledger again.
    if (err instanceof LedgerUnavailable) return;
    await afterThrow(seen, err).catch((error) =>
      parts.log.error({ err: error, source, id }, 'delivery.not-given-back'),
    );
  }
}

async function afterThrow(seen: Seen, err: unknown): Promise<void> {
  const { delivery, claim, parts } = seen;
  if (delivery.failures + 1 >= maxFailures) return giveUp(seen, err instanceof Error ? err.message : String(err));
  await parts.ledger.postpone(claim.token, delivery.seq, 1_000 * 2 ** (delivery.failures + 1));
}

const mostRounds = 30;
/** From then on those who change the same incident step aside, each for a moment of its own. */
const politeFrom = 3;
const politeMs = 20;

/** Commits what follows from the answer; or, where it cannot be known whose page it is, why. */
async function settle(seen: Seen): Promise<Unanswered | undefined> {
  const { delivery, claim, parts, type, before, signal } = seen;
  const answer = type.answer(delivery);
  const ask = once(seen.ask, signal);
  // All are asked about at once, and then committed in the order they came in.
  if (ask) await findPaged(answer, ask, parts.ledger);
  await before;
  for (let round = 1; round <= mostRounds; round += 1) {
    if (round >= politeFrom) await delay(Math.random() * politeMs);
    const found = await findPaged(answer, ask, parts.ledger);
    const isMissed = found.asked && found.paged.length === 0 && answer.what !== 'news';
    if (isMissed) return found.asked;
    const { commit, line } = commitOf({ delivery, answer, found, now: claim.now, owner: parts.owner() });
    const [outcome] = await parts.ledger.commit([{ token: claim.token, ...commit }]);
    if (outcome === 'conflict') continue;
    const message = outcome === 'committed' ? 'delivery.answered' : 'delivery.routed-elsewhere';
    parts.log.info({ source: delivery.source, id: delivery.id, type: delivery.type, ...line }, message);
    return undefined;
  }
  return { kind: 'later', reason: 'others changed the incident each time in between' };
}

/** However often a commit meets a conflict. */
function once(ask: AskAlerts | undefined, signal: AbortSignal) {
  let asked: Promise<Asked> | undefined;
  return (
    ask &&
    ((pageId: string) => {
      asked ??= ask(pageId, signal);
      return asked;
    })
  );
}

/** A dead letter the owner hears of. */
async function giveUp({ delivery, claim, parts }: Seen, reason: string): Promise<void> {
  const { source, id, seq } = delivery;
  const day = new Date(claim.now).toISOString().slice(0, 10);
  const words =
    `What was done at ${source} could not be followed here, and is a dead letter: ${reason}. ` +
    `Once that is mended: tocsin redeliver ${id}`;
  const notice = ownerNotice({ about: `answers:${source}:${day}`, words, severity: 'error', now: claim.now });
  const owner = parts.owner();
  const rung = owner ? [owner] : [];
  const trace = { notes: [], rules: [], deaf: 0, incidents: [], owed: [], error: reason };
  await parts.ledger.commit([
    {
      token: claim.token,
      delivery: { seq, state: 'dead', trace },
      expects: [],
      incidents: [],
      episodes: owner ? [notice] : [],
      owed: owedFor({ change: 'opened', episode: notice, joined: rung }, rung).map((each) => each.owed),
    },
  ]);
  parts.log.error({ source, id, reason }, 'delivery.dead');
}
