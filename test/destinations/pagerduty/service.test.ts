import { resolve } from 'node:path';
import tls from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Destination, Order, Result } from '../../../src/destinations/destination.ts';
import { pagerDutyService } from '../../../src/destinations/pagerduty/service.ts';
import { type FakePagerDuty, startFakePagerDuty } from '../../fakes/fake-pagerduty.ts';
import { type MadeCertificate, makeCertificate } from '../../fakes/made-certificate.ts';
import { startMuteServer } from '../../fakes/mute-server.ts';
import { type ScriptedServer, startScriptedServer } from '../../fakes/scripted-server.ts';
import { describeDestination } from '../destination-contract.ts';
import { madeMessage, madeOrder } from '../made-order.ts';

const routingKey = 'e93facc04764012d7bfb002500d5d1a6';

describeDestination('a PagerDuty service', {
  make: pagerDutyService,
  exported: { file: resolve('src/destinations/pagerduty/service.ts'), name: 'pagerDutyService' },
  settings: (port, timeoutMs) => ({
    name: 'on-call',
    routingKey,
    server: `127.0.0.1:${port}`,
    timeoutMs,
    pace: 'none' as const,
    fallbackAfterMs: 120_000,
  }),
  tls: true,
  secrets: [routingKey],
  happy: { status: 202, body: JSON.stringify({ status: 'success', message: 'Event processed', dedup_key: 'k' }) },
  kinds: (status) => {
    if (status === 202) return 'told';
    if (status === 400 || status === 413) return 'refused';
    // In words that are not PagerDuty's, as here.
    return status >= 300 && status < 500 ? 'retry' : 'ambiguous';
  },
  halfAnswered: 'told',
});

