import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect } from 'vitest';
import type { Order } from '../../../src/destinations/destination.ts';
import { fingerprintsOf } from '../../../src/domain/incident/orphans.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { Engine } from '../open-store.ts';
import { minute, openOwnStore, second } from '../open-store.ts';
import { neverRung } from './never-rung.ts';
import { openPeople } from './people.ts';
import type { Place } from './place.ts';
import { openPlace } from './place.ts';
import type { Process } from './process.ts';
import { orphanGraceMs, startProcess } from './process.ts';
import { rulesIn } from './rule-files.ts';
import type { Sent } from './senders.ts';
import { openSenders } from './senders.ts';
import type { PlaceName, ProcessName, Step } from './step.ts';
import { placeNames, processNames } from './step.ts';
import type { Witness } from './witness.ts';
import { openWitness } from './witness.ts';

/** A ledger on a real engine, two processes on it, the places they tell, and the people around. */
export type Town = {
  ledger: Ledger;
  witness: Witness;
  places: ReadonlyMap<PlaceName, Place>;
  sent: readonly Sent[];
  take(step: Step): Promise<void>;
  /** From now on every place is well, and whoever was held up goes on, until nothing is owed. */
  settle(): Promise<void>;
  /** What was given up is tried again, and each sender says that all is well: from then on nothing is open. */
  allClear(): Promise<void>;
  /** One sender says of everything that it is as bad as can be, and each place hears of it. */
  allBad(): Promise<void>;
  close(): Promise<void>;
};

/** Files all the same, without the wait for a disk after each write. */
const inMemory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const sources = ['inbox-check', 'reachscore'];
/** More looks at what is due than any of these stories takes. */
const mostRounds = 200;
const longestJumpMs = 10 * minute;
/** A gap in listening begins after a minute. */
const beatMs = 50 * second;

export async function openTown(engine: Engine): Promise<Town> {
  const store = await openOwnStore(engine, inMemory);
  const { now } = store;
  const witness = openWitness();
  const openings = { one: witness.beside(await store.open()), two: witness.beside(await store.open()) };
  const ledger = openings.one;
  const newToken = counter('token');
  const { sent, send, resend } = openSenders(ledger, now, newToken);
  const people = openPeople(ledger, now);
  const faults: unknown[] = [];
  const onFault = (fault: unknown) => void faults.push(fault instanceof Error ? fault.stack : fault);
  const mustNotRing = neverRung({ witness, silences: people.silences, now });
  const onCall = (place: Place, order: Order) => faults.push(...mustNotRing(place, order));
  const places = new Map(placeNames.map((name) => [name, openPlace(name, { now, onCall })]));
  function advance(ms: number): void {
    store.advance(ms);
    for (const place of places.values()) place.arrive();
  }
  const files = { one: 'first', two: 'first' };
  const feeding = () =>
    processNames.map((name) => ({ rules: fingerprintsOf(rulesIn[files[name]]?.rules ?? []), sources }));
  const start = (who: ProcessName) =>
    startProcess({ ledger: openings[who], places, now, newToken, feeding, file: () => files[who], onFault });
  const processes: Record<ProcessName, Process> = { one: start('one'), two: start('two') };

  /** In place of one that died another starts. */
  function living(who: ProcessName): Process {
    if (processes[who].stoppable.isDead()) processes[who] = start(who);
    return processes[who];
  }

  async function pass(ms: number, deaf: boolean): Promise<void> {
    if (deaf) return advance(ms);
    for (let rest = ms; rest > 0; rest -= beatMs) {
      advance(Math.min(rest, beatMs));
      await ledger.heartbeat();
    }
  }

  async function took(step: Step): Promise<void> {
    switch (step.do) {
      case 'send':
        return send(step);
      case 'resend':
        return resend(step.which, step.altered);
      case 'route':
      case 'watch':
      case 'tell':
      case 'work':
        return living(step.who)[step.do]();
      case 'hold-up':
        return living(step.who).stoppable.stop({ at: step.at, so: 'held-up' });
      case 'doom':
        return living(step.who).stoppable.stop({ at: step.at, so: 'dies', done: step.done });
      case 'let-go':
        return living(step.who).stoppable.letGo(step.end);
      case 'kill':
        return living(step.who).stoppable.die(step.done);
      case 'answer':
        return places.get(step.at)?.answerNext(step.so);
      case 'mood':
        return places.get(step.at)?.become(step.is);
      case 'delete':
        return places.get(step.at)?.deleteOne(step.which);
      case 'pass':
        return pass(step.s * second, step.deaf);
      case 'reload':
        files[step.who] = step.file;
        return living(step.who).lookForOrphans();
      default:
        return people.do(step);
    }
  }

  function expectNoFaults(): void {
    expect([...witness.broken, ...faults]).toEqual([]);
  }

  async function settle(): Promise<void> {
    for (const place of places.values()) place.beWell();
    for (const who of processNames) await living(who).stoppable.goOn();
    for (let round = 0; round < mostRounds; round += 1) {
      for (const who of processNames) {
        await living(who).lookForOrphans();
        await living(who).work();
      }
      expectNoFaults();
      const { unrouted, owed } = await ledger.backlog();
      if (unrouted + owed === 0) return;
      advance(Math.max(second, Math.min(longestJumpMs, witness.nextInMs() ?? 10 * second)));
    }
    throw new Error('it never settles');
  }

  return {
    ledger,
    witness,
    places,
    sent,
    async take(step) {
      await took(step);
      expectNoFaults();
    },
    settle,
    async allClear() {
      await people.do({ do: 'redeliver' });
      files.two = files.one;
      for (const each of wellAgain) {
        advance(second);
        await send(each);
      }
      await settle();
      advance(orphanGraceMs);
      await settle();
    },
    async allBad() {
      Object.assign(files, { one: 'first', two: 'first' });
      advance(second);
      for (const about of ['a', 'b'] as const) {
        await send({ what: 'worse', about, from: 'inbox-check', test: false, agoS: 0 });
      }
      await settle();
    },
    close: store.close,
  };
}

/** What every sender says of everything that may have gone bad; twice, since some rules count. */
const wellAgain = (['a', 'b'] as const).flatMap((about) =>
  (['good', 'good', 'alert-over'] as const).flatMap((what) => {
    const said = { what, about, agoS: 0, from: 'reachscore' as const };
    return [
      { ...said, test: false },
      { ...said, test: true },
      { ...said, test: false, from: 'inbox-check' as const },
    ];
  }),
);

function counter(name: string): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `${name}-${count}`;
  };
}
