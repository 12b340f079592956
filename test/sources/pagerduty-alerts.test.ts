import tls from 'node:tls';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { pagerDutyAlerts } from '../../src/sources/pagerduty-alerts.ts';
import type { FakeIncident, FakePagerDuty } from '../fakes/fake-pagerduty.ts';
import { startFakePagerDuty } from '../fakes/fake-pagerduty.ts';

const token = 'made-up-api-token';
const at = Date.parse('2026-03-02T08:00:00Z');
const never = new AbortController().signal;
let pagerDuty: FakePagerDuty;
let elapsed = 0;
// Only one test is about where requests go; the others are real.
nock.restore();

beforeEach(async () => {
  elapsed = 0;
  pagerDuty = await startFakePagerDuty({ routingKeys: [], apiToken: token });
  tls.setDefaultCACertificates([...tls.getCACertificates('bundled'), pagerDuty.ca]);
});
afterEach(async () => {
  await pagerDuty.close();
  tls.setDefaultCACertificates(tls.getCACertificates('bundled'));
});

const asking = (over: { token?: string; server?: string } = {}) =>
  pagerDutyAlerts({ server: pagerDuty.server, token, elapsedMs: () => elapsed, ...over });

function alert(dedupKey: string): FakeIncident {
  const told = { summary: '', severity: 'error', payloads: [], links: [], log: [] };
  return { pageId: 'P1', createdAt: at, routingKey: 'r', dedupKey, status: 'triggered', ...told };
}

describe('the alerts of a page', () => {
  test('are those of all pages of the list, with the moments they were made', async () => {
    pagerDuty.incidents.push(...Array.from({ length: 230 }, (_, i) => alert(`k${i}`)));
    const asked = await asking()('P1', never);
    expect(asked.kind === 'alerts' && asked.alerts.map(({ key }) => key)).toEqual(
      Array.from({ length: 230 }, (_, i) => `k${i}`),
    );
    expect(asked).toMatchObject({ alerts: expect.arrayContaining([{ key: 'k0', createdAt: at }]) });
    expect(pagerDuty.asked).toHaveLength(3);
  });

  test('are none where PagerDuty knows no such page', async () => {
    expect(await asking()('P404', never)).toEqual({ kind: 'alerts', alerts: [] });
  });

  test('are not asked for with what is no id', async () => {
    expect(await asking()('../users', never)).toEqual({ kind: 'alerts', alerts: [] });
    expect(pagerDuty.asked).toEqual([]);
  });

  test('are refused to a key that may not read, in words without the key', async () => {
    const asked = await asking({ token: 'another' })('P1', never);
    expect(asked).toMatchObject({ kind: 'refused', reason: expect.stringContaining('PagerDuty answered 401') });
    expect(JSON.stringify(asked)).not.toContain('another');
  });

  test.each([
    ['500', 'PagerDuty answered 500'],
    ['reset', 'PagerDuty could not be asked (UND_ERR_SOCKET)'],
    [{ status: 302, body: '' }, 'PagerDuty answered 302'],
    [{ status: 200, body: '<html>' }, 'PagerDuty could not be asked (SyntaxError)'],
    [{ status: 200, body: '{"alerts":7}' }, 'PagerDuty answered no list of alerts'],
  ] as const)('are asked for later after %j', async (fault, reason) => {
    pagerDuty.apiFaults.failNext(fault);
    const asked = await asking()('P1', never);
    expect(asked.kind).not.toBe('alerts');
    expect(asked).toMatchObject({ reason });
  });

  test('are not asked for again before PagerDuty said so', async () => {
    const ask = asking();
    pagerDuty.apiFaults.failNext({ retryAfter: '7' });
    expect(await ask('P1', never)).toEqual({ kind: 'later', reason: 'PagerDuty answered 429', afterMs: 7_000 });
    elapsed = 6_000;
    expect(await ask('P2', never)).toEqual({ kind: 'later', reason: 'PagerDuty answered 429', afterMs: 1_000 });
    expect(pagerDuty.asked).toHaveLength(1);
    elapsed = 7_000;
    expect(await ask('P1', never)).toMatchObject({ kind: 'alerts' });
  });

  test('are asked for by so many at once and no more', async () => {
    pagerDuty.apiFaults.failAll('hang');
    const ask = asking();
    const stop = new AbortController();
    const waiting = Array.from({ length: 8 }, () => ask('P1', stop.signal));
    expect(await ask('P1', never)).toMatchObject({ kind: 'later', reason: 'many are asked for already' });
    stop.abort();
    for (const each of await Promise.all(waiting)) expect(each).toMatchObject({ kind: 'later' });
  });

  test.each([
    ['events.pagerduty.com', 'https://api.pagerduty.com'],
    ['events.eu.pagerduty.com', 'https://api.eu.pagerduty.com'],
  ])('of %s are asked for at %s, with the key', async (server, api) => {
    onTestFinished(() => {
      nock.restore();
      nock.cleanAll();
    });
    nock.activate();
    const headers = { reqheaders: { authorization: `Token token=${token}` } };
    nock(api, headers)
      .get('/incidents/P1/alerts?limit=100&offset=0')
      .reply(200, { alerts: [{ alert_key: 'k' }] });
    expect(await asking({ server })('P1', never)).toEqual({ kind: 'alerts', alerts: [{ key: 'k' }] });
  });
});
