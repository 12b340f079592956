import tls from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteLedger } from '../../src/ledger/sqlite/open-sqlite-ledger.ts';
import { startFakePagerDuty } from '../fakes/fake-pagerduty.ts';
import { startFakeSlack } from '../fakes/fake-slack.ts';
import { runCli } from './run-cli.ts';
import { temporaryFile } from './temporary-file.ts';

const channel = 'C0123456789';
const variables = { IC: 'whsec_for_a_doctor', PD: 'e'.repeat(32), BOT: 'xoxb-for-a-doctor' };

/** All that a small installation needs, well, until something is broken. */
async function openInstallation() {
  const slack = await startFakeSlack({ token: variables.BOT, channels: [channel] });
  const pagerDuty = await startFakePagerDuty({ routingKeys: [variables.PD] });
  onTestFinished(() => Promise.all([slack.close(), pagerDuty.close()]).then(() => {}));
  const rules = {
    sources: { 'inbox-check': { type: 'inbox-check', secrets: [{ env: 'IC' }] } },
    destinations: {
      chat: { type: 'slack', channel, token: { env: 'BOT' } },
      pager: { type: 'pagerduty', routingKey: { env: 'PD' }, server: pagerDuty.server },
    },
    rules: [{ id: 'low', on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } }, to: ['chat', 'pager'] }],
  };
  const path = await temporaryFile('rules.json', JSON.stringify(rules));
  const data = await temporaryFile('tocsin.db');
  const ledger = await openSqliteLedger({
    path: data,
    clock: Date.now,
    backlogLimit: 10,
    serving: false,
    busyTimeoutMs: 1_000,
  });
  onTestFinished(() => ledger.close());
  function trustPagerDuty(): void {
    tls.setDefaultCACertificates([...tls.getCACertificates('bundled'), pagerDuty.ca]);
    onTestFinished(() => tls.setDefaultCACertificates(tls.getCACertificates('bundled')));
  }
  const set = { ...variables, SLACK_API_URL: slack.apiUrl, TOCSIN_DATA: data, TOCSIN_RULES: path };
  async function look(over: Record<string, string> = {}) {
    const { code, out } = await runCli(['doctor', '--json'], { ...set, ...over });
    const { ok, findings } = JSON.parse(out) as {
      ok: boolean;
      findings: { is: string; about: string; words: string }[];
    };
    return { code, ok, said: findings.map(({ is, about, words }) => `${is} ${about}: ${words}`) };
  }
  return { slack, pagerDuty, ledger, path, set, trustPagerDuty, look };
}

describe('doctor', () => {
  test('says of each part that it works, and tells nobody', async () => {
    const { slack, pagerDuty, path, trustPagerDuty, look } = await openInstallation();
    trustPagerDuty();
    const { code, ok, said } = await look();
    expect(said).toEqual([
      `ok rules: ${path} is fine: 1 rule, and every secret it names is set`,
      expect.stringMatching(/^ok ledger: .*tocsin\.db answers: 0 to be routed, 0 to be told$/),
      'warning ledger: nothing is serving from it',
      'warning inbox-check: was never heard: is its URL registered with the sender?',
      expect.stringMatching(/^ok chat: the bot \S+ of \S+/),
      `ok chat: the channel ${channel} is there, and the bot is in it`,
      `ok pager: ${pagerDuty.server} answers, and its certificate is trusted`,
      'ok pager: the routing key has the form of one; only an event would show whether it is taken',
    ]);
    expect([code, ok]).toEqual([0, true]);
    expect(slack.messages(channel)).toEqual([]);
    expect(pagerDuty.incidents).toEqual([]);
  });

  test('names what does not work, with the way out, and exits 1', async () => {
    const { slack, look } = await openInstallation();
    slack.setChannel(channel, 'not_in_channel');
    const { code, ok, said } = await look({ PD: 'short' });
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^fault chat: .*not_in_channel: invite the bot to the channel/),
        expect.stringMatching(/^fault pager: PagerDuty could not be reached \(\w+\)$/),
        'warning pager: a routing key has 32 letters and digits, and this one 5 characters',
      ]),
    );
    expect([code, ok]).toEqual([1, false]);
    slack.setToken(variables.BOT, 'token_revoked');
    expect((await look()).said).toContainEqual(
      expect.stringMatching(/^fault chat: .*token_revoked: .*install the app/),
    );
  });

  test('names every secret that is not set, and looks at the rest', async () => {
    const { look } = await openInstallation();
    const { code, said } = await look({ IC: '', PD: '' });
    expect(code).toBe(1);
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^fault rules: sources\.inbox-check\.secrets.*IC/),
        expect.stringMatching(/^fault rules: destinations\.pager\.routingKey.*PD/),
        expect.stringMatching(/^ok ledger: /),
      ]),
    );
  });

  test('says who serves by another file, what was refused and what is dead', async () => {
    const { ledger, look } = await openInstallation();
    await ledger.announce({ id: 'w', file: 'another', rules: {}, sources: [], addresses: [] }, 60_000);
    await ledger.refuse([{ source: 'inbox-check', code: 'bad_signature', reason: 'the signature is wrong' }]);
    const { said } = await look();
    expect(said).toEqual(
      expect.arrayContaining([
        'warning ledger: 1 of 1 that serve from it go by another file: tocsin reload says why',
        'warning ledger: requests were refused (1 bad_signature): tocsin deliveries list --refused',
      ]),
    );
  });

  test('looks at the public address, where there is one', async () => {
    const { look } = await openInstallation();
    const { said } = await look({ TOCSIN_PUBLIC_URL: 'http://127.0.0.1:1/', SLACK_APP_TOKEN: 'xapp-1' });
    expect(said.slice(-2)).toEqual([
      'warning TOCSIN_PUBLIC_URL: nothing answers at http://127.0.0.1:1/healthz from here',
      'ok Slack app: buttons and /tocsin are on, over Socket Mode',
    ]);
  });

  test('prints a table for people, without a secret', async () => {
    const { set } = await openInstallation();
    const { out } = await runCli(['doctor'], set);
    expect(out).toMatch(/^ +what +how it is\nok +rules +/);
    expect(out).toMatch(/\n\d faults?, \d warnings?\n$/);
    for (const secret of Object.values(variables)) expect(out).not.toContain(secret);
  });
});
