import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Accepted, Refusal } from '../../src/ledger/inbox.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { fromInboxCheck, openReceiver } from './open-receiver.ts';

describe('a ledger that cannot keep it', () => {
  const unavailable = { status: 503, body: { error: 'unavailable', message: expect.any(String) }, retryAfterS: 10 };

  test('because it is down', async () => {
    const { receive, lines, refused } = await openReceiver({
      accept: () => Promise.reject(new LedgerUnavailable('no disk')),
    });
    const answer = await receive('inbox-check', fromInboxCheck());
    expect(answer).toEqual(unavailable);
    expect(JSON.stringify(answer)).not.toContain('no disk');
    expect(lines).toMatchObject([{ answer: 'unavailable', id: 'id_1', err: { message: 'no disk' } }]);
    expect(await refused()).toEqual([]);
  });

  test('because it is full', async () => {
    const { receive } = await openReceiver({ accept: async () => ({ status: 'full' }) });
    expect(await receive('inbox-check', fromInboxCheck())).toEqual(unavailable);
  });

  test.each(['accept', 'bury'] as const)('because it is slow to %s', async (verb) => {
    const { receive } = await openReceiver({ [verb]: () => new Promise(() => undefined) }, { timeoutMs: 20 });
    const body = verb === 'bury' ? { body: '[]' } : {};
    expect(await receive('inbox-check', fromInboxCheck(body))).toEqual(unavailable);
  });

  test('and says so after the answer brings nobody down', async () => {
    const late = Promise.withResolvers<Accepted>();
    const { receive } = await openReceiver({ accept: () => late.promise }, { timeoutMs: 5 });
    await receive('inbox-check', fromInboxCheck());
    late.reject(new LedgerUnavailable('at last'));
    await nextTurn();
  });

  test('for a reason in the program is not hidden as an outage', async () => {
    const { receive } = await openReceiver({ accept: () => Promise.reject(new TypeError('a bug')) });
    await expect(receive('inbox-check', fromInboxCheck())).rejects.toThrow('a bug');
  });
});

describe('notes of refusals', () => {
  const unsigned = { headers: {}, body: Buffer.alloc(0) };
  let writes: { refusals: Refusal[]; done: () => void; fail: (error: Error) => void }[];
  const refuse = (refusals: Refusal[]) =>
    new Promise<void>((done, fail) => {
      writes.push({ refusals, done, fail });
    });
  beforeEach(() => {
    writes = [];
  });

  test('are one write at a time, and the newest hundred wait for it', async () => {
    const { receive } = await openReceiver({ refuse });
    await receive('first', unsigned);
    for (let i = 0; i < 250; i += 1) await receive(`flood-${i}`, unsigned);
    expect(writes.map(({ refusals }) => refusals.length)).toEqual([1]);
    writes[0]?.done();
    await nextTurn();
    expect(writes).toHaveLength(2);
    expect(writes[1]?.refusals).toHaveLength(100);
    expect(writes[1]?.refusals.at(-1)?.source).toBe('flood-249');
  });

  test('that cannot be kept change no answer, and the next are tried again', async () => {
    const { receive, lines } = await openReceiver({ refuse });
    expect(await receive('a', unsigned)).toMatchObject({ status: 404 });
    await receive('b', unsigned);
    writes[0]?.fail(new LedgerUnavailable('down'));
    await nextTurn();
    expect(writes[1]?.refusals).toMatchObject([{ source: 'b' }]);
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'refusals.not-noted' }));
    writes[1]?.done();
    await nextTurn();
    await receive('c', unsigned);
    expect(writes[2]?.refusals).toMatchObject([{ source: 'c' }]);
  });
});
