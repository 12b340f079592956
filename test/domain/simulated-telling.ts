import { expect } from 'vitest';
import type { Episode, Severity } from '../../src/domain/incident/incident.ts';
import type { Stray, Told, Ways } from '../../src/domain/telling/notification.ts';
import { nothingTold } from '../../src/domain/telling/notification.ts';
import { absentRecord, foundRecord } from '../../src/domain/telling/sought-record.ts';
import type { Held, Telling } from '../../src/domain/telling/telling.ts';
import { nextTelling } from '../../src/domain/telling/telling.ts';
import { absorb, maybeRecord, refusedRecord, toldRecord } from '../../src/domain/telling/told-record.ts';
import { anEpisode } from './episodes.ts';
import type { Call, Refusal } from './simulated-destination.ts';
import { simulatedDestination } from './simulated-destination.ts';
import { simulatedIncident } from './simulated-incident.ts';

/**
 * How a call ends: for the destination it arrives, now or within ten seconds, or not; for us it was told, nobody knows, or
 * it did not happen.
 */
export type CallEnd = 'told' | 'arrived' | 'late' | 'lost' | 'retry';

/** What happens to a holder: its call ends, it dies before it records, or it pauses for longer than its lease. */
export type HolderEnd = CallEnd | 'dies-after' | 'dies-before' | 'pauses';

const latestMs = 9_999;

type Row = {
  number: number;
  state: 'due' | 'waiting' | 'settled';
  owedRevision: number;
  owedSince: number;
  told: Told;
  strays: Stray[];
  holder: number | undefined;
};

type Claim = { row: Row; holder: number; told: Told; absorbed: number; telling: Telling; episode: Episode };
type Calling = Claim & Call;
type Looking = Claim & { telling: Extract<Telling, { act: 'find' }> };

/**
 * One address and one key, as the ledger keeps them and as attempts work on them. A notification waits for the newest
 * earlier one that is still owed something under the incident's own key, and what a late holder told under that key
 * is kept with the newest notification that goes under it.
 */
