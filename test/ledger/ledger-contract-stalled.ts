import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { type Ledger, LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import { aDelivery, ledgerTest } from './ledger-contract-samples.ts';

/** How long one that is to be refused waits for that. */
async function refusedAfterMs(ledger: Ledger): Promise<number> {
  const askedAt = performance.now();
  await expect(ledger.accept(aDelivery())).rejects.toThrow(LedgerUnavailable);
  return performance.now() - askedAt;
}

const many = (ledger: Ledger) => Array.from({ length: 200 }, () => refusedAfterMs(ledger));

export function describeStalled(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('while nothing can be written', () => {
    test('what could not begin within 3 seconds is given up, and not kept later', async ({ harness }) => {
      const ledger = await harness.open({ serving: true });
      const goOn = await harness.stall();

      const waiting = [refusedAfterMs(ledger)];
      await setImmediate();
      waiting.push(...many(ledger));
      await delay(1_000);
      waiting.push(...many(ledger));
      const tookMs = await Promise.all(waiting);
      await goOn();

      expect(Math.max(...tookMs)).toBeLessThan(3_000);
      expect(await ledger.accept(aDelivery())).toMatchObject({ status: 'accepted' });
      // What was on its way may have arrived: as many as go in a group, and the first.
      expect((await ledger.backlog()).unrouted).toBeLessThanOrEqual(1 + 1 + 64);
    });
  });
}
