import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { watchedWrites } from '../../src/pipeline/writes.ts';
import { openStore } from './open-store.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** A ledger that can be written, or not, as the test says. */
async function openWatched() {
  const store = await openStore('SQLite');
  const plain = await store.open();
  let isFull = false;
  const refusing =
    <Given extends unknown[], Answer>(verb: (...given: Given) => Promise<Answer>) =>
    (...given: Given) =>
      isFull ? Promise.reject(new LedgerUnavailable('the disk is full')) : verb(...given);
  const commit: Ledger['commit'] = refusing(plain.commit);
  const heartbeat: Ledger['heartbeat'] = refusing(plain.heartbeat);
  const { ledger, trouble } = watchedWrites({ ...plain, commit, heartbeat });
  return {
    ledger,
    trouble,
    fill(full: boolean) {
      isFull = full;
    },
  };
}

const nothing = { token: 't', limit: 1, leaseMs: 1_000, holding: [] };

test('a claim of nothing does not say that what failed is well again; a write does', async () => {
  const { ledger, trouble, fill } = await openWatched();
  fill(true);
  await expect(ledger.commit([])).rejects.toThrow('full');
  await ledger.claimDeliveries(nothing);
  await ledger.claimNotifications({ token: 't', rooms: [], holding: [] });
  expect(trouble()).toBe('the disk is full');
  fill(false);
  await ledger.heartbeat();
  expect(trouble()).toBeUndefined();
});

test('where nobody writes any more it is tried after five seconds whether it lasts', async () => {
  const { ledger, trouble, fill } = await openWatched();
  fill(true);
  await expect(ledger.commit([])).rejects.toThrow('full');
  for (const isFull of [true, false]) {
    fill(isFull);
    vi.advanceTimersByTime(5_000);
    expect(trouble()).toBe('the disk is full');
    await ledger.now();
  }
  await vi.waitFor(() => expect(trouble()).toBeUndefined());
});
