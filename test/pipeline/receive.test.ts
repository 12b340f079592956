import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Accepted } from '../../src/ledger/inbox.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { inboxCheck } from '../../src/sources/inbox-check.ts';
import { reachscore } from '../../src/sources/reachscore.ts';
import type { HookRequest } from '../../src/sources/source.ts';
import { fromInboxCheck, fromReachscore, now, openReceiver, secrets, signed } from './open-receiver.ts';

describe('a signed delivery', () => {
  test('is kept as it came, then acknowledged by the id that was signed', async () => {
    const { receive, kept } = await openReceiver();
    const request = fromInboxCheck({ id: 'dlv_01JZ8M2R4T6V8X0Z1B3D5F7H9J' });
    expect(await receive('inbox-check', request)).toEqual({
      status: 200,
      body: { status: 'accepted', id: 'dlv_01JZ8M2R4T6V8X0Z1B3D5F7H9J' },
    });
    const [delivery, ...others] = await kept();
    expect(delivery).toMatchObject({
      source: 'inbox-check',
      id: 'dlv_01JZ8M2R4T6V8X0Z1B3D5F7H9J',
      type: 'test.completed',
    });
    expect(request.body.equals(delivery?.body ?? Buffer.alloc(0))).toBe(true);
    expect(others).toEqual([]);
  });

  test('is acknowledged only once it is kept', async () => {
    const held = Promise.withResolvers<Accepted>();
    const { receive } = await openReceiver({ accept: () => held.promise });
    let answered = false;
    const answer = receive('inbox-check', fromInboxCheck()).finally(() => {
      answered = true;
    });
    await nextTurn();
    expect(answered).toBe(false);
    held.resolve({ status: 'accepted', seq: 1 });
    expect(await answer).toMatchObject({ status: 200 });
  });

  test('of a type nobody documented is kept like any other', async () => {
    const { receive, kept } = await openReceiver();
    const body = '{"id":"id_1","type":"brand.new","data":{}}';
    expect(await receive('reachscore', fromReachscore({ body }))).toMatchObject({ status: 200 });
    expect(await kept()).toMatchObject([{ type: 'brand.new' }]);
  });

  test('signed with the old secret passes while both are in force', async () => {
    const { receive } = await openReceiver();
    expect(await receive('inbox-check', signed(inboxCheck, secrets.old))).toMatchObject({ status: 200 });
  });

  test('without the headers that nobody signed is kept all the same', async () => {
    const { receive } = await openReceiver();
    const { headers, body } = fromInboxCheck();
    const bare = { headers: { 'x-ic-signature': headers['x-ic-signature'] }, body };
    expect(await receive('inbox-check', bare)).toMatchObject({ status: 200, body: { id: 'id_1' } });
  });

  test('is one line in the log, with neither secret, signature nor body', async () => {
    const { receive, lines } = await openReceiver();
    const { headers, body } = fromInboxCheck();
    await receive('inbox-check', { headers, body });
    expect(lines).toMatchObject([
      { level: 20, msg: 'delivery.received', source: 'inbox-check', id: 'id_1', type: 'test.completed', seq: 1 },
    ]);
    expect(lines[0]).toMatchObject({ answer: 'accepted', bytes: body.byteLength, ms: 0 });
    const text = JSON.stringify(lines);
    expect(text).not.toContain(secrets['inbox-check']);
    expect(text).not.toContain(headers['x-ic-signature']?.slice(7));
    expect(text).not.toContain('garden shop');
  });
});

describe('a delivery that comes again', () => {
  test('is a duplicate, signed anew as each retry is', async () => {
    const { receive, kept } = await openReceiver();
    await receive('reachscore', fromReachscore({ id: 'evt_1', atMs: now - 60_000 }));
    const retry = fromReachscore({ id: 'evt_1', atMs: now });
    expect(await receive('reachscore', retry)).toEqual({ status: 200, body: { status: 'duplicate', id: 'evt_1' } });
    expect(await kept()).toHaveLength(1);
  });

  test('with other bytes is a duplicate too, and a warning', async () => {
    const { receive, kept, lines } = await openReceiver();
    const sent = (type: string) => fromReachscore({ id: 'evt_1', body: JSON.stringify({ id: 'evt_1', type }) });
    await receive('reachscore', sent('a'));
    expect(await receive('reachscore', sent('b'))).toEqual({ status: 200, body: { status: 'duplicate', id: 'evt_1' } });
    expect(await kept()).toMatchObject([{ type: 'a' }]);
    expect(lines[1]).toMatchObject({ level: 40, answer: 'duplicate', altered: true });
  });

  test('to another source is another delivery: each endpoint has its own', async () => {
    const { receive, kept } = await openReceiver();
    await receive('reachscore', fromReachscore({ id: 'evt_1' }));
    const same = signed(reachscore, secrets.second, { id: 'evt_1' });
    expect(await receive('second', same)).toMatchObject({ body: { status: 'accepted' } });
    expect((await kept()).map(({ source }) => source)).toEqual(['reachscore', 'second']);
  });

  test('under a new delivery header is refused', async () => {
    const { receive, kept } = await openReceiver();
    const { headers, body } = fromInboxCheck();
    const replay = { headers: { ...headers, 'x-ic-delivery': 'dlv_new' }, body };
    expect(await receive('inbox-check', replay)).toMatchObject({ status: 400, body: { error: 'contradiction' } });
    expect(await kept()).toEqual([]);
  });
});

