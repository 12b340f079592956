import { expect } from 'vitest';
import type { Episode, Severity } from '../../src/domain/incident.ts';
import type { Stray, Telling, Told, Ways } from '../../src/domain/notification.ts';
import { absorb, nextTelling, nothingTold, toldRecord } from '../../src/domain/notification.ts';
import { anEpisode } from './episodes.ts';
import type { Call } from './simulated-destination.ts';
import { simulatedDestination } from './simulated-destination.ts';

/** How a call ends: for the destination it arrives or not; for us it was told, nobody knows, or it did not happen. */
export type CallEnd = 'told' | 'arrived' | 'lost' | 'retry';

/** What happens to a holder: its call ends, it dies before it records, or it pauses for longer than its lease. */
export type HolderEnd = CallEnd | 'dies-after' | 'dies-before' | 'pauses';

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

/**
 * One address and one key, as the ledger keeps them and as attempts work on them. A notification waits for the newest
 * earlier one that is still owed something under the incident's own key, and what a late holder told under that key
 * is kept with the newest notification that goes under it.
 */
export function simulatedTelling(ways: Ways) {
  const destination = simulatedDestination(ways);
  const episodes: Episode[] = [];
  const rows: Row[] = [];
  const paused: Calling[] = [];
  /** References that a destination gave us. */
  const known = new Set<string>();
  let revision = 0;
  let holders = 0;
  let now = 0;

  const current = () => episodes.at(-1);
  const isOwed = (row: Row) => row.state !== 'settled';

  function owe(row: Row, owedRevision = row.owedRevision): void {
    if (!isOwed(row)) row.owedSince = now;
    Object.assign(row, { state: 'due', owedRevision });
  }

  function change(over: Partial<Episode>): void {
    const episode = current();
    const row = rows.at(-1);
    if (!episode || !row || episode.end) return;
    revision += 1;
    episodes[episodes.length - 1] = { ...episode, ...over, revision };
    owe(row, revision);
  }

  function open(severity: Severity): void {
    if (current() && !current()?.end) return;
    revision += 1;
    const number = episodes.length + 1;
    episodes.push(anEpisode({ number, revision, severity }));
    rows.push({
      number,
      state: 'due',
      owedRevision: revision,
      owedSince: now,
      told: nothingTold,
      strays: [],
      holder: undefined,
    });
  }

  function claim(row: Row): Claim {
    const interrupted = row.holder !== undefined;
    holders += 1;
    row.holder = holders;
    const told = absorb(row.told, { interrupted, strays: row.strays }, ways);
    const before = rows.findLast((each) => each.number < row.number && isOwed(each) && each.told.ownKey === undefined);
    const predecessor = before && { id: String(before.number) };
    const episode = episodes[row.number - 1] ?? anEpisode();
    const telling = nextTelling({ episode, told, owedSince: row.owedSince, predecessor, now }, ways);
    return { row, holder: holders, told, absorbed: row.strays.length, telling, episode };
  }

  function record({ row, absorbed, episode }: Claim, told: Told, state: Row['state']): void {
    Object.assign(row, { told, state, holder: undefined, strays: row.strays.slice(absorbed) });
    if (state === 'settled' && (row.owedRevision > episode.revision || row.strays.length > 0)) owe(row);
  }

  function finish(calling: Calling, end: CallEnd): void {
    const { row, holder } = calling;
    const ref = end === 'told' || end === 'arrived' ? destination.take(calling) : '';
    if (end === 'told') known.add(ref);
    if (row.holder === holder) recordCall(calling, end, ref);
    else if (end !== 'retry') leaveStray(calling, end === 'told' ? ref : undefined);
  }

  function recordCall(calling: Calling, end: CallEnd, ref: string): void {
    const { telling, episode } = calling;
    const told = end === 'told' ? toldRecord(calling.told, telling, ref, episode) : calling.told;
    const isSettled = end === 'told' && nextTelling({ episode, told, owedSince: 0, now }, ways).act === 'nothing';
    const opened = told.opened === 'no' && end !== 'retry' ? 'maybe' : told.opened;
    record(calling, { ...told, opened }, isSettled ? 'settled' : 'due');
  }

  function leaveStray({ row, telling, episode, told }: Calling, ref: string | undefined): void {
    const isUnderKey = ways.folds && told.ownKey === undefined;
    const keeper = (isUnderKey && rows.findLast((each) => each.told.ownKey === undefined)) || row;
    const stray = { act: telling.act, revision: episode.revision, severity: episode.severity };
    keeper.strays.push(ref === undefined ? stray : { ...stray, ref });
    owe(keeper);
  }

  function attempt(row: Row, end: HolderEnd): void {
    if (!isOwed(row)) return;
    const claimed = claim(row);
    const { telling, told } = claimed;
    if (telling.act === 'nothing') {
      if (told.parts.length === 0) expectNothingStands(row);
      record(claimed, told, 'settled');
    } else if (telling.act === 'wait') record(claimed, told, 'waiting');
    else if (telling.act === 'rekey') record(claimed, { ...told, ownKey: telling.ownKey }, 'due');
    else if ('key' in telling) call({ ...claimed, telling }, end);
  }

  function call(calling: Calling, end: HolderEnd): void {
    if (end === 'pauses') paused.push(calling);
    else if (end === 'dies-after') destination.take(calling);
    else if (end !== 'dies-before') finish(calling, end);
  }

  function expectNothingStands({ number }: Row): void {
    const open = [...destination.standing.values()].filter((each) => each.episode === number && !each.ended);
    expect(open, `episode ${number} stands open, and nothing is said`).toEqual([]);
  }

  return {
    destination,
    episodes,
    rows,
    known,
    open,
    change,
    attempt: (which: number, end: HolderEnd) => {
      const row = rows[which % Math.max(1, rows.length)];
      if (row) attempt(row, end);
    },
    /** A paused holder goes on, unless it died meanwhile. */
    resume: (which: number, end: CallEnd | 'dies-before') => {
      const [calling] = paused.splice(which % Math.max(1, paused.length), 1);
      if (calling && end !== 'dies-before') finish(calling, end);
    },
    pass: (ms: number) => {
      now += ms;
    },
    /** Everything comes through from now on, until nothing is owed any more. */
    settle: () => {
      for (const calling of paused.splice(0)) finish(calling, 'told');
      for (let round = 0; rows.some(isOwed); round += 1) {
        if (round > 50) throw new Error('it never settles');
        for (const row of rows) attempt(row, 'told');
        now += 1_000;
      }
    },
  };
}
