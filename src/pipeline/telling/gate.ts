import type { Found, Result } from '../../destinations/destination.ts';
import type { Told } from '../../domain/telling/notification.ts';
import { heldRecord } from '../../domain/telling/told-record.ts';
import type { AttemptRecord } from '../../ledger/outbox.ts';
import type { Budgets } from './budgets.ts';
import { lateInMs, withFallback } from './fallback.ts';
import { tellOwner } from './owner.ts';
import { credentialRefused, probeEveryMs } from './parking.ts';
import type { AttemptContext, Tried } from './recording.ts';
import { recordBase } from './recording.ts';

/** What `budget` names for looks: over the limit for looking is not over the limit for telling. */
export const looks = 'looks';

/** No destination asks for longer: it was written before the clock went back. */
const longestAskedMs = 900_000;

/** The end of an attempt at what must not be tried now: its limit is exceeded, or its credential was refused. */
export async function turnedBack(
  tried: Tried,
  budget: string,
  context: AttemptContext,
): Promise<AttemptRecord | undefined> {
  const { claimed, destination } = tried;
  const { budgets, parking, owner, now } = context;
  if (claimed.beyondPace) return outOfTurn(tried, context);
  const askedMs = (tried.told.notBefore ?? 0) - now;
  const pausedMs = Math.max(budgets.restMs(destination.address, budget), askedMs > longestAskedMs ? 0 : askedMs);
  if (pausedMs > 0) return waiting(tried, { why: 'over a rate limit there', restMs: pausedMs }, context);
  const parked = parking.entering(destination.credential);
  if (!parked) return undefined;
  parking.wait(destination.credential, claimed.id);
  const told = patientRecord(tried, parked.restMs, now);
  const why = `${credentialRefused}: ${parked.why}`;
  owner.untold(claimed, why);
  return waiting({ ...tried, told }, { why, restMs: parked.restMs }, context);
}

/** Claimed only to be found late: it keeps its place in the line, and comes to its turn as if nothing had been. */
async function outOfTurn(tried: Tried, context: AttemptContext): Promise<AttemptRecord> {
  const restMs = Math.min(0, tried.owedSince - context.now);
  const why = 'over a rate limit there, or behind others at its pace';
  const finished = await waiting(tried, { why, restMs }, context);
  const isFound = finished.told.fellBack || finished.told.lateEnd;
  return isFound ? finished : { ...finished, next: { state: 'due', afterMs: lookAgainMs } };
}

/** What the ledger takes for late and is not would else be claimed again at once. */
const lookAgainMs = 30_000;

/** Waiting for a credential uses up no patience; who is told instead of a late one need not wait for that. */
function patientRecord(tried: Tried, restMs: number, now: number): Told {
  return lateInMs(tried, now) === undefined ? heldRecord(tried.told, restMs, now) : tried.told;
}

function waiting(tried: Tried, { why, restMs }: { why: string; restMs: number }, context: AttemptContext) {
  const { claimed, told } = tried;
  const finished: AttemptRecord = {
    ...recordBase(claimed),
    outcome: { act: 'wait', result: 'none', reason: why },
    told,
    next: { state: 'due', afterMs: Math.ceil(restMs) },
    failures: claimed.failures,
    refund: true,
  };
  return withFallback(tried, { finished, noSoonerMs: 0 }, context);
}

/** What an answer says of everything else that draws on the same limit. */
export function heed(
  answer: Result | Found,
  { destination }: Tried,
  { budget, budgets }: { budget: string; budgets: Budgets },
): void {
  if (answer.kind === 'retry' && answer.pause?.of === 'budget') {
    budgets.pause(destination.address, budget, answer.pause.ms);
  }
}

/** For how long nothing at all is to be claimed at the address. */
export function addressPause(answer: Result | Found): Pick<AttemptRecord, 'pauseMs'> {
  return answer.kind === 'retry' && answer.pause?.of === 'address' ? { pauseMs: answer.pause.ms } : {};
}

/** Nothing is given up for a refused credential: all that is told with it waits, and the owner is told. */
export function refusedCredential(
  tried: Tried,
  reason: string,
  { parking, notify, now }: AttemptContext,
): Pick<AttemptRecord, 'told' | 'next' | 'failures' | 'also'> {
  const { claimed, destination } = tried;
  const { name, credential } = destination;
  const isNews = parking.park(credential, { destination: name, why: reason, now });
  parking.wait(credential, claimed.id);
  const words = `the credential of ${name} was refused: ${reason}. All that is told with it waits, and is told once another is in force, or this one works again`;
  const also = isNews ? tellOwner(claimed, { kind: 'credential', of: credential, words }, { notify, now }) : undefined;
  const next = { state: 'due', afterMs: probeEveryMs } as const;
  const told = patientRecord(tried, probeEveryMs, now);
  return { told, next, failures: claimed.failures, ...(also ? { also } : {}) };
}