describe('a request that is refused', () => {
  const forged = (request: HookRequest, headers: Record<string, string | undefined>): HookRequest => ({
    ...request,
    headers: { ...request.headers, ...headers },
  });

  test.each<[string, string, HookRequest, number, string]>([
    ['no such source', 'nobody', fromInboxCheck(), 404, 'unknown_source'],
    ['a source by an inherited name', 'constructor', fromInboxCheck(), 404, 'unknown_source'],
    ['no signature', 'inbox-check', forged(fromInboxCheck(), { 'x-ic-signature': undefined }), 401, 'bad_signature'],
    ['the other source’s secret', 'second', fromReachscore(), 401, 'bad_signature'],
    ['an empty body unsigned', 'inbox-check', { headers: {}, body: Buffer.alloc(0) }, 401, 'bad_signature'],
    ['a late timestamp', 'reachscore', fromReachscore({ atMs: now - 301_000 }), 401, 'stale_timestamp'],
    [
      'no timestamp',
      'reachscore',
      forged(fromReachscore(), { 'x-reachscore-timestamp': undefined }),
      401,
      'stale_timestamp',
    ],
    [
      'another type in the header',
      'inbox-check',
      forged(fromInboxCheck(), { 'x-ic-event': 'x' }),
      400,
      'contradiction',
    ],
    ['gzip', 'inbox-check', forged(fromInboxCheck(), { 'content-encoding': 'gzip' }), 415, 'encoding'],
  ])('%s', async (_, source, request, status, error) => {
    const { receive, kept, buried, refused, lines } = await openReceiver();
    expect(await receive(source, request)).toEqual({ status, body: { error, message: expect.any(String) } });
    expect([await kept(), await buried()]).toEqual([[], []]);
    expect(await refused()).toEqual([{ at: now, source, code: error, reason: expect.any(String) }]);
    expect(lines).toMatchObject([{ level: 40, msg: 'delivery.received', answer: error }]);
  });

  test('is not one that says identity is its encoding', async () => {
    const { receive } = await openReceiver();
    const request = forged(fromInboxCheck(), { 'content-encoding': 'Identity' });
    expect(await receive('inbox-check', request)).toMatchObject({ status: 200 });
  });

  test('leaves no secret, signature or body in its note, its answer or the log', async () => {
    const { receive, refused, lines } = await openReceiver();
    const { headers, body } = fromInboxCheck();
    const wrong = { headers, body: Buffer.concat([body, Buffer.from(' ')]) };
    const answer = await receive('inbox-check', wrong);
    const expected = inboxCheck.sign(wrong.body, secrets['inbox-check'], { id: 'id_1', type: 'x', atMs: now });
    const told = JSON.stringify([answer, await refused(), lines]);
    for (const request of [headers, expected.headers]) expect(told).not.toContain(request['x-ic-signature']?.slice(7));
    expect(told).not.toContain('whsec');
    expect(told).not.toContain('garden shop');
  });

  test('by any name in the URL is noted under a short and printable one', async () => {
    const { receive, refused } = await openReceiver();
    await receive(`a\n\u001b[31m${'x'.repeat(5_000)}`, fromInboxCheck());
    expect((await refused())[0]?.source).toMatch(/^a\?\?\[31mx{1,60}$/);
  });
});

describe('signed but unreadable', () => {
  test.each(['not JSON', '[]', '{"event":"test.completed"}', '{"deliveryId":"","event":"x"}', ''])(
    'is refused, and kept as a dead letter: %s',
    async (body) => {
      const { receive, kept, buried } = await openReceiver();
      const request = fromInboxCheck({ body });
      expect(await receive('inbox-check', request)).toMatchObject({ status: 400, body: { error: 'unreadable' } });
      expect(await receive('inbox-check', request)).toMatchObject({ status: 400 });
      const bytes = request.body.byteLength;
      expect(await buried()).toMatchObject([{ source: 'inbox-check', bytes, reason: expect.any(String) }]);
      expect(await kept()).toEqual([]);
    },
  );

  test('comes again later when it cannot be kept now', async () => {
    const { receive } = await openReceiver({ bury: () => Promise.reject(new LedgerUnavailable('down')) });
    expect(await receive('inbox-check', fromInboxCheck({ body: '[]' }))).toMatchObject({ status: 503 });
  });
});
