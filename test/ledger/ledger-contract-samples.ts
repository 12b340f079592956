import { createHash, randomUUID } from 'node:crypto';
import { test as plainTest } from 'vitest';
import type { Episode, Incident } from '../../src/domain/incident/incident.ts';
import { notificationId, type Owed, type Stray } from '../../src/domain/telling/notification.ts';
import type { Trace } from '../../src/domain/trace.ts';
import type { Page, PageOf } from '../../src/ledger/history.ts';
import type { ClaimedDelivery, Commit, NewDelivery } from '../../src/ledger/inbox.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AttemptRecord, ClaimedNotification, Next, Outcome, Room } from '../../src/ledger/outbox.ts';
import type { NewSilence } from '../../src/ledger/silences.ts';
import type { KnownAddress } from '../../src/ledger/workers.ts';
import type { LedgerHarness } from './ledger-contract.ts';

/** Tests that are given a fresh store, and a first opening of it. */
export function ledgerTest(start: () => Promise<LedgerHarness>) {
  return plainTest.extend<{ harness: LedgerHarness; ledger: Ledger }>({
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's dependencies from its first parameter
    harness: async ({}, use) => {
      const harness = await start();
      await use(harness);
      await harness.close();
    },
    ledger: async ({ harness }, use) => use(await harness.open()),
  });
}

export const second = 1_000;
export const minute = 60 * second;
export const day = 24 * 60 * minute;

export const sha256 = (body: Uint8Array) => createHash('sha256').update(body).digest('hex');

export function aDelivery(over: Partial<NewDelivery> = {}): NewDelivery {
  const id = over.id ?? randomUUID();
  const body = over.body ?? Buffer.from(JSON.stringify({ id }));
  return {
    source: 'inbox-check',
    id,
    type: 'test.completed',
    token: randomUUID(),
    digest: sha256(body),
    ...over,
    body,
  };
}

/** Accepts as many as asked, one after the other; their seqs. */
export async function acceptMany(ledger: Ledger, count: number): Promise<number[]> {
  const seqs: number[] = [];
  for (let i = 0; i < count; i += 1) seqs.push(await acceptOne(ledger));
  return seqs;
}

export async function acceptOne(ledger: Ledger, over: Partial<NewDelivery> = {}): Promise<number> {
  const answer = await ledger.accept(aDelivery(over));
  if (answer.status !== 'accepted') throw new Error(`not accepted but ${answer.status}`);
  return answer.seq;
}

/** Claims deliveries as a routing worker does. */
export async function claim(
  ledger: Ledger,
  over: Partial<Parameters<Ledger['claimDeliveries']>[0]> = {},
): Promise<ClaimedDelivery[]> {
  const asked = { token: randomUUID(), limit: 100, leaseMs: 10 * second, holding: [], ...over };
  return (await ledger.claimDeliveries(asked)).deliveries;
}

export const seqsOf = (deliveries: { seq: number }[]) => deliveries.map((delivery) => delivery.seq);

export function aTrace(over: Partial<Trace> = {}): Trace {
  return { notes: [], rules: [], deaf: 0, incidents: [], owed: [], ...over };
}

export function anIncident(key: string, revision: number, over: Partial<Incident> = {}): Incident {
  return { key, revision, open: true, episode: 1, openedAt: 1, causes: [], rung: [], ...over };
}

export function anEpisode(key: string, number = 1, over: Partial<Episode> = {}): Episode {
  const event = {
    id: 'e',
    source: 'inbox-check',
    type: 'test.completed',
    occurredAt: '2026-01-01T00:00:00Z',
    live: true,
  };
  return {
    key,
    number,
    kind: 'incident',
    revision: 1,
    openedAt: 1,
    severity: 'error',
    said: { rule: 'r', event, tripped: [] },
    firing: [{ rule: 'r', source: 'inbox-check' }],
    test: false,
    keyless: false,
    ...over,
  };
}

/** `number` counts the episode; 1 unless told. */
export type About = { number?: number; address?: string; revision?: number; rank?: number };

export function anOwed(key: string, { number = 1, address = 'slack:C1', revision = 1, rank = 0 }: About = {}): Owed {
  return { id: notificationId(key, number, address), key, number, address, destination: 'ops', revision, rank };
}

export function aCommit(over: Partial<Commit> = {}): Commit {
  return { token: randomUUID(), expects: [], incidents: [], episodes: [], owed: [], ...over };
}

/** One revision of an incident, expecting the one before, with its episode and what is owed about it. */
export function aRevision(key: string, about: About & { over?: Partial<Incident> } = {}): Commit {
  const { number = 1, revision = 1, over = {} } = about;
  return aCommit({
    expects: [{ key, revision: revision - 1 }],
    incidents: [anIncident(key, revision, { episode: number, ...over })],
    episodes: [anEpisode(key, number, { revision })],
    owed: [anOwed(key, about)],
  });
}

