import tls from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Result } from '../../../src/destinations/destination.ts';
import { slackChannel } from '../../../src/destinations/slack/channel.ts';
import { type MadeCertificate, makeCertificate } from '../../fakes/made-certificate.ts';
import { startMuteServer } from '../../fakes/mute-server.ts';
import { type ScriptedServer, startScriptedServer } from '../../fakes/scripted-server.ts';
import { madeOrder } from '../made-order.ts';
import { madeManner } from './made-manner.ts';

const token = 'xoxb-made-for-a-test';
const channel = 'C0123456789';

describe('a Slack channel over TLS', () => {
  const never = new AbortController().signal;
  let certificate: MadeCertificate;
  let server: ScriptedServer;

  beforeEach(async () => {
    certificate = makeCertificate();
    server = await startScriptedServer(certificate);
    server.script = (response) => response.end(JSON.stringify({ ok: true, channel, ts: '1.000001' }));
  });
  afterEach(async () => {
    tls.setDefaultCACertificates(tls.getCACertificates('bundled'));
    await server.close();
    certificate.remove();
  });

  async function tellOnce(port: number, timeoutMs: number): Promise<Result> {
    const apiUrl = `https://127.0.0.1:${port}/api/`;
    const destination = slackChannel({ name: 'x', channel, token, apiUrl, timeoutMs, pace: 'none', ...madeManner });
    const result = await destination.tell(madeOrder(), never);
    await destination.close();
    return result;
  }

  it('trusts what the process trusts', async () => {
    tls.setDefaultCACertificates([certificate.cert]);
    expect((await tellOnce(server.port, 10_000)).kind).toBe('told');
  });

  it('did not tell a server it does not trust', async () => {
    expect(await tellOnce(server.port, 10_000)).toEqual({
      kind: 'retry',
      reason: expect.stringContaining('SELF_SIGNED'),
    });
    expect(server.requests).toHaveLength(0);
  });

  it('did not tell a server that never came to trust', async () => {
    const mute = await startMuteServer();
    const result = await tellOnce(mute.port, 4_000);
    expect(result).toEqual({ kind: 'retry', reason: expect.stringContaining('UND_ERR_CONNECT_TIMEOUT') });
    await mute.close();
  });
});