export function simulatedTelling(ways: Ways) {
  const destination = simulatedDestination(ways);
  const incident = simulatedIncident();
  const { episodes } = incident;
  const rows: Row[] = [];
  const paused: Calling[] = [];
  /** What is on its way, and when it has arrived at the latest. */
  const coming: { calling: Calling; by: number }[] = [];
  /** References that a destination gave us. */
  const known = new Set<string>();
  /** Episodes of which something may have been told twice, for a reason that is on record. */
  const unsure = new Set<number>();
  /** Episodes of which somebody deleted a message. */
  const deleted = new Set<number>();
  let holders = 0;
  let now = 0;
  let isSilent = false;

  const isOwed = (row: Row) => row.state !== 'settled';

  function owe(row: Row, owedRevision = row.owedRevision): void {
    if (!isOwed(row)) row.owedSince = now;
    Object.assign(row, { state: 'due', owedRevision });
  }

  function oweNewest(isChanged: boolean): void {
    const row = rows.at(-1);
    const episode = episodes.at(-1);
    if (isChanged && row && episode) owe(row, episode.revision);
  }

  function open(severity: Severity): void {
    if (!incident.open(severity)) return;
    const { number, revision: owedRevision } = episodes.at(-1) ?? anEpisode();
    const fresh = { told: nothingTold, strays: [], holder: undefined };
    rows.push({ number, state: 'due', owedRevision, owedSince: now, ...fresh });
  }

  function heldOf({ snoozed }: Episode): Held | undefined {
    if (isSilent) return { for: 'silence:s1', why: 'silence s1', restMs: 60_000 };
    if (!snoozed || snoozed.until <= now) return undefined;
    return { for: 'snooze', why: 'snoozed', restMs: snoozed.until - now };
  }

  function claim(row: Row): Claim {
    const interrupted = row.holder !== undefined;
    if (interrupted) unsure.add(row.number);
    holders += 1;
    row.holder = holders;
    const episode = episodes[row.number - 1] ?? anEpisode();
    const told = absorb(row.told, { interrupted, strays: row.strays, episode, now }, ways);
    return { row, holder: holders, told, absorbed: row.strays.length, telling: nextOf(row, told), episode };
  }

  function nextOf(row: Row, told: Told): Telling {
    const episode = episodes[row.number - 1] ?? anEpisode();
    const before = rows.findLast((each) => each.number < row.number && isOwed(each) && each.told.ownKey === undefined);
    const predecessor = before && { id: String(before.number) };
    const held = heldOf(episode);
    return nextTelling({ episode, told, owedSince: row.owedSince, predecessor, held, now }, ways);
  }

  function record({ row, absorbed, episode }: Claim, told: Told, state: Row['state']): void {
    Object.assign(row, { told, state, holder: undefined, strays: row.strays.slice(absorbed) });
    if (state === 'settled' && (row.owedRevision > episode.revision || row.strays.length > 0)) owe(row);
  }

  /** Nothing more is owed where nothing is left to say of the episode as the holder knew it. */
  function recordTold(claimed: Claim, told: Told): void {
    const { episode, row } = claimed;
    const judged = { episode, told, owedSince: row.owedSince, held: heldOf(episode), now };
    record(claimed, told, nextTelling(judged, ways).act === 'nothing' ? 'settled' : 'due');
  }

  function finish(calling: Calling, end: CallEnd): void {
    const { row, holder } = calling;
    if (end !== 'told' && end !== 'retry') unsure.add(row.number);
    if (end === 'late') coming.push({ calling, by: now + latestMs });
    const answer = end === 'told' || end === 'arrived' ? destination.take(calling) : undefined;
    const ref = answer && 'ref' in answer ? answer.ref : undefined;
    if (end === 'told' && ref !== undefined && calling.telling.act !== 'reply') known.add(ref);
    if (row.holder === holder) recordCall(calling, end, answer);
    else if (end !== 'retry' && (!answer || ref !== undefined)) leaveStray(calling, end === 'told' ? ref : undefined);
  }

  function recordCall(calling: Calling, end: CallEnd, answer: { ref: string } | Refusal | undefined): void {
    const { telling, episode, told } = calling;
    const pending = end === 'late' || end === 'lost' ? { pendingAt: now } : {};
    if (end === 'retry') record(calling, told, 'due');
    else if (end !== 'told' || !answer)
      record(calling, maybeRecord(told, telling, { episode, ways, ...pending }), 'due');
    else if ('ref' in answer) recordTold(calling, toldRecord(told, telling, { ref: answer.ref, episode, at: now }));
    else {
      const after = refusedRecord(told, telling, { result: answer, ways, episode });
      if (!after) throw new Error(`there is no other way to ${telling.act} it`);
      recordTold(calling, after);
    }
  }

  function leaveStray({ row, telling, episode, told }: Calling, ref: string | undefined): void {
    unsure.add(row.number);
    const { act } = telling;
    if (act === 'acknowledge') return;
    const isUnderKey = ways.folds && told.ownKey === undefined;
    const keeper = (isUnderKey && rows.findLast((each) => each.told.ownKey === undefined)) || row;
    const revision = act === 'reply' ? telling.change.revision : episode.revision;
    keeper.strays.push({ act, revision, severity: episode.severity, ...(ref === undefined ? {} : { ref }) });
    owe(keeper);
  }

  function look(looking: Looking, end: HolderEnd): void {
    const { told, telling } = looking;
    if (end === 'lost' || end === 'late' || end === 'retry') record(looking, told, 'due');
    else if (end === 'told' || end === 'arrived') record(looking, lookedFor(looking, telling.reply), 'due');
  }

  function lookedFor({ telling, told, episode }: Looking, reply: Looking['telling']['reply']): Told {
    const sought = reply && { of: reply.change.revision, below: reply.below };
    const [newest, ...others] = destination.find(episode.number, sought);
    if (newest === undefined) return absentRecord(told, telling, { episode, at: now }).told;
    const refs = [newest, ...others] as const;
    if (!reply) for (const ref of refs) known.add(ref);
    return foundRecord(told, telling, { refs, episode });
  }

  function attempt(row: Row, end: HolderEnd): void {
    if (!isOwed(row)) return;
    const claimed = claim(row);
    const { telling, told, episode } = claimed;
    if (telling.act === 'nothing') {
      if (told.parts.length === 0) expectNothingStands(row);
      record(claimed, told, 'settled');
    } else if (telling.act === 'wait') record(claimed, told, telling.for === undefined ? 'due' : 'waiting');
    else if (telling.act === 'rekey') record(claimed, { ...told, ownKey: telling.ownKey }, 'due');
    else if (telling.act === 'find') look({ ...claimed, telling }, end);
    else if (telling.act !== 'notice') {
      expectAllowed(telling, episode);
      call({ ...claimed, telling }, end);
    }
  }

  function call(calling: Calling, end: HolderEnd): void {
    if (end === 'pauses') paused.push(calling);
    else if (end === 'dies-after') destination.take(calling);
    else if (end !== 'dies-before') finish(calling, end);
  }

  /** Nothing opens after its end, and nothing rings while it is held back. */
  function expectAllowed(telling: Telling, episode: Episode): void {
    if (telling.act === 'open') expect(episode.end, 'opened after its end').toBeUndefined();
    if (telling.act === 'acknowledge') expect(episode.end, 'acknowledged after its end').toBeUndefined();
    const rings = telling.act === 'open' || (telling.act === 'reply' && telling.change.what === 'raised');
    if (heldOf(episode)) expect(rings, `rang while held back: ${telling.act}`).toBe(false);
  }

  function expectNothingStands({ number }: Row): void {
    const open = [...destination.standing.values()].filter((each) => each.episode === number && !each.ended);
    expect(open, `episode ${number} stands open, and nothing is said`).toEqual([]);
  }

  /** Time passes, and what is on its way for so long arrives. */
  function pass(ms: number): void {
    now += ms;
    for (const each of coming.filter(({ by }) => by <= now)) arrive(coming.indexOf(each));
    oweNewest(incident.wake(now));
  }

  function arrive(which: number): void {
    const [each] = coming.splice(which % Math.max(1, coming.length), 1);
    if (each) destination.take(each.calling);
  }

  function unhold(): void {
    isSilent = false;
    for (const row of rows) if (row.state === 'waiting') owe(row);
  }

  return {
    destination,
    episodes,
    rows,
    known,
    unsure,
    open,
    becomes: (severity: Severity) => oweNewest(incident.becomes(severity)),
    end: () => oweNewest(incident.end()),
    acknowledge() {
      now += 1;
      oweNewest(incident.acknowledge(now));
    },
    unacknowledge() {
      destination.letGo();
      oweNewest(incident.unacknowledge());
    },
    snooze: (ms: number) => oweNewest(incident.snooze(now + ms)),
    silence: () => {
      isSilent = true;
    },
    unhold,
    deleted,
    lose(which: number) {
      const number = destination.loseOne(which);
      if (number !== undefined) for (const of of [deleted, unsure]) of.add(number);
    },
    attempt: (which: number, end: HolderEnd) => {
      const row = rows[which % Math.max(1, rows.length)];
      if (row) attempt(row, end);
    },
    /** A paused holder goes on, unless it died meanwhile. */
    resume: (which: number, end: CallEnd | 'dies-before') => {
      const [calling] = paused.splice(which % Math.max(1, paused.length), 1);
      if (calling && end !== 'dies-before') finish(calling, end);
    },
    pass,
    arrive,
    /** Nothing is held back and everything comes through from now on, until nothing is owed any more. */
    settle: () => {
      unhold();
      pass(86_400_000);
      for (const calling of paused.splice(0)) finish(calling, 'told');
      for (let round = 0; rows.some(isOwed); round += 1) {
        if (round > 200) throw new Error('it never settles');
        for (const row of rows) attempt(row, 'told');
        now += 1_000;
      }
    },
  };
}