describe('a PagerDuty service', () => {
  const never = new AbortController().signal;
  let pagerDuty: FakePagerDuty;
  let destination: Destination;

  beforeEach(async () => {
    pagerDuty = await startFakePagerDuty({ routingKeys: [routingKey] });
    tls.setDefaultCACertificates([...tls.getCACertificates('bundled'), pagerDuty.ca]);
    destination = made(pagerDuty.server, routingKey);
  });
  afterEach(async () => {
    await destination.close();
    await pagerDuty.close();
    tls.setDefaultCACertificates(tls.getCACertificates('bundled'));
  });

  function made(server: string, key: string, timeoutMs = 5_000): Destination {
    return pagerDutyService({
      name: 'on-call',
      routingKey: key,
      server,
      timeoutMs,
      pace: 'none',
      fallbackAfterMs: 90_000,
    });
  }

  function tell(changes: Partial<Order> = {}): Promise<Result> {
    return destination.tell(madeOrder(changes), never);
  }

  it('goes by its server and a fingerprint of its key, folds, and is told who has it', () => {
    expect(destination).toMatchObject({
      type: 'pagerduty',
      ways: {
        edits: true,
        folds: true,
        finds: false,
        threads: false,
        acknowledges: true,
        editEveryMs: 10_000,
        fallbackAfterMs: 90_000,
      },
    });
    expect(destination.address).toMatch(/^pagerduty:127\.0\.0\.1:\d+:[0-9a-f]{16}$/);
    expect(destination.address.endsWith(`:${destination.credential}`)).toBe(true);
  });

  it('has one limit for all that is told under its key', () => {
    const acts = ['open', 'update', 'acknowledge', 'resolve', 'notice'] as const;
    expect(new Set(acts.map((act) => destination.budget({ act, ref: undefined }))).size).toBe(1);
  });

  it('rings once for an episode, changes what it rang, and ends it', async () => {
    expect(await tell()).toEqual({ kind: 'told', ref: 'placement:acme.example' });
    await tell({
      act: 'update',
      ref: 'placement:acme.example',
      message: madeMessage({ severity: 'critical', title: 'worse' }),
    });
    await tell({ act: 'resolve', ref: 'placement:acme.example' });
    expect(pagerDuty.incidents).toMatchObject([{ status: 'resolved', severity: 'critical', summary: 'worse' }]);
    await tell();
    expect(pagerDuty.incidents.map(({ status }) => status)).toEqual(['resolved', 'triggered']);
  });

  it('rings no more once somebody has it, and ends it all the same', async () => {
    const ref = 'placement:acme.example';
    await tell();
    expect(await tell({ act: 'acknowledge', ref })).toEqual({ kind: 'told', ref });
    await tell({ act: 'update', ref });
    expect(pagerDuty.incidents).toMatchObject([{ status: 'acknowledged' }]);
    await tell({ act: 'resolve', ref });
    expect(pagerDuty.incidents).toMatchObject([
      { status: 'resolved', log: ['trigger', 'acknowledge', 'trigger', 'resolve'] },
    ]);
  });

  it('opens nothing by what comes after the end', async () => {
    const ref = 'placement:acme.example';
    await tell();
    await tell({ act: 'resolve', ref });
    expect((await tell({ act: 'acknowledge', ref })).kind).toBe('told');
    expect((await tell({ act: 'resolve', ref })).kind).toBe('told');
    expect(pagerDuty.incidents).toMatchObject([{ status: 'resolved' }]);
  });

  it.each(['trigger', 'acknowledge', 'resolve', 'change'] as const)(
    'does not know whether a failed %s arrived, and is told it again without harm',
    async (kind) => {
      const act = ({ trigger: 'update', acknowledge: 'acknowledge', resolve: 'resolve', change: 'notice' } as const)[
        kind
      ];
      await tell();
      pagerDuty.faultsOf[kind].failNext('500-after-keeping', 'reset-after-keeping');
      expect((await tell({ act })).kind).toBe('ambiguous');
      expect((await tell({ act })).kind).toBe('ambiguous');
      expect((await tell({ act })).kind).toBe('told');
      expect(pagerDuty.incidents).toHaveLength(1);
    },
  );

  it('was told where the answer ends in its middle, and does not wait for the rest', async () => {
    pagerDuty.failNext('half-after-keeping');
    const startedAt = performance.now();
    expect((await tell()).kind).toBe('told');
    expect(performance.now() - startedAt).toBeLessThan(destination.timeoutMs / 2);
    expect(pagerDuty.incidents).toMatchObject([{ status: 'triggered' }]);
  });

  it('over its limit: nothing else at the address for as long as is asked, or half a minute', async () => {
    pagerDuty.failNext({ retryAfter: '7' }, { retryAfter: undefined });
    expect(await tell()).toMatchObject({ kind: 'retry', afterMs: 7_000, pause: { of: 'address', ms: 7_000 } });
    expect(await tell()).toMatchObject({ kind: 'retry', afterMs: 30_000, pause: { of: 'address', ms: 30_000 } });
  });

  it('takes a shorter form where the whole one was too large', async () => {
    pagerDuty.failNext({ status: 413, body: 'Payload Too Large' });
    const reason = 'PagerDuty answered 413: Payload Too Large';
    expect(await tell()).toEqual({ kind: 'refused', reason, content: true });
    expect((await tell({ short: true })).kind).toBe('told');
    expect(pagerDuty.incidents[0]?.payloads[0]).not.toHaveProperty('custom_details');
  });

  it('rings once although its first try was kept and answered 500', async () => {
    pagerDuty.failNext('500-after-keeping');
    expect((await tell()).kind).toBe('ambiguous');
    expect((await tell()).kind).toBe('told');
    expect(pagerDuty.incidents).toHaveLength(1);
  });

  it('tells a notice as a change', async () => {
    expect((await tell({ act: 'notice' })).kind).toBe('told');
    expect(pagerDuty).toMatchObject({
      incidents: [],
      changes: [{ payload: { summary: 'acme.example inbox rate 62 %' } }],
    });
  });

  it('quotes PagerDuty’s own words when refused, and waits for no other key: that is another address', async () => {
    const stranger = made(pagerDuty.server, 'f'.repeat(32));
    const reason = 'PagerDuty answered 400: InvalidRoutingKey: check the routing key';
    expect(await stranger.tell(madeOrder(), never)).toEqual({ kind: 'refused', reason });
    const short = made(pagerDuty.server, 'short');
    const refusal = await short.tell(madeOrder(), never);
    expect(refusal).toEqual({ kind: 'refused', reason: expect.stringContaining('should be 32 characters') });
    await Promise.all([stranger.close(), short.close()]);
  });

  it('did not tell a server it does not trust', async () => {
    tls.setDefaultCACertificates(tls.getCACertificates('bundled'));
    expect(await tell()).toEqual({ kind: 'retry', reason: expect.stringContaining('SELF_SIGNED') });
    expect(pagerDuty.hits()).toBe(0);
  });

  it('did not tell a server that never came to trust', async () => {
    const mute = await startMuteServer();
    const unheard = made(`127.0.0.1:${mute.port}`, routingKey, 400);
    expect(await unheard.tell(madeOrder(), never)).toEqual({
      kind: 'retry',
      reason: expect.stringContaining('before anything was sent'),
    });
    await unheard.close();
    await mute.close();
  });
});

