import { once } from 'node:events';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Destination, Result } from '../../src/destinations/destination.ts';
import { type MadeCertificate, makeCertificate } from '../fakes/made-certificate.ts';
import { type Script, type ScriptedServer, startScriptedServer } from '../fakes/scripted-server.ts';
import { tellFromAnotherProcess } from './another-process.ts';
import { badAnswers } from './bad-answers.ts';
import { madeOrder } from './made-order.ts';

/** What the contract needs to know of one kind of destination. */
export type DestinationHarness<Settings> = {
  make: (settings: Settings) => Destination;
  /** The file and export that `make` is, for a process of its own. */
  exported: { file: string; name: string };
  settings: (port: number, timeoutMs: number) => Settings;
  tls: boolean;
  secrets: string[];
  /** How it answers when all is well. */
  happy: { status: number; body: string };
  /** What a status comes to whose body is no word of the vendor's, from 200 to 599. */
  kinds: (status: number) => Result['kind'];
  /** The happy status without the rest of its answer. */
  halfAnswered: Result['kind'];
};

/** For answers that come; and for those that do not. */
const patienceMs = 10_000;
const hasteMs = 600;
const never = new AbortController().signal;

/** What every destination that calls out keeps to, against a real server that behaves badly. */
export function describeDestination<Settings>(name: string, harness: DestinationHarness<Settings>): void {
  describe(`${name} as a destination`, () => {
    let certificate: MadeCertificate | undefined;
    let server: ScriptedServer;
    let destination: Destination;
    let hasty: Destination;

    beforeAll(() => {
      if (!harness.tls) return;
      certificate = makeCertificate();
      tls.setDefaultCACertificates([...tls.getCACertificates('bundled'), certificate.cert]);
    });
    afterAll(() => {
      certificate?.remove();
      tls.setDefaultCACertificates(tls.getCACertificates('bundled'));
    });
    beforeEach(async () => {
      server = await startScriptedServer(certificate);
      destination = harness.make(harness.settings(server.port, patienceMs));
      hasty = harness.make(harness.settings(server.port, hasteMs));
    });
    afterEach(async () => {
      await Promise.all([destination.close(), hasty.close()]);
      await server.close();
    });

    const happily: Script = (response) => response.writeHead(harness.happy.status).end(harness.happy.body);

    /** Every call here, however it goes wrong, is one request at most, ends in time, and gives no secret away. */
    async function told(script: Script, by = destination): Promise<Result> {
      server.script = script;
      server.requests.length = 0;
      const startedAt = performance.now();
      const result = await by.tell(madeOrder(), never);
      expect(performance.now() - startedAt).toBeLessThan(by.timeoutMs + 2_000);
      expect(server.requests).toHaveLength(1);
      for (const secret of harness.secrets) expect(JSON.stringify(result)).not.toContain(secret);
      return result;
    }

    it('says by a fingerprint which credential it uses, and holds none where it could be seen', () => {
      expect(destination.credential).toMatch(/^[0-9a-f]{16}$/);
      for (const secret of harness.secrets) expect(JSON.stringify(destination)).not.toContain(secret);
    });

    it('is told by the happy answer', async () => {
      expect((await told(happily)).kind).toBe('told');
    });

    it('has a result for every status', async () => {
      const statuses = Array.from({ length: 400 }, (_, i) => i + 200);
      const kinds: Record<number, string> = {};
      for (const status of statuses) {
        const echo = `it was ${harness.secrets.join(' ')}`;
        const result = await told((response) => response.writeHead(status).end(echo));
        kinds[status] = result.kind;
      }
      expect(kinds).toEqual(Object.fromEntries(statuses.map((status) => [status, harness.kinds(status)])));
    });

    it('waits for the answer after an interim one', async () => {
      const result = await told((response) => {
        response.writeEarlyHints({ link: '</style.css>; rel=preload' });
        response.writeHead(harness.happy.status).end(harness.happy.body);
      });
      expect(result.kind).toBe('told');
    });

    it.each(badAnswers(harness.happy.status))('says of %s: %s', async (_, expected, script) => {
      const { kind } = await told(script, hasty);
      expect(kind).toBe(expected === 'half-answered' ? harness.halfAnswered : expected);
    });

    it.each([302, 307, 308])('neither follows a redirect (%i) nor takes it for an answer', async (status) => {
      const { kind } = await told((response) => response.writeHead(status, { Location: '/elsewhere' }).end());
      expect(kind).toBe('retry');
    });

    it.each([
      [undefined, 30_000],
      ['7', 7_000],
      ['0', 1_000],
      ['-5', 1_000],
      ['0.5', 1_000],
      ['soon', 30_000],
      ['Wed, 21 Oct 2026 07:28:00 GMT', 30_000],
      ['86400', 900_000],
    ])('over the limit with Retry-After %s: again, and anything else there, after %i ms', async (header, afterMs) => {
      const headers = header === undefined ? {} : { 'Retry-After': header };
      const result = await told((response) => response.writeHead(429, headers).end('slow down'));
      expect(result).toEqual({
        kind: 'retry',
        reason: expect.stringContaining('rate limit'),
        afterMs,
        pause: { of: expect.stringMatching(/^(budget|address)$/), ms: afterMs },
      });
    });

    it('over the limit: does not wait for the rest of the answer', async () => {
      const result = await told((response) => response.writeHead(429, { 'Retry-After': '7' }).flushHeaders());
      expect(result).toMatchObject({ kind: 'retry', pause: { ms: 7_000 } });
    });

    it('did not tell a server that is not there', async () => {
      await server.close();
      const { kind, ...rest } = await destination.tell(madeOrder(), never);
      expect(kind).toBe('retry');
      for (const secret of harness.secrets) expect(JSON.stringify(rest)).not.toContain(secret);
    });

    it('is ambiguous when stopped during the call, at once', async () => {
      const stop = new AbortController();
      server.script = () => stop.abort();
      const startedAt = performance.now();
      expect((await destination.tell(madeOrder(), stop.signal)).kind).toBe('ambiguous');
      expect(performance.now() - startedAt).toBeLessThan(patienceMs / 2);
    });

    it('calls nobody when stopped before', async () => {
      expect((await destination.tell(madeOrder(), AbortSignal.abort())).kind).toBe('ambiguous');
      expect(server.requests).toHaveLength(0);
    });

    it('tells several at a time, each once', async () => {
      server.script = happily;
      const results = await Promise.all(Array.from({ length: 10 }, () => destination.tell(madeOrder(), never)));
      expect(results.map(({ kind }) => kind)).toEqual(Array(10).fill('told'));
      expect(server.requests).toHaveLength(10);
    });

    it('keeps no connection for so long that it could go stale', async () => {
      await told(happily);
      await expect.poll(() => server.openSockets()).toBe(0);
    });

    it('leaves nothing behind after a time-out', async () => {
      await told(() => {}, hasty);
      await expect.poll(() => server.openSockets()).toBe(0);
    });

    it('takes no more of an answer than it can hold', async () => {
      let written = 0;
      await told((response) => {
        response.writeHead(harness.happy.status);
        const chunk = Buffer.alloc(65_536, ' ');
        const pour = (): void => {
          while (!response.destroyed && written < 64 * 1024 * 1024) {
            written += chunk.length;
            if (!response.write(chunk)) break;
          }
        };
        response.on('drain', pour);
        pour();
      });
      expect(written).toBeLessThan(16 * 1024 * 1024);
    });

    it('ends what is under way, when closed', async () => {
      const arrived = Promise.withResolvers<void>();
      server.script = () => arrived.resolve();
      const telling = destination.tell(madeOrder(), never);
      await arrived.promise;
      const closedAt = performance.now();
      await destination.close();
      expect((await telling).kind).toBe('ambiguous');
      expect(performance.now() - closedAt).toBeLessThan(patienceMs / 2);
      await expect.poll(() => server.openSockets()).toBe(0);
    });

    it.each([
      ['a time-out', hasteMs, 'ambiguous', (() => {}) as Script],
      ['being told', patienceMs, 'told', happily],
    ])('lets its process end right after %s', async (_, limitMs, kind, script) => {
      server.script = script;
      const made = { ...harness.exported, settings: harness.settings(server.port, limitMs) };
      const child = tellFromAnotherProcess(made, madeOrder(), certificate?.caFile);
      const [output] = await once(child.stdout, 'data');
      const answeredAt = performance.now();
      await once(child, 'exit');
      expect(JSON.parse(String(output))).toMatchObject({ kind });
      expect(performance.now() - answeredAt).toBeLessThan(patienceMs / 2);
      expect(server.requests).toHaveLength(1);
    });
  });
}
