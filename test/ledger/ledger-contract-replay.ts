import { describe, expect } from 'vitest';
import type { Delivery } from '../../src/domain/event.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { LedgerHarness } from './ledger-contract.ts';
import {
  aCommit,
  acceptMany,
  acceptOne,
  aTrace,
  claim,
  day,
  ledgerTest,
  seqsOf,
  sha256,
  turnPages,
} from './ledger-contract-samples.ts';

async function replay(ledger: Ledger, { sinceMs = day, limit = 2 } = {}): Promise<Delivery[][]> {
  return turnPages((page) => ledger.readDeliveries({ ...page, sinceMs }), limit);
}

export function describeReplay(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('going through what was received', () => {
    test('has each delivery once, in the order of its receipt, page by page', async ({ ledger }) => {
      const seqs = await acceptMany(ledger, 11);
      const pages = await replay(ledger);

      expect(seqsOf(pages.flat())).toEqual(seqs);
      expect(Math.max(...pages.map((page) => page.length))).toBe(2);
    });

    test('of nothing is one empty page', async ({ ledger }) => {
      expect(await replay(ledger)).toEqual([[]]);
    });

    test('has the bytes as they were received, whatever they are', async ({ ledger }) => {
      const body = Buffer.from([0, 255, 10, 13, 195, 40]);
      const receivedAt = await ledger.now();
      const seq = await acceptOne(ledger, { id: 'd é', source: 'reachscore', type: 'alert.triggered', body });

      const [found] = (await replay(ledger)).flat();

      expect(found).toMatchObject({ seq, id: 'd é', source: 'reachscore', type: 'alert.triggered', receivedAt });
      expect(Buffer.from(found?.body ?? [])).toEqual(body);
    });

    test('has what is routed, dead, unreadable or not yet looked at', async ({ ledger }) => {
      const [routed = 0, dead = 0] = await acceptMany(ledger, 2);
      await claim(ledger, { token: 't' });
      await ledger.commit([
        aCommit({ token: 't', delivery: { seq: routed, state: 'routed', trace: aTrace() } }),
        aCommit({ token: 't', delivery: { seq: dead, state: 'dead', trace: aTrace({ error: 'broken' }) } }),
      ]);
      const body = Buffer.from('no JSON');
      await ledger.bury({ source: 'inbox-check', body, digest: sha256(body), reason: 'the body is not JSON' });
      const unrouted = await acceptOne(ledger);

      const found = (await replay(ledger, { limit: 1 })).flat();

      expect(seqsOf(found)).toHaveLength(4);
      expect(seqsOf(found)).toEqual(expect.arrayContaining([routed, dead, unrouted]));
      expect(found.map((each) => each.type)).toContain('unreadable');
    });

    test('leaves out what was received before', async ({ ledger, harness }) => {
      await acceptMany(ledger, 5);
      harness.advance(2 * day);
      const [first = 0] = await acceptMany(ledger, 1);
      harness.advance(day);
      const [last = 0] = await acceptMany(ledger, 1);

      expect(seqsOf((await replay(ledger, { sinceMs: day })).flat())).toEqual([first, last]);
      expect(seqsOf((await replay(ledger, { sinceMs: day - 1 })).flat())).toEqual([last]);
    });

    test('leaves out what is forgotten', async ({ ledger, harness }) => {
      const [old = 0] = await acceptMany(ledger, 1);
      await claim(ledger, { token: 't' });
      await ledger.commit([aCommit({ token: 't', delivery: { seq: old, state: 'routed', trace: aTrace() } })]);
      harness.advance(2 * day);
      const [kept] = await acceptMany(ledger, 1);
      await ledger.prune({ historyMs: day, historyBytes: 2 ** 40, memoryMs: 35 * day }, 10);

      expect(seqsOf((await replay(ledger, { sinceMs: 30 * day })).flat())).toEqual([kept]);
    });

    test('reads large bodies a few at a time', async ({ ledger }) => {
      const body = (name: string) => Buffer.from(JSON.stringify({ name, fill: 'x'.repeat(1024 ** 2 - 100) }));
      const seqs: number[] = [];
      for (const name of 'abcdefghij') seqs.push(await acceptOne(ledger, { body: body(name) }));

      const pages = await replay(ledger, { limit: 100 });

      expect(seqsOf(pages.flat())).toEqual(seqs);
      expect(pages[0]?.length).toBeLessThan(10);
    });
  });
}
