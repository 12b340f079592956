import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { meteredLedger, meteredReceive, metricsText } from '../../src/pipeline/metered.ts';
import type { Answer } from '../../src/pipeline/receive.ts';
import { errorAnswer } from '../../src/pipeline/receive.ts';
import { openMetrics } from '../../src/runtime/metrics.ts';
import { madeDestination } from './made-destination.ts';
import { openPipeline } from './open-pipeline.ts';
import { openStore, second } from './open-store.ts';

const ours = (text: string) => text.split('\n').filter((line) => line.startsWith('tocsin_'));

describe('the receive step', () => {
  test('is counted by source and answer, and what nobody configured is one source', async () => {
    const metrics = openMetrics();
    const answers: Answer[] = [
      { status: 200, body: { status: 'accepted', id: 'a' } },
      { status: 200, body: { status: 'duplicate', id: 'a' } },
      errorAnswer('bad_signature', 'no'),
      errorAnswer('unknown_source', 'no'),
      errorAnswer('unknown_source', 'no'),
    ];
    const receive = meteredReceive(async () => answers.shift() ?? errorAnswer('unavailable', 'none left'), metrics);
    const request = { headers: {}, body: Buffer.alloc(0) };
    for (const source of ['ic', 'ic', 'ic', 'x"} 1', 'y']) await receive(source, request);
    expect(ours(await metrics.text())).toEqual([
      'tocsin_deliveries_received_total{source="ic",answer="accepted"} 1',
      'tocsin_deliveries_received_total{source="ic",answer="duplicate"} 1',
      'tocsin_deliveries_received_total{source="ic",answer="bad_signature"} 1',
      'tocsin_deliveries_received_total{source="",answer="unknown_source"} 2',
    ]);
  });
});

async function openMetered(over: Partial<Ledger> = {}, unwritable?: string) {
  const metrics = openMetrics();
  const chat = madeDestination();
  const store = await openStore('SQLite');
  const pipeline = await openPipeline({ store, destinations: [chat], over: (plain) => meteredLedger(plain, metrics) });
  const text = metricsText({ ...pipeline.ledger, ...over }, metrics, { parked: () => 2, unwritable: () => unwritable });
  return { ...pipeline, chat, text: async () => ours(await text()) };
}

describe('the ledger', () => {
  test('is counted in what was routed and told', async () => {
    const { store, chat, hear, route, tell, text } = await openMetered();
    chat.answerNext({ kind: 'retry', reason: 'down' });
    await hear();
    await route();
    await tell();
    store.advance(second);
    await tell();
    expect(await text()).toEqual(
      expect.arrayContaining([
        'tocsin_commits_total{answer="committed"} 1',
        'tocsin_attempts_total{act="open",result="retry",next="due"} 1',
        'tocsin_attempts_total{act="open",result="told",next="settled"} 1',
      ]),
    );
  });

  test('says what stands in it now, and for how long', async () => {
    const { store, hear, route, text } = await openMetered();
    await hear();
    store.advance(5 * second);
    expect(await text()).toEqual(
      expect.arrayContaining(['tocsin_unrouted_deliveries 1', 'tocsin_oldest_unrouted_seconds 5']),
    );
    await route();
    store.advance(3 * second);
    expect(await text()).toEqual(
      expect.arrayContaining([
        'tocsin_unrouted_deliveries 0',
        'tocsin_oldest_unrouted_seconds 0',
        'tocsin_owed_notifications 1',
        'tocsin_oldest_owed_seconds 3',
        'tocsin_open_incidents 1',
        'tocsin_dead_letters{kind="delivery"} 0',
        'tocsin_dead_letters{kind="notification"} 0',
        'tocsin_ledger_up 1',
      ]),
    );
  });

  test('that cannot be written is down, though it can be read', async () => {
    const { text } = await openMetered({}, 'the disk is full');
    expect(await text()).toContain('tocsin_ledger_up 0');
  });

  test('that does not answer is down, and the rest is shown all the same', async () => {
    const { hear, route, text } = await openMetered({ backlog: () => Promise.reject(new LedgerUnavailable('away')) });
    await hear();
    await route();
    expect(await text()).toEqual(
      expect.arrayContaining(['tocsin_ledger_up 0', 'tocsin_commits_total{answer="committed"} 1']),
    );
  });
});
