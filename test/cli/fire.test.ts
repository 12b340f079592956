import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { receiver } from '../../src/pipeline/receive.ts';
import { inboxCheck } from '../../src/sources/inbox-check.ts';
import { pagerDuty } from '../../src/sources/pagerduty.ts';
import { reachscore } from '../../src/sources/reachscore.ts';
import type { HookType } from '../../src/sources/source.ts';
import { rulesFile } from '../config/made-rules.ts';
import { openDoor } from '../http/door.ts';
import { openTemporaryLedger } from '../http/temporary-ledger.ts';
import { runCli } from './run-cli.ts';
import { temporaryFile } from './temporary-file.ts';

const secrets = { 'inbox-check': 'whsec_fire', reachscore: 'rs_fire', pagerduty: 'pd_fire' };
type Name = keyof typeof secrets;
const types: Record<Name, HookType> = { 'inbox-check': inboxCheck, reachscore, pagerduty: pagerDuty };

/** A real receiver behind a real door, and the bodies it kept. */
async function openReceiver() {
  const ledger = await openTemporaryLedger(Date.now);
  const settings = (name: Name) => ({ secrets: [secrets[name]], maxAgeMs: types[name].defaultMaxAgeMs });
  const sources = new Map(
    (['inbox-check', 'reachscore', 'pagerduty'] as const).map((name) => [
      name as string,
      { type: types[name], settings: settings(name) },
    ]),
  );
  const log = pino({ level: 'silent' });
  const receive = receiver({ sources: () => sources, ledger, log, now: Date.now, timeoutMs: 3_000 });
  const { url, port } = await openDoor({ receive });
  return {
    port,
    fire: (what: string, ...rest: string[]) => {
      const name = what.split('/')[0] as Name;
      return runCli(['fire', what, '--url', `${url}/hooks/${name}`, '--secret', secrets[name], ...rest]);
    },
    kept: async () => {
      const claim = { token: randomUUID(), limit: 100, leaseMs: 1_000, holding: [] };
      const { deliveries } = await ledger.claimDeliveries(claim);
      return deliveries.map(({ body, ...each }) => ({ ...each, body: JSON.parse(Buffer.from(body).toString()) }));
    },
    url,
  };
}

const documented = Object.values(types).flatMap(({ type, documentedTypes }) =>
  documentedTypes.map((each) => `${type}/${each}`),
);

