import { pino } from 'pino';
import type { Inbox, Refusal } from '../../src/ledger/inbox.ts';
import { type ReceiverParts, receiver } from '../../src/pipeline/receive.ts';
import { inboxCheck } from '../../src/sources/inbox-check.ts';
import { pagerDuty } from '../../src/sources/pagerduty.ts';
import { reachscore } from '../../src/sources/reachscore.ts';
import type { HookType } from '../../src/sources/source.ts';
import { openTemporaryLedger } from '../http/temporary-ledger.ts';

export const now = Date.parse('2026-03-02T08:00:00Z');
export const secrets = {
  'inbox-check': 'whsec_ic',
  reachscore: 'whsec_rs',
  second: 'whsec_rs-2',
  old: 'whsec_ic-old',
  pagerduty: 'whsec_pd',
};

/** A receiver before a ledger of its own, and what became of all it was given. `over` breaks some of the ledger. */
export async function openReceiver(over: Partial<Inbox> = {}, parts: Partial<ReceiverParts> = {}) {
  const ledger = await openTemporaryLedger(() => now);
  const noted: Promise<void>[] = [];
  const lines: Record<string, unknown>[] = [];
  const refuse = (refusals: Refusal[]): Promise<void> => {
    const note = ledger.refuse(refusals);
    noted.push(note);
    return note;
  };
  const sources: ReturnType<ReceiverParts['sources']> = new Map<string, { type: HookType; settings: Settings }>([
    ['inbox-check', { type: inboxCheck, settings: settings([secrets['inbox-check'], secrets.old]) }],
    ['reachscore', { type: reachscore, settings: settings([secrets.reachscore], reachscore.defaultMaxAgeMs) }],
    ['pagerduty', { type: pagerDuty, settings: settings([secrets.pagerduty]) }],
    ['second', { type: reachscore, settings: settings([secrets.second], reachscore.defaultMaxAgeMs) }],
  ]);
  const receive = receiver({
    sources: () => sources,
    ledger: { ...ledger, refuse, ...over },
    log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    now: () => now,
    timeoutMs: 3_000,
    ...parts,
  });
  return {
    receive,
    lines,
    /** What waits to be routed. */
    kept: async () => {
      const { deliveries } = await ledger.claimDeliveries({ token: 'test', limit: 10, leaseMs: 1_000, holding: [] });
      return deliveries;
    },
    buried: async () => (await ledger.listDeliveries({ limit: 10, state: 'dead' })).items,
    refused: async () => {
      await Promise.all(noted);
      return ledger.listRefusals();
    },
  };
}

type Settings = ReturnType<typeof settings>;

export function settings(secrets: string[], maxAgeMs?: number) {
  return { secrets, maxAgeMs };
}

/** A request as the sender signs it; the body may be anything. */
export function signed(
  type: HookType,
  secret: string,
  made: { id?: string; event?: string; body?: string; atMs?: number } = {},
) {
  const { id = 'id_1', event = 'test.completed', atMs = now } = made;
  const body = Buffer.from(made.body ?? JSON.stringify(type.fixture(event, { id, atMs: now })));
  return type.sign(body, secret, { id, type: event, atMs });
}

export const fromInboxCheck = (made?: Parameters<typeof signed>[2]) => signed(inboxCheck, secrets['inbox-check'], made);
export const fromPagerDuty = (made?: Parameters<typeof signed>[2]) =>
  signed(pagerDuty, secrets.pagerduty, { event: 'incident.resolved', ...made });
export const fromReachscore = (made?: Parameters<typeof signed>[2]) => signed(reachscore, secrets.reachscore, made);
