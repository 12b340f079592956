import { expect, onTestFinished, test, vi } from 'vitest';
import { readinessOf } from '../../src/http/readiness.ts';
import type { Backlog } from '../../src/ledger/history.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Worker } from '../../src/ledger/workers.ts';

const backlog: Backlog = {
  unrouted: 0,
  owed: 0,
  openIncidents: 0,
  deadDeliveries: 0,
  deadNotifications: 0,
  refusals: {},
  heard: {},
};

function readyWith(settings: {
  owed?: string[];
  workers?: Partial<Worker>[];
  backlog?: Partial<Backlog>;
  unwritable?: string;
  down?: true;
  mute?: true;
}) {
  const { owed = [], workers = [], unwritable, down, mute } = settings;
  return readinessOf({
    ledger: {
      owedAddresses: async () => {
        if (down) throw new LedgerUnavailable('gone');
        if (mute) return new Promise(() => {});
        return owed;
      },
      backlog: async () => ({ ...backlog, ...settings.backlog }),
      listWorkers: async () =>
        workers.map((each, i) => ({ id: `${i}`, file: 'f', rules: {}, sources: [], addresses: [], since: 0, ...each })),
    },
    reachable: () => ['made:mine'],
    unwritable: () => unwritable,
    warnings: () => ['known'],
  })();
}

test('ready when all is well', async () => {
  expect(await readyWith({ owed: ['made:mine'], workers: [{}, {}] })).toEqual({ ready: true, warnings: ['known'] });
});

test('warns of what is owed where nobody can tell it, of dead letters and of different files', async () => {
  const workers = [
    { file: 'a'.repeat(64), addresses: ['made:theirs'] },
    { file: 'b'.repeat(64) },
    { file: 'b'.repeat(64) },
  ];
  const owed = ['made:mine', 'made:theirs', 'made:nobodys'];
  const { ready, warnings } = await readyWith({ owed, workers, backlog: { deadNotifications: 2 } });
  expect(ready).toBe(true);
  expect(warnings).toEqual([
    'known',
    'the processes on this ledger go by different rules files: aaaaaaaaaaaa in 1, bbbbbbbbbbbb in 2',
    'something is owed at made:nobodys, which no destination in the rules file has any more',
    'dead letters: 0 deliveries, 2 notifications',
  ]);
});

test('not ready when the ledger does not answer, or can be read and not written', async () => {
  expect(await readyWith({ down: true })).toEqual({
    ready: false,
    warnings: ['the ledger does not answer: gone', 'known'],
  });
  expect(await readyWith({ unwritable: 'the disk is full' })).toEqual({
    ready: false,
    warnings: ['the ledger cannot be written: the disk is full', 'known'],
  });
});

test('says after three seconds that the ledger does not answer, however long that takes', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const readiness = readyWith({ mute: true });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await readiness).toEqual({ ready: false, warnings: ['the ledger did not answer within 3 s', 'known'] });
});