describe('PagerDuty’s words', () => {
  let certificate: MadeCertificate;
  let server: ScriptedServer;
  let destination: Destination;

  beforeAll(() => {
    certificate = makeCertificate();
    tls.setDefaultCACertificates([...tls.getCACertificates('bundled'), certificate.cert]);
  });
  afterAll(() => {
    certificate.remove();
    tls.setDefaultCACertificates(tls.getCACertificates('bundled'));
  });
  beforeEach(async () => {
    server = await startScriptedServer(certificate);
    const address = `127.0.0.1:${server.port}`;
    const patience = { timeoutMs: 5_000, fallbackAfterMs: 120_000 };
    destination = pagerDutyService({ name: 'on-call', routingKey, server: address, ...patience, pace: 'none' });
  });
  afterEach(async () => {
    await destination.close();
    await server.close();
  });

  it.each([
    [
      '{"status":"invalid event","message":"Event object is invalid","errors":["a","b"]}',
      ': Event object is invalid: a: b',
    ],
    ['InvalidRoutingKey\n', ': InvalidRoutingKey: check the routing key'],
    ['Invalid routing key', ': Invalid routing key: check the routing key'],
    [`key ${routingKey} and "${routingKey}"`, ': key [routing key] and "[routing key]"'],
    ['<html>400 Bad Request</html>', ''],
    ['', ''],
    ['[]', ''],
    ['null', ''],
    ['{"message":7}', ''],
    ['x'.repeat(10_000), `: ${'x'.repeat(299)}…`],
  ])('%j become %j', async (body, words) => {
    server.script = (response) => response.writeHead(400).end(body);
    const result = await destination.tell(madeOrder(), new AbortController().signal);
    expect(result).toEqual({ kind: 'refused', reason: `PagerDuty answered 400${words}` });
  });

  it.each([401, 403, 404, 407])(
    'are none where a proxy answers %s, in whatever form: it is told later',
    async (status) => {
      for (const body of ['<html>Forbidden</html>', 'proxy', '', '{"message":"no"}', '[]', 'null']) {
        server.script = (response) => response.writeHead(status).end(body);
        const result = await destination.tell(madeOrder(), new AbortController().signal);
        expect(result).toEqual({ kind: 'retry', reason: `something before PagerDuty answered ${status}` });
      }
    },
  );

  it('are PagerDuty’s also with another status than 400, in its own form', async () => {
    const body = JSON.stringify({ status: 'forbidden', message: 'this key may not', errors: ['gone'] });
    server.script = (response) => response.writeHead(403).end(body);
    const result = await destination.tell(madeOrder(), new AbortController().signal);
    expect(result).toEqual({ kind: 'refused', reason: 'PagerDuty answered 403: this key may not: gone' });
  });

  it('come unpacked', async () => {
    server.script = (response, request) => {
      const isAskedToPack = request.headers['accept-encoding'] !== undefined;
      response.writeHead(400, isAskedToPack ? { 'Content-Encoding': 'gzip' } : {});
      response.end(isAskedToPack ? gzipSync('InvalidRoutingKey') : 'InvalidRoutingKey');
    };
    const result = await destination.tell(madeOrder(), new AbortController().signal);
    expect(result).toMatchObject({ kind: 'refused', reason: expect.stringContaining('400: InvalidRoutingKey') });
  });
});