/** Owes an address the truth about an episode, without touching its incident. */
export async function owe(ledger: Ledger, key: string, about: About = {}): Promise<string> {
  const owed = anOwed(key, about);
  const episode = anEpisode(key, owed.number, { revision: owed.revision });
  await ledger.commit([aCommit({ episodes: [episode], owed: [owed] })]);
  return owed.id;
}

export function aRoom(over: Partial<Room> = {}): Room {
  return { address: 'slack:C1', slots: 10, leaseMs: 15 * second, ...over };
}

export async function claimFrom(
  ledger: Ledger,
  over: Partial<Room> = {},
  holding: string[] = [],
): Promise<ClaimedNotification[]> {
  const answer = await ledger.claimNotifications({ token: randomUUID(), rooms: [aRoom(over)], holding });
  return answer.notifications;
}

/** Claims the only one that is due at the address. */
export async function claimOnly(ledger: Ledger, over: Partial<Room> = {}): Promise<ClaimedNotification> {
  const [only, ...more] = await claimFrom(ledger, over);
  if (!only || more.length > 0) throw new Error(`not one due but ${only ? more.length + 1 : 0}`);
  return only;
}

/** The record of an attempt that told what is owed. */
export function aRecord(claimed: ClaimedNotification, over: Partial<AttemptRecord> = {}): AttemptRecord {
  const part = { ref: 'ref-1', revision: claimed.owedRevision, severity: 'error' as const, at: 1 };
  return {
    id: claimed.id,
    token: claimed.token,
    outcome: { act: 'open', result: 'told', ref: 'ref-1' },
    told: { opened: 'yes', parts: [part] },
    next: { state: 'settled', revision: claimed.owedRevision },
    failures: 0,
    absorbed: claimed.strays.length,
    ...over,
  };
}

/** Owes, claims and records in one go; the notification's id. */
export async function tell(
  ledger: Ledger,
  key: string,
  about: About & { record?: Partial<AttemptRecord> } = {},
): Promise<string> {
  const id = await owe(ledger, key, about);
  const claimed = (await claimFrom(ledger, { address: about.address ?? 'slack:C1' })).find((each) => each.id === id);
  if (!claimed) throw new Error('not claimed');
  await ledger.record(aRecord(claimed, about.record));
  return id;
}

/** Owes what is given up at once; the notification's id. */
export function giveUp(ledger: Ledger, key: string, about: About & { record?: Partial<AttemptRecord> } = {}) {
  const next: Next = { state: 'dead', revision: about.revision ?? 1, reason: 'channel_not_found' };
  return tell(ledger, key, { ...about, record: { next, failures: 3, ...about.record } });
}

export function aSilence(over: Partial<Omit<NewSilence, 'endsAt'>> = {}, forMs = 10 * minute): NewSilence {
  return { id: randomUUID(), filter: { key: 'k' }, by: 'cli:ops', comment: 'moving house', ...over, forMs };
}

export function aKnownAddress(address: string, over: Partial<KnownAddress> = {}): KnownAddress {
  return { address, type: 'slack', destination: 'ops', credential: 'f1', ...over };
}

/** Resolves when the ledger says that there is such work. */
export const heard = (ledger: Ledger, work: 'route' | 'notify' | 'watch') =>
  new Promise<void>((resolve) => {
    const stop = ledger.onWork((each) => {
      if (each !== work) return;
      stop();
      resolve();
    });
  });

/** Every item of a list, page by page. */
export async function turnPages<T>(list: (page: PageOf) => Promise<Page<T>>, limit: number): Promise<T[][]> {
  const pages: T[][] = [];
  for (let page = await list({ limit }); ; ) {
    pages.push(page.items);
    if (page.next === undefined) return pages;
    page = await list({ limit, after: page.next });
  }
}

export async function historyOf(ledger: Ledger, key: string, id: string) {
  const found = (await ledger.findIncident(key))?.notifications.find((each) => each.id === id);
  if (!found) throw new Error(`no notification ${id}`);
  return found;
}

export const held: Outcome = { act: 'wait', result: 'none', reason: 'silence s of cli:ops' };

/** Records that a claimed one is held back. */
export function hold(ledger: Ledger, claimed: ClaimedNotification, next: Next, outcome = held) {
  return ledger.record(aRecord(claimed, { outcome, told: claimed.told, next, refund: true }));
}

export const aStray: Stray = { act: 'open', ref: 'ref-late', revision: 1, severity: 'error' };