describe('fire', () => {
  test.each(documented)('%s is accepted by a real receiver', async (what) => {
    const { fire, kept } = await openReceiver();
    const { code, out } = await fire(what);
    expect(out).toMatch(/^200 \{"status":"accepted","id":"(?:dlv|evt)_\w+"\}\n$/);
    expect(code).toBe(0);
    expect(await kept()).toMatchObject([{ type: what.split('/')[1] }]);
  });

  test('changes the body where it is told to, as deep as it is told to', async () => {
    const { fire, kept } = await openReceiver();
    const sets = [
      'data.summary.inboxRate=0.95',
      'data.senderDomain=other.example.com',
      'data.providers.1.placement=spam',
    ];
    const more = ['data.made.up.here={"a":[1]}', 'data.subject="0.5"', 'data.tags=null', 'data.note=a=b'];
    const { code } = await fire('inbox-check/test.completed', ...[...sets, ...more].flatMap((set) => ['--set', set]));
    expect(code).toBe(0);
    const [delivery] = await kept();
    expect(delivery?.body.data).toMatchObject({
      summary: { inboxRate: 0.95, total: 22 },
      senderDomain: 'other.example.com',
      providers: [{ placement: 'inbox' }, { provider: 'gmail', placement: 'spam' }, {}, {}, {}],
      made: { up: { here: { a: [1] } } },
      subject: '0.5',
      tags: null,
      note: 'a=b',
    });
    await fire('inbox-check/test.completed');
    expect((await kept())[0]?.body.data.summary.inboxRate).toBe(0.6818);
  });

  test('sends as often as told, each under an id of its own', async () => {
    const { fire, kept } = await openReceiver();
    const { code, out } = await fire('reachscore/alert.triggered', '--times', '3');
    expect(code).toBe(0);
    expect(out.match(/"accepted"/g)).toHaveLength(3);
    expect(new Set((await kept()).map(({ id }) => id)).size).toBe(3);
  });

  test('sends the same id again and again where it is told the id', async () => {
    const { fire } = await openReceiver();
    const { code, out } = await fire('inbox-check/test.failed', '--id', 'dlv_1', '--times', '2', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual([
      { id: 'dlv_1', status: 200, body: { status: 'accepted', id: 'dlv_1' } },
      { id: 'dlv_1', status: 200, body: { status: 'duplicate', id: 'dlv_1' } },
    ]);
  });

  test('exits with 1 when it is not acknowledged', async () => {
    const { url } = await openReceiver();
    const wrong = ['fire', 'inbox-check/test.completed', '--url', `${url}/hooks/inbox-check`, '--secret', 'wrong'];
    const { code, out } = await runCli(wrong);
    expect(code).toBe(1);
    expect(out).toMatch(/^401 \{"error":"bad_signature"/);
  });

  test('exits with 1 when nobody answers, and says where', async () => {
    const { url, close } = await openDoor();
    await close();
    const args = ['fire', 'inbox-check/test.completed', '--secret', 's', '--url'];
    expect(await runCli([...args, url])).toEqual({
      code: 1,
      out: `0 {"error":"nothing answers at ${url} (ECONNREFUSED)"}\n`,
      err: '',
    });
    expect((await runCli([...args, 'http://127.0.0.1:6666/'])).out).toContain('(bad port)');
  });

  test('takes the secret and the type from the rules file, and the port from PORT', async () => {
    const { port, kept } = await openReceiver();
    const sources = { 'inbox-check': { type: 'inbox-check', secrets: [{ env: 'FIRST' }, { env: 'SECOND' }] } };
    const rules = await temporaryFile('rules.json', rulesFile({ sources }));
    const variables = { FIRST: secrets['inbox-check'], PORT: String(port) };
    const ran = await runCli(['fire', 'inbox-check/monitor.alert', '--rules', rules], variables);
    expect(ran.code).toBe(0);
    expect(await kept()).toMatchObject([{ source: 'inbox-check', type: 'monitor.alert' }]);
  });

  test('takes a source of the rules file by its own name', async () => {
    const { url } = await openReceiver();
    const sources = { mine: { type: 'reachscore', secrets: [{ env: 'KEY' }] } };
    const rules = await temporaryFile('rules.json', rulesFile({ sources }));
    const args = ['fire', 'mine/domain.verified', '--rules', rules, '--url', `${url}/hooks/reachscore`];
    expect((await runCli(args, { KEY: secrets.reachscore })).out).toMatch(/^200 /);
  });
});

describe('fire, when it is misused,', () => {
  test.each([
    [['inbox-check/test.complete'], 'did you mean inbox-check/test.completed?'],
    [['reachscore/alerts.triggered'], 'did you mean reachscore/alert.triggered?'],
    [['inbox-check/alert.triggered'], 'inbox-check sends no "alert.triggered": there are test.completed, test.failed'],
    [['inbox-check'], 'inbox-check sends no ""'],
    [['nobody/test.completed'], '"nobody" is no type of sender (inbox-check, reachscore, pagerduty) and no source'],
    [['constructor/test.completed'], '"constructor" is no type of sender'],
    [['inbox-check/test.completed', '--times', '0'], '--times takes a number from 1 to 100000'],
    [['inbox-check/test.completed', '--times', 'many'], '--times takes a number from 1 to 100000'],
    [['inbox-check/test.completed', '--url', 'nowhere'], '--url takes a URL, not "nowhere"'],
    [['inbox-check/test.completed', '--set', 'data.x'], '--set takes path=value'],
    [['inbox-check/test.completed', '--set', '=1'], '--set takes path=value'],
    [['inbox-check/test.completed', '--set', 'data..x=1'], '--set takes path=value'],
    [['inbox-check/test.completed', '--set', 'data.__proto__.x=1'], '--set takes path=value'],
  ])('%j exits with 2 and says how it is used', async (args, words) => {
    const { code, err } = await runCli(['fire', '--secret', 's', ...args]);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });

  test('an empty secret signs nothing', async () => {
    expect(await runCli(['fire', 'inbox-check/test.completed', '--secret', ' '])).toMatchObject({ code: 2 });
  });

  test('without a secret it says which is missing', async () => {
    const { code, err } = await runCli(['fire', 'inbox-check/test.completed']);
    expect(code).toBe(2);
    expect(err).toContain('the variable IC_WEBHOOK_SECRET is not set: give --secret.');
  });
});
