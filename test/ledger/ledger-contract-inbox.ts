import { describe, expect } from 'vitest';
import type { LedgerHarness } from './ledger-contract.ts';
import { acceptOne, aDelivery, claim, day, ledgerTest, seqsOf, sha256 } from './ledger-contract-samples.ts';

export function describeInbox(start: () => Promise<LedgerHarness>): void {
  const test = ledgerTest(start);

  describe('accepting', () => {
    test('keeps a delivery as it came', async ({ ledger }) => {
      const body = Buffer.from([0, 255, 10, 123, 125, 0xc3, 0x28]);
      const seq = await acceptOne(ledger, { source: 'reachscore', id: 'evt_1', type: 'alert.triggered', body });
      const now = await ledger.now();

      const [delivery] = await claim(ledger);

      expect(delivery).toMatchObject({ seq, source: 'reachscore', id: 'evt_1', type: 'alert.triggered', failures: 0 });
      expect(delivery?.receivedAt).toBe(now);
      expect(Buffer.compare(delivery?.body ?? Buffer.alloc(0), body)).toBe(0);
    });

    test('numbers grow', async ({ ledger, harness }) => {
      const first = await acceptOne(ledger);
      const second = await acceptOne(await harness.open());
      const [third, fourth] = await Promise.all([acceptOne(ledger), acceptOne(ledger)]);

      expect(second).toBeGreaterThan(first);
      expect(third).toBeGreaterThan(second);
      expect(fourth).toBeGreaterThan(third ?? 0);
    });

    test('the same id again is a duplicate and is not routed again', async ({ ledger }) => {
      const delivery = aDelivery();
      await ledger.accept(delivery);

      const again = await ledger.accept(aDelivery({ id: delivery.id }));

      expect(again).toEqual({ status: 'duplicate', altered: false });
      expect(await claim(ledger)).toHaveLength(1);
    });

    test('the same id from another source is another delivery', async ({ ledger }) => {
      const delivery = aDelivery();
      await ledger.accept(delivery);

      expect(await ledger.accept(aDelivery({ id: delivery.id, source: 'reachscore' }))).toMatchObject({
        status: 'accepted',
      });
    });

    test('the same id with other bytes is an altered duplicate; the first stands', async ({ ledger }) => {
      await ledger.accept(aDelivery({ id: 'd', body: Buffer.from('first') }));

      const altered = await ledger.accept(aDelivery({ id: 'd', body: Buffer.from('other') }));

      expect(altered).toEqual({ status: 'duplicate', altered: true });
      const [kept] = await ledger.findDeliveries('d');
      expect(Buffer.from(kept?.body ?? []).toString()).toBe('first');
    });

    test('repeated with its token it answers as before, also after routing', async ({ ledger }) => {
      const delivery = aDelivery();
      const first = await ledger.accept(delivery);
      expect(await ledger.accept(delivery)).toEqual(first);

      await claim(ledger);
      expect(await ledger.accept(delivery)).toEqual(first);
      expect((await ledger.backlog()).heard).toMatchObject({ 'inbox-check': { accepted: 1, duplicate: 0 } });
    });

    test('a duplicate within one turn is found too', async ({ ledger }) => {
      const answers = await Promise.all([1, 2, 3].map(() => ledger.accept(aDelivery({ id: 'd' }))));

      expect(answers.map((answer) => answer.status).sort()).toEqual(['accepted', 'duplicate', 'duplicate']);
    });

    test('counts what was heard by source', async ({ ledger, harness }) => {
      await ledger.accept(aDelivery({ id: 'd' }));
      await ledger.accept(aDelivery({ id: 'd' }));
      harness.advance(5);
      await ledger.accept(aDelivery({ id: 'd', body: Buffer.from('other') }));
      const now = await ledger.now();

      expect((await ledger.backlog()).heard).toEqual({
        'inbox-check': { accepted: 1, duplicate: 1, altered: 1, lastAt: now },
      });
    });
  });

  describe('a full inbox', () => {
    test('keeps nothing more, but still knows duplicates', async ({ harness }) => {
      const ledger = await harness.open({ backlogLimit: 2 });
      const known = aDelivery();
      await ledger.accept(known);
      await acceptOne(ledger);
      const refused = aDelivery();

      expect(await ledger.accept(refused)).toEqual({ status: 'full' });
      expect(await ledger.accept(aDelivery({ id: known.id }))).toMatchObject({ status: 'duplicate' });
      expect(await ledger.accept(known)).toMatchObject({ status: 'accepted' });
      expect(await ledger.findDeliveries(refused.id)).toEqual([]);
    });

    test('has room again once something is routed', async ({ harness }) => {
      const ledger = await harness.open({ backlogLimit: 1 });
      const seq = await acceptOne(ledger);
      const late = aDelivery();
      expect(await ledger.accept(late)).toEqual({ status: 'full' });

      await claim(ledger, { token: 't' });
      const trace = { notes: [], rules: [], deaf: 0, incidents: [], owed: [] };
      const done = { token: 't', delivery: { seq, state: 'routed' as const, trace } };
      await ledger.commit([{ ...done, expects: [], incidents: [], episodes: [], owed: [] }]);

      expect(await ledger.accept(late)).toMatchObject({ status: 'accepted' });
    });
  });

  describe('what is turned away', () => {
    test('the last 100 refusals stay and all are counted', async ({ ledger }) => {
      for (let batch = 0; batch < 100; batch += 1) {
        const refusals = Array.from({ length: 100 }, (_, i) => ({
          source: 'inbox-check',
          code: i % 4 === 0 ? 'stale_timestamp' : 'bad_signature',
          reason: `no. ${batch * 100 + i}`,
        }));
        await ledger.refuse(refusals);
      }

      const kept = await ledger.listRefusals();

      expect(kept).toHaveLength(100);
      expect(kept[0]).toEqual({
        at: await ledger.now(),
        source: 'inbox-check',
        code: 'bad_signature',
        reason: 'no. 9999',
      });
      expect(kept.at(-1)?.reason).toBe('no. 9900');
      expect((await ledger.backlog()).refusals).toEqual({ bad_signature: 7_500, stale_timestamp: 2_500 });
    });

    test('an unreadable request is a dead letter, once for its bytes', async ({ ledger, harness }) => {
      const body = Buffer.from('{"not json');
      const letter = { source: 'reachscore', body, digest: sha256(body), reason: 'the body is not JSON' };
      await ledger.bury(letter);
      const buriedAt = await ledger.now();
      harness.advance(day);
      await ledger.bury(letter);

      const { items } = await ledger.listDeliveries({ limit: 10, state: 'dead' });

      const id = `unreadable-${letter.digest.slice(0, 16)}`;
      const words = { source: 'reachscore', id, state: 'dead', reason: 'the body is not JSON', receivedAt: buriedAt };
      expect(items).toEqual([{ ...words, seq: expect.any(Number), type: 'unreadable', bytes: body.byteLength }]);
      const [found] = await ledger.findDeliveries(id);
      expect(Buffer.from(found?.body ?? []).toString()).toBe('{"not json');
      expect((await ledger.backlog()).deadDeliveries).toBe(1);
    });

    test('the same unreadable bytes from another source are another dead letter, and none is routed', async ({
      ledger,
    }) => {
      const body = Buffer.from('[]');
      for (const source of ['inbox-check', 'reachscore']) {
        await ledger.bury({ source, body, digest: sha256(body), reason: 'not an object' });
      }

      expect((await ledger.listDeliveries({ limit: 10, state: 'dead' })).items).toHaveLength(2);
      expect(seqsOf(await claim(ledger))).toEqual([]);
    });
  });
}
