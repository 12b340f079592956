import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { receiver } from '../../src/pipeline/receive.ts';
import { inboxCheck } from '../../src/sources/inbox-check.ts';
import { pagerDuty } from '../../src/sources/pagerduty.ts';
import { reachscore } from '../../src/sources/reachscore.ts';
import type { HookType, SignedRequest, SourceSettings } from '../../src/sources/source.ts';
import { openDoor } from './door.ts';
import { openTemporaryLedger } from './temporary-ledger.ts';

const secret = 'whsec_of-both-endpoints';

/** The whole way in: from the wire into a ledger. */
async function openHooks(backlogLimit?: number) {
  const ledger = await openTemporaryLedger(Date.now, backlogLimit);
  const sources = new Map(
    [inboxCheck, reachscore, pagerDuty].map((type): [string, Configured] => [
      type.type,
      { type, settings: { secrets: [secret], maxAgeMs: type.defaultMaxAgeMs } },
    ]),
  );
  const log = pino({ level: 'silent' });
  const receive = receiver({ sources: () => sources, ledger, log, now: Date.now, timeoutMs: 3_000 });
  const { url } = await openDoor({ receive });
  const post = async (source: string, { headers, body }: SignedRequest) => {
    const response = await fetch(`${url}/hooks/${source}`, { method: 'POST', headers, body });
    return { status: response.status, answer: await response.json(), headers: response.headers };
  };
  return { ledger, post };
}

type Configured = { type: HookType; settings: SourceSettings };

function signed(source: HookType, type: string, id: string): SignedRequest {
  const at = { id, type, atMs: Date.now() };
  return source.sign(Buffer.from(JSON.stringify(source.fixture(type, at))), secret, at);
}

describe.each([inboxCheck, reachscore, pagerDuty])('$type', (source) => {
  test('every documented event comes in, and comes in once', async () => {
    const { ledger, post } = await openHooks();
    for (const type of source.documentedTypes) {
      const id = `id_${type}`;
      const first = await post(source.type, signed(source, type, id));
      expect(first).toMatchObject({ status: 200, answer: { status: 'accepted', id } });
      const retry = await post(source.type, signed(source, type, id));
      expect(retry).toMatchObject({ status: 200, answer: { status: 'duplicate', id } });
    }
    const { items } = await ledger.listDeliveries({ limit: 100 });
    expect(items.map(({ type }) => type).sort()).toEqual([...source.documentedTypes].sort());
  });
});

describe.each([inboxCheck, reachscore])('$type', (source) => {
  test('header names have no case', async () => {
    const { post } = await openHooks();
    const { headers, body } = signed(source, 'test.failed', 'id_1');
    const loud = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    expect(await post(source.type, { headers: loud, body })).toMatchObject({ status: 200 });
  });

  test('a compressed body is refused for its encoding, even with the signature of what is inside', async () => {
    const { post } = await openHooks();
    const { headers, body } = signed(source, 'test.failed', 'id_1');
    const zipped = { headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(body) };
    expect(await post(source.type, zipped)).toMatchObject({ status: 415, answer: { error: 'encoding' } });
  });

  test('a body changed on the way is refused and leaves nothing but a note', async () => {
    const { ledger, post } = await openHooks();
    const { headers, body } = signed(source, 'test.failed', 'id_1');
    const changed = { headers, body: Buffer.from(body.toString().replace('example', 'exemple')) };
    expect(await post(source.type, changed)).toMatchObject({ status: 401, answer: { error: 'bad_signature' } });
    expect((await ledger.listDeliveries({ limit: 100 })).items).toEqual([]);
  });
});

test('a full inbox asks to come again later', async () => {
  const { post } = await openHooks(1);
  await post('reachscore', signed(reachscore, 'alert.triggered', 'evt_1'));
  const { status, headers } = await post('reachscore', signed(reachscore, 'alert.resolved', 'evt_2'));
  expect([status, headers.get('retry-after')]).toEqual([503, '10']);
});

test('to PagerDuty too much is to be sent again: it is answered at once, and no 4xx', async () => {
  const { post } = await openHooks();
  const { headers } = signed(pagerDuty, 'incident.resolved', 'id_1');
  const answered = await post('pagerduty', { headers, body: Buffer.alloc(1024 * 1024 + 1) });
  expect(answered).toMatchObject({ status: 503, answer: { error: 'too_large' } });
});
