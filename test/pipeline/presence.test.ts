import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { KnownAddress, Worker } from '../../src/ledger/workers.ts';
import { presence } from '../../src/pipeline/presence.ts';
import { engines, minute, openStore, second } from './open-store.ts';

/** Processes on one ledger, each turning when the test says so. */
async function openAll(engine: (typeof engines)[number]) {
  const store = await openStore(engine);
  const ledger = await store.open();
  function join(id: string, file: string) {
    const goesBy = { file, rules: { r: 'fingerprint' }, sources: ['inbox-check'], addresses: [] as string[] };
    const addresses: KnownAddress[] = [];
    const looks: string[][] = [];
    const present = presence({
      ledger,
      id,
      worker: () => ({ ...goesBy }),
      addresses: () => addresses,
      look: async (workers: Worker[]) => void looks.push(workers.map((each) => `${each.id} ${each.file}`).sort()),
      log: pino({ level: 'silent' }),
      elapsedMs: store.now,
    });
    return { ...present, goesBy, addresses, looks };
  }
  return { store, ledger, join };
}

test.each(engines)('a process is known to the others with what it goes by, until it leaves, on %s', async (engine) => {
  const { ledger, join } = await openAll(engine);
  const [one, two] = [join('one', 'f1'), join('two', 'f2')];
  await one.turn();
  await two.turn();
  await one.turn();
  expect(one.looks).toEqual([['one f1'], ['one f1', 'two f2']]);
  two.goesBy.file = 'f3';
  await two.turn();
  await one.turn();
  expect(one.looks.at(-1)).toEqual(['one f1', 'two f3']);
  await two.leave();
  await one.turn();
  expect(one.looks.at(-1)).toEqual(['one f1']);
  expect(await ledger.listWorkers()).toMatchObject([
    { id: 'one', rules: { r: 'fingerprint' }, sources: ['inbox-check'] },
  ]);
});

test.each(engines)(
  'a process stays known while it turns, and is missed a minute after it died, on %s',
  async (engine) => {
    const { store, join } = await openAll(engine);
    const [one, two] = [join('one', 'f1'), join('two', 'f2')];
    await two.turn();
    for (let i = 0; i < 24; i += 1) {
      await one.turn();
      store.advance(5 * second);
    }
    expect(one.looks[0]).toEqual(['one f1', 'two f2']);
    expect(one.looks.at(-1)).toEqual(['one f1']);
  },
);

test('one that was forgotten announces itself again', async () => {
  const { store, ledger, join } = await openAll('SQLite');
  const one = join('one', 'f1');
  await one.turn();
  store.advance(2 * minute);
  expect(await ledger.listWorkers()).toEqual([]);
  await one.turn();
  expect(await ledger.listWorkers()).toMatchObject([{ id: 'one' }]);
});

test('looks when something changed, here or elsewhere, and otherwise every minute', async () => {
  const { store, join } = await openAll('SQLite');
  const one = join('one', 'f1');
  for (let i = 0; i < 24; i += 1) {
    await one.turn();
    store.advance(5 * second);
  }
  expect(one.looks).toHaveLength(2);
  one.addresses.push({ address: 'slack:C1', type: 'slack', destination: 'chat', credential: 'c' });
  await one.turn();
  expect(one.looks).toHaveLength(3);
});

test.each(engines)('in five quiet minutes each of two looks no more than five times, on %s', async (engine) => {
  const { store, join } = await openAll(engine);
  const [one, two] = [join('one', 'f1'), join('two', 'f1')];
  for (const each of [one, two, one, two]) await each.turn();
  const before = [one.looks.length, two.looks.length];
  for (let turns = 0; turns < 60; turns += 1) {
    store.advance(2 * second);
    await one.turn();
    store.advance(3 * second);
    await two.turn();
  }
  const looks = [one, two].map((each, i) => each.looks.length - (before[i] ?? 0));
  expect(Math.max(...looks)).toBeLessThanOrEqual(5);
});

test('who refused a file goes by the same as before', async () => {
  const { join } = await openAll('SQLite');
  const [one, two] = [join('one', 'f1'), join('two', 'f1')];
  for (const each of [two, one]) await each.turn();
  Object.assign(two.goesBy, { refused: { file: 'f2', why: 'it has a fault' } });
  for (const each of [two, one]) await each.turn();
  expect(one.looks).toHaveLength(1);
});

test('one whose ledger is gone leaves all the same', async () => {
  const { ledger, join } = await openAll('SQLite');
  const one = join('one', 'f1');
  await ledger.close();
  await one.leave();
});
